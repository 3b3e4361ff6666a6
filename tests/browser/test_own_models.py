"""Models that the user brings, as embedders and as rerankers."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from app.host.model_card import read_card
from tests.browser.profiles import BARE
from tests.fixtures.cross_encoder import write_cross_encoder

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PRELUDE = """
const base = new URL("../../", location.href);
const { Fossick } = await import(new URL("static/fossick.js", base));
const failure = async (promise) => {
  try { await promise } catch ({ code, message, hint }) { return { code, message, hint } }
  return null;
};
const fileAt = async (path, name) => {
  const response = await fetch(new URL("static/vendor/models/all-MiniLM-L6-v2/" + path, base));
  return new File([await response.blob()], name ?? path.split("/").at(-1));
};
const placed = (file, path) => {
  Object.defineProperty(file, "webkitRelativePath", { value: path });
  return file;
};
"""
MINILM = "static/vendor/models/all-MiniLM-L6-v2"

Run = Callable[..., Any]


@pytest.fixture
def run(page: Page, site_server: str) -> Run:
    """`run(body, argument)`: the body of an async function in a bare page of the site."""
    page.goto(site_server + BARE)
    return lambda body, argument=None: page.evaluate(
        f"async (given) => {{ {PRELUDE} {body} }}", argument
    )


@pytest.fixture(scope="module")
def cross_encoder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder whose ranking means nothing, in a folder."""
    folder = tmp_path_factory.mktemp("cross") / "Judge of pairs"
    write_cross_encoder(root / MINILM, folder)
    return folder


def give(page: Page, file: Path) -> None:
    """Put a file into an input of the bare page, as a user picks it."""
    page.evaluate("""() => {
      const input = document.createElement("input");
      input.type = "file";
      input.id = "own";
      document.body.append(input);
    }""")
    page.locator("#own").set_input_files(file)


def zipped(folder: Path, target: Path, *, leave: tuple[str, ...] = ()) -> Path:
    """The folder as a zip, below its own name."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder).as_posix()
            if path.is_file() and inside not in leave:
                archive.write(path, f"{folder.name}/{inside}")
    return target


def test_a_folder(run: Run, root: Path, tmp_path: Path) -> None:
    """Graph and tokenizer are enough; what lies beside them says the rest."""
    out = run("""
      const json = (value, path) => placed(new File([JSON.stringify(value)], "x.json"), path);
      const graph = await fileAt("onnx/model_quantized.onnx");
      const files = [
        placed(graph, "My model (v2)/onnx/model_quantized.onnx"),
        placed(await fileAt("tokenizer.json"), "My model (v2)/tokenizer.json"),
        json({ pooling_mode_cls_token: true }, "My model (v2)/1_Pooling/config.json"),
        json({ max_seq_length: 128 }, "My model (v2)/sentence_bert_config.json"),
        json({ prompts: { query: "find: " } }, "My model (v2)/config_sentence_transformers.json"),
        placed(new File(["readme"], "README.md"), "My model (v2)/README.md"),
      ];
      const got = await Fossick.addModel(files);
      const twice = await failure(Fossick.addModel(files));
      const listed = (await Fossick.models()).map(({ id }) => id);
      const fossick = await Fossick.open({ embedder: { model: got.id, device: "wasm" } });
      await fossick.add([{ id: "a", text: "find: gold" }, { id: "b", text: "silver spoons" }]);
      await fossick.upgraded();
      const { hits } = await fossick.search("gold", { mode: "vector" });
      const { model, device, left } = fossick.info();
      await fossick.close();
      await Fossick.removeModel(got.id);
      const after = (await Fossick.models()).map(({ id }) => id);
      return { got, twice, listed, hits, model, device, left, after };
    """)
    got = out["got"]
    assert (got["id"], got["title"]) == ("My-model-v2", "My model (v2)")
    assert (got["kind"], got["dim"], got["maxTokens"]) == ("embedder", 384, 128)
    assert (got["dtype"], got["own"], got["state"]) == ("q8", True, "installed")
    assert out["twice"]["code"] == "bad-option"
    assert "My-model-v2" in out["listed"]
    assert "My-model-v2" not in out["after"]
    assert out["device"] == "wasm" and out["left"] == []
    # The command line calls its vectors by the same name.
    folder = tmp_path / "My model (v2)"
    (folder / "onnx").mkdir(parents=True)
    graph = "onnx/model_quantized.onnx"
    (folder / graph).symlink_to((root / MINILM / graph).resolve())
    assert out["model"] == read_card(folder).space
    # The prefix of queries makes of "gold" what the passage is.
    assert (out["hits"][0]["id"], out["hits"][0]["score"]) == ("a", pytest.approx(1, abs=2e-2))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["tokenizer.json"], ".onnx"),
        (["onnx/model_quantized.onnx"], "tokenizer.json"),
        (["tokenizer.json", "broken.onnx"], ""),
        (["tokenizer.json", "broken.zip"], ".onnx"),
    ],
)
def test_what_is_no_model(run: Run, names: list[str], said: str) -> None:
    """It is refused with a reason, and nothing of it stays."""
    out = run(
        """
      const files = [];
      for (const name of given) {
        files.push(name.startsWith("broken") ? new File(["not one"], name) : await fileAt(name));
      }
      const error = await failure(Fossick.addModel(files));
      return { error, left: (await Fossick.models()).filter(({ own }) => own) };
    """,
        names,
    )
    assert out["error"]["code"] == "model-unsuitable"
    assert said in out["error"]["message"] and out["error"]["message"]
    assert out["left"] == []


def test_a_broken_zip_and_nothing(run: Run) -> None:
    """A zip that is none, an empty list, and what is no list."""
    codes = run("""
      const zip = new File(["not a zip"], "model.zip");
      return [await failure(Fossick.addModel(zip)), await failure(Fossick.addModel([])),
        await failure(Fossick.addModel(null))].map(({ code }) => code);
    """)
    assert codes == ["model-unsuitable", "model-unsuitable", "bad-option"]


FORMER = """
  const models = async (fossick) => Object.fromEntries(
    (await fossick.stats()).models.map(({ model, chunks }) => [model, chunks]));
  const own = [
    placed(await fileAt("onnx/model_quantized.onnx"), "Other/onnx/model_quantized.onnx"),
    placed(await fileAt("tokenizer.json"), "Other/tokenizer.json"),
  ];
  const texts = [{ id: "dog", text: "A puppy barks at strangers." },
    { id: "car", text: "The automobile would not start." },
    { id: "cash", text: "Coins lie in the drawer." }];
  const ask = async (fossick) => {
    const { hits, notes } = await fossick.search("dogs", { mode: "vector" });
    return { first: hits[0]?.id, score: hits[0]?.score, notes };
  };
  const formers = (fossick) => fossick.former.host?.info.state ?? "none";
"""


def test_the_former_model_serves(run: Run) -> None:
    """Until the last vector of it has been made anew; then its worker goes."""
    out = run(
        f"""{FORMER}
      const wasm = {{ device: "wasm" }};
      const before = await Fossick.open({{ collection: "changing", embedder: wasm }});
      await before.add(texts);
      await before.upgraded();
      const first = await ask(before);
      await before.close();
      const {{ id }} = await Fossick.addModel(own);
      const after = await Fossick.open({{
        collection: "changing", embedder: {{ model: id, ...wasm }} }});
      await after.pauseUpgrade();
      const old = {{ models: await models(after), asked: await ask(after), formers: formers(after),
        device: after.former.host?.info.device }};
      await after.pauseUpgrade(false);
      await after.upgraded();
      const fresh = {{ models: await models(after), asked: await ask(after) }};
      await after.search("dogs");
      const {{ left }} = after.info();
      const gone = formers(after);
      await after.close();
      return {{ id, first, old, fresh, gone, left }};
    """
    )
    assert (out["first"]["first"], out["first"]["notes"]) == ("dog", [])
    old, fresh = out["old"], out["fresh"]
    assert (sorted(old["models"].values()), old["asked"]["notes"]) == ([3], [])
    assert next(iter(old["models"])).startswith("all-MiniLM-L6-v2/")
    assert old["asked"]["first"] == "dog"
    assert old["asked"]["score"] == pytest.approx(out["first"]["score"], abs=1e-3)
    assert (old["formers"], old["device"]) == ("ready", "wasm")
    assert [name.split("/")[0] for name in fresh["models"]] == [out["id"]]
    assert (fresh["asked"]["first"], fresh["asked"]["notes"]) == ("dog", [])
    assert (out["gone"], out["left"]) == ("none", [])


def test_a_former_model_that_has_gone(run: Run) -> None:
    """The search says whose vectors were left out, and what is found by words is found."""
    out = run(
        f"""{FORMER}
      const {{ id }} = await Fossick.addModel(own);
      const embedder = {{ model: id, device: "wasm" }};
      const before = await Fossick.open({{ collection: "orphaned", embedder }});
      await before.add(texts);
      await before.upgraded();
      await before.close();
      await Fossick.removeModel(id);
      const wasm = {{ device: "wasm" }};
      const after = await Fossick.open({{ collection: "orphaned", embedder: wasm }});
      await after.pauseUpgrade();
      const words = await after.search("puppy");
      const asked = await ask(after);
      const gone = formers(after);
      await after.pauseUpgrade(false);
      await after.upgraded();
      const fresh = await ask(after);
      await after.close();
      return {{ id, words: [words.hits[0].id, words.notes], asked, gone, fresh }};
    """
    )
    first, notes = out["words"]
    assert first == "dog" and any(out["id"] in note for note in notes)
    assert any(out["id"] in note for note in out["asked"]["notes"])
    assert out["gone"] == "none"
    assert (out["fresh"]["first"], out["fresh"]["notes"]) == ("dog", [])


def test_a_reranker(page: Page, run: Run, cross_encoder: Path, tmp_path: Path) -> None:
    """A cross-encoder from a zip orders the first hits by its scores, when it is asked for."""
    give(page, zipped(cross_encoder, tmp_path / "judge.zip"))
    out = run("""
      const none = await Fossick.open({ collection: "none", embedder: "none" });
      const missing = await failure(none.search("gold", { rerank: true }));
      await none.close();
      const got = await Fossick.addModel(document.querySelector("#own").files);
      const fossick = await Fossick.open({ collection: "judged", embedder: "none" });
      const texts = ["gold in the river", "gold and silver, and a longer sentence about both",
        "the gold of fools", "where gold lies there is quartz", "a gold ring was lost"];
      await fossick.add(texts.map((text, n) => ({ id: `p${n}`, text })));
      const plain = await fossick.search("gold river");
      const found = await fossick.search("gold river", { rerank: true, k: 4 });
      const named = await fossick.search("gold river", { rerank: got.id, explain: true });
      const wrong = [await failure(fossick.search("gold", { rerank: 1 })),
        await failure(fossick.search("gold", { rerank: true, sort: "name" })),
        await failure(Fossick.open({ embedder: { model: got.id } }))];
      const stop = new AbortController();
      const stopped = failure(fossick.search("gold", { rerank: true, signal: stop.signal }));
      stop.abort();
      const result = { missing, got, plain, found, named, wrong, stopped: await stopped };
      await fossick.close();
      return { ...result, texts };
    """)
    assert out["missing"]["code"] == "model-missing"
    assert (out["got"]["kind"], out["got"]["title"]) == ("reranker", "Judge of pairs")
    assert "rerank" not in out["plain"]["timings"]
    assert 0 < out["found"]["timings"]["rerank"] < out["found"]["timings"]["total"]
    hits = out["found"]["hits"]
    assert [hit["rank"] for hit in hits] == [1, 2, 3, 4]
    scores = [hit["legs"]["rerank"]["score"] for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert [hit["id"] for hit in out["named"]["hits"]][:4] == [hit["id"] for hit in hits]
    given = {hit["id"]: hit["legs"]["rerank"]["score"] for hit in out["named"]["hits"]}
    expected = native_scores(cross_encoder, "gold river", out["texts"])
    spread = float(np.std(expected))
    for place, score in enumerate(expected):
        assert given[f"p{place}"] == pytest.approx(score, abs=spread)
    best = f"p{int(np.argmax(expected))}"
    assert best in [hit["id"] for hit in hits][:2]
    assert [one["code"] for one in out["wrong"]] == ["bad-option"] * 3
    assert out["stopped"]["code"] == "cancelled"


def native_scores(folder: Path, query: str, passages: list[str]) -> list[float]:
    """What ONNX Runtime gives on this machine, pair by pair."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    session = onnxruntime.InferenceSession(folder / "onnx" / "model_quantized.onnx")
    scores = []
    for passage in passages:
        pair = tokenizer.encode(query, passage)
        feeds = {
            "input_ids": np.array([pair.ids], dtype=np.int64),
            "attention_mask": np.array([pair.attention_mask], dtype=np.int64),
            "token_type_ids": np.array([pair.type_ids], dtype=np.int64),
        }
        (logits,) = session.run(["logits"], feeds)
        scores.append(float(np.asarray(logits)[0, 0]))
    return scores
