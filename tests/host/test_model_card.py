"""Model folders: how they are run, what their vectors are called, and former models beside them."""

import asyncio
import hashlib
import json
import shutil

import numpy as np
import pytest

from app.core.dense import pooling
from app.errors import EmbedderError
from app.host import opening
from app.host.former_models import SiblingModels
from app.host.model_card import read_card
from app.host.model_files import BUNDLED_MODEL
from app.host.onnx_embedder import OnnxEmbedder
from app.host.onnx_reranker import OnnxReranker
from tests.engine.helpers import source

GRAPH = "onnx/model_quantized.onnx"
TEXTS = [
    source("dog.txt", "A puppy barks at strangers."),
    source("car.txt", "The automobile would not start."),
    source("cash.txt", "Coins lie in the drawer."),
]


@pytest.fixture
def bundled():
    """The folder of the bundled model."""
    if not (BUNDLED_MODEL / GRAPH).is_file():
        pytest.skip("run `make site` first")
    return BUNDLED_MODEL


@pytest.fixture
def folder(bundled, tmp_path):
    """`folder(name, settings)`: the bundled model under another name, with files of settings."""

    def made(name, settings=None):
        made = tmp_path / name
        (made / "onnx").mkdir(parents=True)
        for path in (GRAPH, "tokenizer.json"):
            (made / path).symlink_to((bundled / path).resolve())
        for path, value in (settings or {}).items():
            (made / path).parent.mkdir(exist_ok=True)
            (made / path).write_text(json.dumps(value), encoding="utf-8")
        return made

    return made


def test_the_bundled_model(bundled):
    """It is named as in the browser, whatever its bytes are."""
    card = read_card(bundled)
    assert (card.space, card.max_tokens, card.pooling) == ("all-MiniLM-L6-v2/1/int8", 256, "mean")


def test_a_model_of_ones_own(folder):
    """What lies beside the graph says how it is run; its space is named by its bytes."""
    made = folder(
        "My model (v2)",
        {
            "1_Pooling/config.json": {"pooling_mode_cls_token": True},
            "sentence_bert_config.json": {"max_seq_length": 128},
            "config_sentence_transformers.json": {"prompts": {"query": "find: "}},
        },
    )
    card = read_card(made)
    digest = hashlib.sha256((made / GRAPH).read_bytes()).hexdigest()[:8]
    assert (card.space, card.max_tokens) == (f"My-model-v2/{digest}/int8", 128)
    assert (card.pooling, dict(card.prefixes)) == ("cls", {"query": "find: ", "passage": ""})
    embedder = OnnxEmbedder(made)
    (asked,) = embedder.embed_now(["gold"], "query")
    (passage,), (other,) = (embedder.embed_now([text]) for text in ("find: gold", "gold"))
    assert np.allclose(asked, passage, atol=1e-6)
    assert asked @ other < 0.99


def test_what_files_say(folder):
    """Limits of some thirty digits are none, and none is over what the encoder takes."""
    endless = {"tokenizer_config.json": {"model_max_length": 10**30}}
    assert read_card(folder("a", endless)).max_tokens == 512
    positions = endless | {"config.json": {"max_position_embeddings": 300}}
    assert read_card(folder("b", positions)).max_tokens == 300
    last = {"1_Pooling/config.json": {"pooling_mode_lasttoken": True}}
    assert read_card(folder("c", last)).pooling == "last"
    assert read_card(folder("d", {"config.json": ["no object"]})).pooling == "mean"
    broken = folder("e")
    (broken / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(EmbedderError, match=r"config\.json is no JSON") as caught:
        read_card(broken)
    assert caught.value.code == "model-failed"


def test_which_graph(tmp_path):
    """That in int8 first, then by name; none at all is `model-missing`."""
    with pytest.raises(EmbedderError) as caught:
        read_card(tmp_path)
    assert caught.value.code == "model-missing"
    (tmp_path / "onnx").mkdir()
    for name, dtype in [
        ("model_q4.onnx", "q4"),
        ("model.onnx", "fp32"),
        ("model_int8.onnx", "int8"),
    ]:
        (tmp_path / "onnx" / name).write_bytes(b"graph")
        assert read_card(tmp_path).dtype == dtype
    (tmp_path / "onnx" / "model_fp16.onnx").write_bytes(b"graph")
    assert read_card(tmp_path).graph.name == "model_int8.onnx"


def test_the_catalogue_knows_a_model_by_its_bytes(folder):
    """Another graph in a folder of that name is a model of one's own."""
    card = read_card(folder("bge-small-en-v1.5"))
    assert (card.known, card.pooling) == ("", "mean")


def test_the_last_token_that_is_there():
    """Padding comes behind it."""
    tokens = np.arange(12, dtype=np.float32).reshape(2, 3, 2)
    mask = np.array([[1, 1, 0], [1, 1, 1]])
    assert pooling.last(tokens, mask).tolist() == [[2, 3], [10, 11]]


def test_an_embedder_is_no_reranker(folder):
    """And is told from one."""
    with pytest.raises(EmbedderError, match="no reranker"):
        OnnxReranker(folder("a"))


def test_former_models_lie_beside(folder, tmp_path):
    """An index of one model is searched by its meaning when another one is named."""
    index, old, new = tmp_path / "index", folder("models/old"), folder("models/new")
    space = read_card(old).space

    async def first(model, *, gone=False):
        async with opening.collection(index, embedder="transformer", model=model) as (found, _):
            if not (await found.stats()).documents:
                await found.add(TEXTS)
            if gone:
                shutil.rmtree(old)
            told = await found.search("dogs", {"mode": "vector"})
            return (
                [hit.path for hit in told.hits][:1],
                told.notes,
                [one.model for one in (await found.stats()).models],
            )

    assert asyncio.run(first(old)) == (["dog.txt"], (), [space])
    assert asyncio.run(first(new)) == (["dog.txt"], (), [space])
    hits, notes, _ = asyncio.run(first(new, gone=True))
    assert not hits and any(space in note for note in notes)


def test_one_former_model_at_a_time(folder):
    """The first stays until nothing of it is left; what is no model is passed over."""
    one, two = folder("models/one"), folder("models/two")
    (one.parent / "zero").mkdir()
    (one.parent / "zero" / "tokenizer.json").write_text("{}")
    former = SiblingModels(one.parent / "present")
    names = [read_card(each).space for each in (one, two)]

    async def ask(name):
        row = await former.embed_query(name, "gold")
        return None if row is None else row.shape

    assert asyncio.run(ask(names[0])) == (384,)
    assert asyncio.run(ask(names[1])) is None
    former.keep([names[1]])
    assert asyncio.run(ask(names[1])) == (384,)
    former.keep([])
    with pytest.raises(EmbedderError) as caught:
        asyncio.run(ask("three/1/int8"))
    assert caught.value.code == "model-missing"
