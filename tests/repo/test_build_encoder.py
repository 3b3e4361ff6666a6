"""The encoder's modules: each function beside NumPy, the same bits in both; none writes outside."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("ziglang")
pytest.importorskip("wasmtime")
sys.path.append(str(Path(__file__).parents[2] / "pyodide_build"))

import build_encoder
from vendor_manifest import Record

from tests.contract.kernels_hosts import Wasmtime

HEADS, SIZE = 3, 16
DIM = HEADS * SIZE


@pytest.fixture(scope="module")
def modules(root: Path) -> dict[str, bytes]:
    """Both builds."""
    return build_encoder.compiled(root)


@pytest.fixture(params=sorted(build_encoder.BUILDS))
def run(request: pytest.FixtureRequest, modules: dict[str, bytes]) -> Any:
    """`run.product(array, 3, …)`: arrays are copied in; `run.room(…)` is one to be written to."""
    return Run(Wasmtime(modules[request.param]))


class Run:
    """Functions of a module over arrays; fails if one writes outside of them."""

    def __init__(self, host: Wasmtime) -> None:
        self.host = host
        self.room = host.arena.empty
        self.place = host.arena.place
        self.code = {1: np.uint8, 2: np.int16}[host.code_size()]

    def __getattr__(self, name: str) -> Any:
        def call(*given: Any) -> None:
            values = [
                self.host.arena.address(one) if isinstance(one, np.ndarray) else one
                for one in given
            ]
            getattr(self.host, name)(*values)
            assert not self.host.arena.strayed()

        return call


@pytest.fixture
def chance() -> np.random.Generator:
    """The same numbers on each run."""
    return np.random.default_rng(5)


def test_the_site_has_what_the_source_gives(root: Path, modules: dict[str, bytes]) -> None:
    """The vendored files are those that are built now, and small."""
    for name, module in modules.items():
        assert len(module) < 16_000
        vendored = root / "static" / "vendor" / name
        if not vendored.is_file():
            pytest.skip("nothing is vendored yet; run: make vendor")
        assert vendored.read_bytes() == module


def test_only_one_build_has_relaxed_simd(modules: dict[str, bytes]) -> None:
    """Else it would be refused where the other is needed."""
    dot = b"\xfd\x93\x02"
    assert dot in modules["encoder/relaxed.wasm"]
    assert dot not in modules["encoder/plain.wasm"]


def test_floats_are_never_fused(modules: dict[str, bytes]) -> None:
    """Fused they would have other bits where the processor can do it, and where it cannot."""
    fused = [b"\xfd" + bytes([code, 2]) for code in range(0x85, 0x89)]  # f32x4, f64x2; n?madd
    assert not any(code in module for module in modules.values() for code in fused)


def test_a_second_run_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both are placed and listed; the next run is done at once."""
    source = tmp_path / build_encoder.SOURCE
    source.parent.mkdir(parents=True)
    source.write_text('__attribute__((export_name("one"))) int one(void) { return 1; }\n')
    for said in ("bytes", "up to date"):
        build_encoder.run(tmp_path, Record(tmp_path))
        assert said in capsys.readouterr().err
    assert (tmp_path / "static/vendor/encoder/plain.wasm").is_file()


@pytest.mark.parametrize("extreme", [False, True])
def test_product(run: Any, chance: np.random.Generator, extreme: bool) -> None:
    """Integers come out exactly, also the largest there are."""
    rows, inner, width = 8, 48, 24
    codes = chance.integers(0, 128, (rows, inner)).astype(run.code)
    weights = chance.integers(-127, 128, (inner, width)).astype(np.int8)
    if extreme:
        codes[:] = 127
        weights[:, ::2], weights[:, 1::2] = 127, -127
    zeros = chance.integers(0, 128, rows).astype(np.int32)
    packed, sums = run.room(weights.size, np.int8), run.room(width, np.int32)
    run.pack(weights, inner, width, packed, sums)
    assert (sums == weights.sum(axis=0, dtype=np.int32)).all()
    ones, bias = np.ones(width, np.float32), np.arange(width, dtype=np.float32)
    steps, out = np.full(rows, 0.5, np.float32), run.room(rows * width, np.float32)
    run.product(codes, steps, zeros, rows, inner, packed, ones, sums, bias, width, out)
    whole = (codes.astype(np.int32) - zeros[:, None]) @ weights.astype(np.int32)
    assert (out.reshape(rows, width) == whole * 0.5 + bias).all()


@pytest.mark.parametrize("curved", [0, 1])
def test_quantise(run: Any, chance: np.random.Generator, curved: int) -> None:
    """Seven bits a value, with a step and a zero of the row's own; also of zeros alone."""
    x = chance.normal(size=(6, 32)).astype(np.float32) * np.float32(
        [[1], [40], [0.01], [0], [3], [1]]
    )
    x[4] = np.abs(x[4]) + 2
    x[5, 1:] = 0
    balance = np.exp2(chance.integers(-2, 3, 32)).astype(np.float32)
    wanted = (gelu(x) if curved else x) * balance
    codes, steps = run.room(x.size, run.code), run.room(6, np.float32)
    zeros = run.room(6, np.int32)
    run.quantise(run.place(x.ravel()), balance, curved, 6, 32, codes, steps, zeros)
    assert (codes.min(), codes.max()) == (0, 127)
    found = (codes.reshape(6, 32).astype(np.float64) - zeros[:, None]) * steps[:, None]
    spread = np.maximum(wanted.max(axis=1), 0) - np.minimum(wanted.min(axis=1), 0)
    assert np.allclose(steps[spread > 0], spread[spread > 0] / 127, rtol=1e-4)
    assert (np.abs(found - wanted).max(axis=1) <= spread / 127 + 1e-6).all()


def gelu(x: Any) -> Any:
    """x times the normal distribution."""
    from math import erf

    shares = [(1 + erf(value / 2**0.5)) / 2 for value in x.ravel().tolist()]
    return (x * np.array(shares).reshape(x.shape)).astype(np.float32)


@pytest.mark.parametrize("tokens", [1, 3, 4, 7, 8, 9, 33])
def test_attention(run: Any, chance: np.random.Generator, tokens: int) -> None:
    """Softmax of products, for each head; what stands behind the text makes no difference."""
    width, padded = -(-tokens // 8) * 8, tokens + 3
    qkv = chance.normal(size=(padded, 3 * DIM)).astype(np.float32) * 3
    qkv[tokens:] = 1e6
    scratch = [run.room(SIZE * width, np.float32) for _ in "kv"]
    scores, out = run.room(4 * width, np.float32), run.room(padded * DIM, np.float32)
    run.attention(qkv, tokens, HEADS, SIZE, *scratch, scores, out)
    q, k, v = (part.reshape(tokens, HEADS, SIZE) for part in np.split(qkv[:tokens], 3, axis=1))
    raw = np.einsum("ihs,jhs->hij", q, k).astype(np.float64) / SIZE**0.5
    shares = np.exp(raw - raw.max(axis=2, keepdims=True))
    shares /= shares.sum(axis=2, keepdims=True)
    wanted = np.einsum("hij,jhs->ihs", shares, v).reshape(tokens, DIM)
    assert np.allclose(out.reshape(padded, DIM)[:tokens], wanted, atol=2e-5)


def test_embed_and_normalise(run: Any, chance: np.random.Generator) -> None:
    """Words and places are added and normalised; so is what a layer adds."""
    words, places = np.array([4, 0, 9], np.uint32), np.array([0, 1, 0], np.uint32)
    table = chance.integers(0, 256, (10, DIM)).astype(np.uint8)
    positions = chance.normal(size=(2, DIM)).astype(np.float32)
    gamma, beta = chance.normal(size=(2, DIM)).astype(np.float32)
    out = run.room(3 * DIM, np.float32)
    run.embed(words, places, 3, table, 0.25, 7.0, positions, gamma, beta, 1e-12, DIM, out)
    first = normalised((table[words] - np.float32(7)) * 0.25 + positions[places], gamma, beta)
    assert np.allclose(out.reshape(3, DIM), first, atol=1e-5)
    added = chance.normal(size=(3, DIM)).astype(np.float32)
    run.add_normalise(out, added, 3, gamma, beta, 1e-12, DIM)
    assert np.allclose(out.reshape(3, DIM), normalised(first + added, gamma, beta), atol=1e-4)


def normalised(x: Any, gamma: Any, beta: Any) -> Any:
    """Layer normalisation."""
    centred = x - x.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True)) * gamma + beta


@pytest.mark.parametrize("first", [0, 1])
def test_pool(run: Any, chance: np.random.Generator, first: int) -> None:
    """The mean or the first token, of length 1; zeros stay zeros."""
    x, out = chance.normal(size=(5, DIM)).astype(np.float32), run.room(DIM, np.float32)
    run.pool(x, 5, DIM, first, out)
    wanted = x[0] if first else x.mean(axis=0)
    assert np.allclose(out, wanted / np.linalg.norm(wanted), atol=1e-6)
    run.pool(np.zeros((5, DIM), np.float32), 5, DIM, first, out)
    assert (out == 0).all()


FLOATS = np.concatenate(
    [
        np.float32([0, -0.0, 1e-45, -1e-45, 1e-30, 0.5, 1.5, 2.5, -2.5, 3e4, -3e4, 63.5, 126.5]),
        np.linspace(-127, 127, 509, dtype=np.float32),
        np.float32(2) ** np.arange(-20, 20, dtype=np.float32),
    ]
)
"""The smallest and large ones, and many that lie between two codes."""


def test_both_builds_give_the_same_bits(modules: dict[str, bytes]) -> None:
    """Of all functions, also where values are at their limits or lie between two codes."""
    runs = [Run(Wasmtime(module)) for module in modules.values()]
    one, other = (list(everything(run)) for run in runs)
    assert len(one) > 50
    for first, second in zip(one, other, strict=True):
        assert first.tobytes() == second.tobytes()


def everything(run: Run) -> Iterator[Any]:
    """What all functions make of chance and extremes, codes as bytes."""
    chance = np.random.default_rng(11)
    rows, inner, width = 8, 3 * DIM, 3 * DIM
    weights = chance.choice(np.int8([-128, -127, -1, 0, 1, 127]), (inner, width))
    packed, sums = run.room(weights.size, np.int8), run.room(width, np.int32)
    run.pack(weights, inner, width, packed, sums)
    scales, bias = chance.normal(size=(2, width)).astype(np.float32)
    gamma, beta = chance.normal(size=(2, inner)).astype(np.float32)
    yield sums
    for spread in (1e-20, 1e-3, 1, 60, 1e6):
        for curved in (0, 1):
            x = (chance.normal(size=(rows, inner)) * spread).astype(np.float32)
            x[0] = chance.choice(FLOATS, inner)
            x[1] = spread
            x = run.place(x.ravel())
            codes, steps = run.room(x.size, run.code), run.room(rows, np.float32)
            zeros, out = run.room(rows, np.int32), run.room(rows * width, np.float32)
            run.quantise(x, gamma, curved, rows, inner, codes, steps, zeros)
            yield from (x, codes.astype(np.uint8), steps, zeros)
            run.product(codes, steps, zeros, rows, inner, packed, scales, sums, bias, width, out)
            yield out
            mixed, scratch = run.room(rows * DIM, np.float32), run.room(8 * SIZE, np.float32)
            values, scores = run.room(8 * SIZE, np.float32), run.room(4 * 8, np.float32)
            run.attention(out, rows - 1, HEADS, SIZE, scratch, values, scores, mixed)
            yield mixed[: (rows - 1) * DIM]
            run.add_normalise(out, out, rows, gamma, beta, 1e-12, inner)
            vector = run.room(inner, np.float32)
            run.pool(out, rows, inner, 0, vector)
            yield from (out, vector)
