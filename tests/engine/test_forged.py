"""Segments that nobody's writer wrote, with checksums that agree: a result or a coded error."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.kernels import NumpyKernels
from app.core.kernels.wasm import WasmKernels
from app.engine import BytesSource, HashEmbedder, PlainChunk
from app.errors import FossickError
from app.storage import loading, sections
from app.storage import manifest as manifests
from tests.contract import kernels_hosts
from tests.engine.helpers import (
    KeptStore,
    collection,
    contents,
)

NAME = "seg-00000001"
PAGES = [
    ("notes/gold.md", "# Gold\n\nGold nuggets in the river. Résumé of a gold digger, page 7."),
    ("de/erz.txt", "Das Gold liegt im Fluss und die Läufe sind tief, sagt der Gräber."),
    ("code/mine.py", "def dig(ore):\n    '''Dig for gold.'''\n    return ore\n" * 3),
    ("zh.txt", "河里有金子。"),
]
QUERIES = [
    *("gold", "golden nuggett", '"gold digger"', '"river gold"~5', "gold -river", "g*ld", "*er"),
    *("gold~", "resume", "laufe", "/go.d/", "title:gold", "dir:notes gold", "size:>10", "lang:de"),
    *("NOT gold", "date:2020..2030", "金子", "author:x", "type:text page:1", "go"),
]


async def built():
    """The files of a collection of one segment."""
    store = KeptStore()
    made = await collection(store, HashEmbedder(8))
    sources = [BytesSource(path, text.encode(), modified=1.6e9) for path, text in PAGES]
    await made.add([*sources, PlainChunk("p", "gold", vector=[1, 0], metadata={"author": "x"})])
    await made.close()
    return await contents(store)


FILES = asyncio.run(built())
ARRAYS = sections.unpack(FILES[NAME], NAME)
NAMES = sorted(ARRAYS)


@pytest.fixture(scope="module")
def inside():
    """Makes kernels in WebAssembly over an empty memory, and that memory."""
    host = kernels_hosts.here()
    return lambda: (Inside(host), host.arena)


class Inside(WasmKernels):
    """Kernels whose memory is not that of NumPy: what they write into is brought back."""

    def __init__(self, host):
        host.fresh()
        self.place = host.arena.place
        super().__init__(host, host.arena)

    def add_scores(self, gathered, factors, norms, scores):
        """Add to a copy of the scores, and take that over."""
        inside = self.place(scores)
        super().add_scores(gathered, factors, norms, inside)
        scores[:] = inside

    def cover(self, gathered, factors, share, scores):
        """The same."""
        inside = self.place(scores)
        super().cover(gathered, factors, share, inside)
        scores[:] = inside


class Forged(bytes):
    """The bytes of a segment, shown by what was done to it."""

    changes = ()

    def __repr__(self):
        return f"Forged({self.changes})"


@st.composite
def forged(draw):
    """The arrays of a segment, a few of them other than they were."""
    arrays = dict(ARRAYS)
    changes = []
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)):
        old = arrays[name]
        match draw(st.integers(0, 6)):
            case 0:
                new = old[: draw(st.integers(0, len(old)))]
            case 1:
                new = np.concatenate([old, old[: draw(st.integers(1, 5))]])
            case 2:
                with np.errstate(invalid="ignore"):
                    new = old.astype(
                        draw(st.sampled_from(["<u1", "<u2", "<u4", "<u8", "<i8", "<f4"]))
                    )
            case 3:
                new = arrays[draw(st.sampled_from(NAMES))]
            case 4:
                new = old[::-1]
            case 5:
                new = np.full_like(old, draw(st.sampled_from([0, 1, 2, 127])))
            case _:
                new = old.copy()
                flat = new.reshape(-1).view(np.uint8)
                for _ in range(draw(st.integers(1, 4)) if len(flat) else 0):
                    flat[draw(st.integers(0, len(flat) - 1))] = draw(st.integers(0, 255))
        arrays[name] = new
        changes.append((name, new.dtype.str, new.tolist()[:200]))
    data = Forged(b"".join(sections.pack(arrays)))
    data.changes = changes
    return data


async def stored(data):
    """A store in which the manifest vouches for a forged segment, and its snapshot."""
    store = KeptStore()
    for name, content in {**FILES, NAME: data}.items():
        await store.write(name, [content])
    manifest = (await manifests.read_newest(store)).manifest
    crc = sections.read_table(data, NAME).crc
    entry = replace(manifest.segments[0], crc=crc)
    await manifests.write(store, replace(manifest, segments=(entry,)))
    await manifests.seal(store, replace(manifest, segments=(entry,)))
    return store, await loading.load(store, analysis=manifest.analysis)


async def outcome(call):
    """What a call gives, or the code of its error; any other exception fails the test."""
    try:
        return await call
    except FossickError as error:
        assert error.code in {"storage-damaged", "storage-unavailable", "not-found", "bad-option",
                              "dimension-mismatch"}  # fmt: skip
        return error.code


async def everything(data, kernels):
    """What all calls give on a collection with this segment."""
    store, _ = await stored(data)
    found = await collection(store, HashEmbedder(8), kernels=kernels)
    results = []
    for query in QUERIES:
        result = await outcome(found.search(query, {"mode": "keyword"}))
        results.append(result if isinstance(result, str) else (result.hits, result.total))
    await outcome(found.search("gold nuggets"))
    await outcome(found.search("", {"mode": "vector", "vector": [1, 0]}))
    await outcome(found.search("gold", {"path": "*.md", "type": ["text"]}))
    await outcome(found.documents())
    await outcome(found.stats())
    await outcome(found.get("notes/gold.md"))
    await outcome(found.get("notes/gold.md#0"))
    await outcome(found.context("gold river"))
    await outcome(found.check())
    await outcome(found.add([BytesSource("new.txt", b"gold again"), PlainChunk("p", "other")]))
    await outcome(found.remove(["zh.txt"]))
    await outcome(found.settle())
    await outcome(found.vacuum())
    result = await outcome(found.search("again", {"mode": "keyword"}))
    assert isinstance(result, str) or result.hits[0].path == "new.txt"
    await outcome(found.repair())
    await outcome(found.close())
    return results


def lists_rise(data):
    """Whether the chunks of each form rise, without which kernels may differ in their answers."""
    arrays = sections.unpack(data, NAME)
    ordinals = arrays["lex.ordinals"]
    if arrays["lex.posting_offsets"].tobytes() != ARRAYS["lex.posting_offsets"].tobytes():
        return False
    lists = [ordinals[start:end] for start, end in pairwise(ARRAYS["lex.posting_offsets"].tolist())]
    return all((np.diff(each.astype(np.int64)) > 0).all() for each in lists)


def same(results):
    """Results without scores that are no numbers, which equal nothing."""
    return repr(results)


FUZZED = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@FUZZED
@given(forged())
def test_a_result_or_a_coded_error(data):
    """Whatever stands in a segment, every call answers or fails with a code."""
    asyncio.run(everything(data, NumpyKernels()))


@pytest.mark.slow
@FUZZED
@given(data=forged())
def test_kernels_agree_and_stay_inside(inside, data):
    """In WebAssembly the same, with nothing read or written outside of the arrays."""
    kernels, arena = inside()
    found = same(asyncio.run(everything(data, kernels)))
    assert not arena.strayed()
    if lists_rise(data):
        assert found == same(asyncio.run(everything(data, NumpyKernels())))


def test_nothing_forged():
    """The segment as it was written answers as the collection did."""
    data = b"".join(sections.pack(ARRAYS))
    assert data == FILES[NAME]
    results = asyncio.run(everything(data, NumpyKernels()))
    assert not any(isinstance(result, str) for result in results)
    assert sum(total > 0 for _, total in results) >= 15


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_place_in_the_table(data):
    """A table that tells of other places, sizes and types than there are is damage."""
    raw = bytearray(FILES[NAME])
    length = sections.table_length(raw, NAME)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(32, length - 1))
        raw[place] = data.draw(st.integers(0, 255))
    raw = signed(raw, length)
    _, snapshot = asyncio.run(stored(raw)) if is_table(raw) else (None, None)
    if snapshot is not None and not snapshot.damage:
        (live,) = snapshot.segments
        whole = {**live.segment.documents.to_arrays(), **live.segment.chunks.to_arrays()}
        assert all(whole[name].tobytes() == ARRAYS[name].tobytes() for name in whole)


def signed(raw, length):
    """The bytes with a checksum that agrees with the table."""
    import struct
    import zlib

    raw[24:28] = bytes(4)
    raw[24:28] = struct.pack("<I", zlib.crc32(bytes(raw[:length])))
    return bytes(raw)


def is_table(raw):
    """Whether the table can be read; else it must be damage."""
    try:
        sections.read_table(raw, NAME)
    except FossickError as error:
        assert error.code == "storage-damaged"
        return False
    return True
