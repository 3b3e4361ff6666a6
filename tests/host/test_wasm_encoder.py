"""The page's encoder on CPython: the bundled model, in any batch, on several threads."""

import sys

import numpy as np
import onnx
import pytest

from app.errors import EmbedderError
from app.host import wasm_encoder
from app.host.model_files import BUNDLED_MODEL
from app.host.onnx_embedder import OnnxEmbedder

pytest.importorskip("wasmtime")

GRAPH = BUNDLED_MODEL / "onnx/model_quantized.onnx"
TEXTS = [
    "gold",
    "Nuggets lie where the river slows down.",
    "Flüsse, Gräben, Öfen; 川が曲がるところに金がある。",
    "A long passage that has to be cut. " * 40,
    "",
]


@pytest.fixture(scope="module")
def embedder():
    """The bundled model in the page's encoder, on two threads."""
    if not (GRAPH.is_file() and wasm_encoder.MODULE.is_file()):
        pytest.skip("run `make site` first")
    return OnnxEmbedder(threads=2, device="wasm")


@pytest.mark.lengthy
def test_the_same_in_any_batch(embedder):
    """A text's vector does not hang on its neighbours, to the bit, nor on how many there are."""
    together = embedder.embed_now(TEXTS * 40)
    assert (together[: len(TEXTS)] == together[-len(TEXTS) :]).all()
    for text, row in zip(TEXTS, together, strict=False):
        assert (embedder.embed_now([text])[0] == row).all()
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_near_those_of_onnx_runtime(embedder):
    """Both are int8, and round otherwise; the name of the space is the same."""
    native = OnnxEmbedder(device="cpu")
    assert embedder.info.model == native.info.model
    assert (embedder.info.device, embedder.info.dim) == ("wasm", native.info.dim)
    cosines = (embedder.embed_now(TEXTS) * native.embed_now(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.99


def test_a_model_that_it_does_not_know(embedder, tmp_path, monkeypatch):
    """Another graph, or a package that is not there, is an error with a way out."""
    (tmp_path / "onnx").mkdir()
    (tmp_path / "tokenizer.json").symlink_to((BUNDLED_MODEL / "tokenizer.json").resolve())
    node = onnx.helper.make_node("Softmax", ["x"], ["y"])
    graph = onnx.helper.make_graph([node], "other", [], [])
    onnx.save(onnx.helper.make_model(graph), tmp_path / "onnx/model.onnx")
    with pytest.raises(EmbedderError, match="does not know such a model: Softmax") as caught:
        OnnxEmbedder(tmp_path, device="wasm")
    assert (caught.value.code, "--device" in caught.value.hint) == ("model-failed", True)
    monkeypatch.setitem(sys.modules, "wasmtime", None)
    with pytest.raises(EmbedderError, match="needs the package wasmtime") as caught:
        OnnxEmbedder(device="wasm")
    assert "pip install" in caught.value.hint
    monkeypatch.setattr(wasm_encoder, "MODULE", tmp_path / "relaxed.wasm")
    with pytest.raises(EmbedderError) as caught:
        OnnxEmbedder(device="wasm")
    assert caught.value.code == "model-missing"
