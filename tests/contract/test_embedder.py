"""The embedder suite over the embedders that run on CPython."""

import asyncio

import pytest

from app.engine import HashEmbedder
from app.errors import EmbedderError
from app.host.model_files import BUNDLED_MODEL, token_counter
from app.host.onnx_embedder import OnnxEmbedder
from app.host.onnx_model import providers
from app.host.vector_cache import CachedEmbedder
from tests.contract.embedder_suite import CHECKS


@pytest.fixture(params=["hash", "onnx", "wasm", "cached"])
def embedder(request, tmp_path):
    """An embedder of each kind."""
    if request.param in {"onnx", "wasm"}:
        if not (BUNDLED_MODEL / "onnx/model_quantized.onnx").is_file():
            pytest.skip("run `make site` first")
        return OnnxEmbedder(device="cpu" if request.param == "onnx" else "wasm")
    return HashEmbedder() if request.param == "hash" else CachedEmbedder(HashEmbedder(), tmp_path)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_embedder(embedder, check):
    """Each adapter keeps the promises of the port."""
    asyncio.run(check(embedder))


def test_cache_is_kept(tmp_path):
    """What was embedded once is not asked for again, also after a damaged file."""

    async def run():
        first = CachedEmbedder(HashEmbedder(), tmp_path)
        rows = await first.embed(["gold", "river"], "passage")
        first.save()
        (file,) = tmp_path.iterdir()
        second = CachedEmbedder(Refusing(), tmp_path)
        assert (await second.embed(["river", "gold"], "passage") == rows[::-1]).all()
        file.write_bytes(file.read_bytes()[:-1])
        third = CachedEmbedder(HashEmbedder(), tmp_path)
        assert (await third.embed(["gold"], "passage") == rows[:1]).all()

    asyncio.run(run())


def test_devices_of_onnx_runtime():
    """The best that is there; one that is not there is named."""
    assert providers(["CPUExecutionProvider", "DmlExecutionProvider"])[0] == "DmlExecutionProvider"
    assert providers(["CoreMLExecutionProvider", "CPUExecutionProvider"], "cpu") == [
        "CPUExecutionProvider"
    ]
    with pytest.raises(EmbedderError, match='no device "cuda", only cpu') as caught:
        providers(["CPUExecutionProvider"], "cuda")
    assert "onnxruntime" in caught.value.hint
    if (BUNDLED_MODEL / "onnx/model_quantized.onnx").is_file():
        assert OnnxEmbedder(device="cpu").info.device == "cpu"


class Refusing(HashEmbedder):
    """Has the model's name and no answer."""

    async def embed(self, texts, role):
        """Refuse."""
        raise EmbedderError("was asked")


def test_missing_model(tmp_path):
    """A folder without the model is `model-missing`, a broken file `model-failed`."""
    for call in (OnnxEmbedder, token_counter):
        with pytest.raises(EmbedderError) as caught:
            call(tmp_path)
        assert caught.value.code == "model-missing"
        assert "make site" in caught.value.hint
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model.onnx").write_bytes(b"no graph")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EmbedderError) as caught:
        OnnxEmbedder(tmp_path)
    assert caught.value.code == "model-failed"
