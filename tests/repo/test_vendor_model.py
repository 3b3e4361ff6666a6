"""The export of the model: the graph computes BERT, int8 stays close, and a bad one is refused."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
sys.path.append(str(Path(__file__).parents[2] / "pyodide_build"))

import onnx
from minilm_balance import balance, scales
from minilm_check import INT8_FLOOR, Model, check_graph, check_int8, feeds, pooled, texts
from minilm_export import quantise
from minilm_float import template
from minilm_graph import BertShape, build
from minilm_reference import gelu
from numpy.typing import NDArray
from onnx import numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from vendor_fetch import VendorError

TEXT = "the a cat dog sat ran on under mat tree and then slept while it rained outside"
BATCH = ["cat", "the dog ran", "the cat sat on the mat and then slept while it rained outside"]
SHAPE = BertShape(layers=2, heads=4, dim=32, epsilon=1e-12)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """A WordPiece tokenizer of a few words."""
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *TEXT.split()]
    vocab = {token: number for number, token in enumerate(names)}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


@pytest.fixture(scope="module")
def weights(tokenizer: Tokenizer) -> dict[str, NDArray[np.float32]]:
    """Random weights of a small BERT, with one outlier channel as the real one has."""
    random = np.random.default_rng(7)
    dim, wide = SHAPE.dim, SHAPE.dim * 4

    def normal(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.3, shape).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": normal(tokenizer.get_vocab_size(), dim),
        "embeddings.position_embeddings.weight": normal(64, dim),
        "embeddings.token_type_embeddings.weight": normal(2, dim),
    }
    norms, linears = ["embeddings.LayerNorm"], {}
    for layer in range(SHAPE.layers):
        name = f"encoder.layer.{layer}"
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
        for part in ("query", "key", "value"):
            linears[f"{name}.attention.self.{part}"] = (dim, dim)
        linears[f"{name}.attention.output.dense"] = (dim, dim)
        linears[f"{name}.intermediate.dense"] = (wide, dim)
        linears[f"{name}.output.dense"] = (dim, wide)
    for name, (rows, columns) in linears.items():
        found[f"{name}.weight"] = normal(rows, columns)
        found[f"{name}.bias"] = normal(rows)
    for name in norms:
        found[f"{name}.weight"] = 1 + normal(dim)
        found[f"{name}.weight"][3] = 20
        found[f"{name}.bias"] = normal(dim)
    return found


@pytest.fixture(scope="module")
def full(
    tmp_path_factory: pytest.TempPathFactory,
    weights: dict[str, NDArray[np.float32]],
    tokenizer: Tokenizer,
) -> Model:
    """The float32 graph of the small BERT."""
    path = tmp_path_factory.mktemp("model") / "model.onnx"
    onnx.save(build(weights, SHAPE), path)
    return Model(path, tokenizer)


def test_the_graph_computes_bert(full: Model, weights: dict[str, NDArray[np.float32]]) -> None:
    """Fused operators and plain NumPy agree, alone and in a padded batch."""
    assert check_graph(full, weights, SHAPE, BATCH) > 0.99999


def test_a_wrong_graph_is_refused(full: Model, weights: dict[str, NDArray[np.float32]]) -> None:
    """One matrix mixed up is enough to be found."""
    name = "encoder.layer.0.attention.self.value.weight"
    changed = {**weights, name: weights[name].T}
    with pytest.raises(VendorError, match="The float32 graph and plain NumPy disagree"):
        check_graph(full, changed, SHAPE, BATCH)


def test_a_balanced_graph_is_the_same(
    full: Model,
    weights: dict[str, NDArray[np.float32]],
    tokenizer: Tokenizer,
    tmp_path: Path,
) -> None:
    """Powers of two change no bit that matters in float32, and help int8."""
    by = balance(build(weights, SHAPE), [feeds(tokenizer, BATCH)])
    assert len(by) == 3 * SHAPE.layers
    assert any((scale != 1).any() for scale in by.values())
    cosines = []
    for name, given in (("plain", None), ("balanced", by)):
        onnx.save(build(weights, SHAPE, given), tmp_path / f"{name}.onnx")
        quantise(tmp_path / f"{name}.onnx", tmp_path / f"{name}8.onnx")
        small = Model(tmp_path / f"{name}8.onnx", tokenizer)
        cosines.append((small.embed(BATCH) * full.embed(BATCH)).sum(axis=1).mean())
    balanced = Model(tmp_path / "balanced.onnx", tokenizer)
    np.testing.assert_allclose(balanced.embed(BATCH), full.embed(BATCH), atol=1e-6)
    assert cosines[1] > cosines[0]


@pytest.mark.parametrize(("half", "floor"), [(False, 0.99999), (True, 0.999)])
def test_the_graph_without_weights(
    full: Model, weights: dict[str, NDArray[np.float32]], tmp_path: Path, half: bool, floor: float
) -> None:
    """Its tensors one after the other in a file beside it make it the same model again."""
    plain = build(weights, SHAPE)
    bare = template(plain, "bare_data", half=half)
    onnx.save(bare, tmp_path / "bare.onnx")
    with (tmp_path / "bare_data").open("wb") as file:
        for whole, empty in zip(plain.graph.initializer, bare.graph.initializer, strict=True):
            assert not empty.raw_data
            kind = numpy_helper.to_array(whole).astype(
                np.float16 if empty.data_type == onnx.TensorProto.FLOAT16 else np.float32
            )
            assert int(empty.external_data[1].value) == file.tell()
            file.write(kind.tobytes())
    found = Model(tmp_path / "bare.onnx", full.tokenizer).embed(BATCH)
    assert ((found * full.embed(BATCH)).sum(axis=1) > floor).all()


def test_a_coarse_int8_is_refused(
    full: Model,
    weights: dict[str, NDArray[np.float32]],
    tokenizer: Tokenizer,
    tmp_path: Path,
) -> None:
    """A model that is off by more than the floor is named with the text and the cosine."""
    noisy = {name: array + np.float32(0.2) * (array > 0.3) for name, array in weights.items()}
    onnx.save(build(noisy, SHAPE), tmp_path / "noisy.onnx")
    with pytest.raises(VendorError, match=rf"at least {INT8_FLOOR} is wanted, for the text"):
        check_int8(Model(tmp_path / "noisy.onnx", tokenizer), full, BATCH)


def test_scales_are_powers_of_two() -> None:
    """A large channel is divided, a large row of weights asks for less."""
    peaks = np.float32([1, 1, 1, 40])
    found = scales(peaks, np.ones((4, 8), np.float32), alpha=0.5)
    assert found.tolist() == [1, 1, 1, 8]
    assert np.all(np.log2(found) % 1 == 0)
    dead = scales(np.float32([0, 1, 1]), np.zeros((3, 2), np.float32))
    assert np.isfinite(dead).all()


def test_gelu_is_the_exact_one() -> None:
    """Values of x * Phi(x) from a table of the normal distribution."""
    found = gelu(np.float32([-1, 0, 1, 2]))
    np.testing.assert_allclose(found, [-0.158655, 0, 0.841345, 1.954500], atol=1e-5)


def test_pooling_ignores_padding() -> None:
    """The mean is over the tokens that the mask keeps."""
    states = np.float32([[[3, 0], [0, 4], [100, 100]]])
    found = pooled(states, np.array([[1, 1, 0]]))
    np.testing.assert_allclose(found, [[0.6, 0.8]], atol=1e-6)


def test_the_texts_cover_all_lengths() -> None:
    """Checked with texts that the calibration has not seen, from one word to a full window."""
    assert not set(texts("check")) & set(texts("calibrate"))
    for part in ("check", "calibrate"):
        counts = [len(text.split()) for text in texts(part)]
        assert min(counts) == 1
        assert max(counts) > 150


def test_the_bundled_model_is_close(root: Path) -> None:
    """The int8 file in the site against the float32 file beside the build."""
    int8 = root / "static" / "vendor" / "models" / "all-MiniLM-L6-v2"
    float32 = root / "build" / "model" / "all-MiniLM-L6-v2" / "onnx" / "model.onnx"
    if not int8.is_dir() or not float32.is_file():
        pytest.skip("the model is not exported yet; run: make vendor")
    bundled = Tokenizer.from_file(str(int8 / "tokenizer.json"))
    small = Model(int8 / "onnx" / "model_quantized.onnx", bundled)
    sample = texts("check")[:12]
    assert check_int8(small, Model(float32, bundled), sample) >= INT8_FLOOR
