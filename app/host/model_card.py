"""What the files of a model say of how it is run, and the name of its vector space.

The rules are those of the browser (`static/workers/models/intake.js`, `static/models.js`): what a
model has made there is searched with the same model here, under the same name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from app.errors import EmbedderError
from app.host.model_files import missing

_GRAPHS = ("model_quantized.onnx", "model_int8.onnx", "model.onnx")
"""Best first; any other name comes after them."""
_CATALOGUE = Path(__file__).parents[2] / "static/models.json"
_MOST_TOKENS = 512
"""That a text has where nothing else is said, and in any case."""


@dataclass(frozen=True)
class ModelCard:
    """A model folder: `graph` is its ONNX file, `told` what is known besides."""

    name: str
    graph: Path
    dtype: str
    """"int8", "fp32", "fp16" or "q4"."""
    max_tokens: int
    """Texts are cut there, special tokens included."""
    pooling: str
    """"mean", "cls" or "last"."""
    prefixes: Mapping[str, str]
    """Put before texts, by the role of a text."""
    known: str
    """Revision in the catalogue, "" for a model that it does not know."""

    @cached_property
    def space(self) -> str:
        """Name of the vector space: another one where a text would get another vector."""
        return f"{self.name}/{(self.known or _digest(self.graph))[:8]}/{self.dtype}"


def read_card(folder: str | os.PathLike[str]) -> ModelCard:
    """The card of a folder that holds `tokenizer.json` and a graph.

    Of several graphs that in int8 is taken first. `EmbedderError("model-missing")` where there is
    none, "model-failed" for a settings file that is no JSON.
    """
    path = Path(folder).resolve()
    graph = _choose_graph(path)
    name = _id_of(path.name)
    entry = _catalogued(name, graph)
    told = entry or _told(path)
    return ModelCard(
        name=name,
        graph=graph,
        dtype=_dtype_of(graph.name),
        max_tokens=min(int(told["maxTokens"]), _MOST_TOKENS),
        pooling=str(told["pooling"]),
        prefixes=told["prefixes"],
        known=str(entry["revision"]) if entry else "",
    )


def _choose_graph(folder: Path) -> Path:
    def rank(path: Path) -> tuple[int, int, str]:
        inside = path.relative_to(folder).as_posix()
        known = _GRAPHS.index(path.name) if path.name in _GRAPHS else len(_GRAPHS)
        return known, len(inside), inside

    found = sorted(folder.rglob("*.onnx"), key=rank)
    if not found:
        raise missing(folder / "onnx" / _GRAPHS[0])
    return found[0]


def _catalogued(name: str, graph: Path) -> dict[str, Any] | None:
    """The catalogue's entry of this name, if the graph is the one that it means."""
    if not _CATALOGUE.is_file():
        return None
    entries = json.loads(_CATALOGUE.read_text(encoding="utf-8"))["models"]
    entry: dict[str, Any] | None = next((one for one in entries if one["id"] == name), None)
    if entry is None or entry.get("bundled"):
        return entry
    hashes = [file["sha256"] for file in entry["files"] if file["path"].endswith(".onnx")]
    return entry if _digest(graph) in hashes else None


def _told(folder: Path) -> dict[str, Any]:
    """What files in the layout of sentence-transformers say."""
    config, tokenizer, pooling, sentence, prompts = (
        _read_json(folder / name)
        for name in (
            "config.json",
            "tokenizer_config.json",
            "1_Pooling/config.json",
            "sentence_bert_config.json",
            "config_sentence_transformers.json",
        )
    )
    limits = (
        sentence.get("max_seq_length"),
        tokenizer.get("model_max_length"),
        config.get("max_position_embeddings"),
    )
    texts = prompts.get("prompts") or {}
    return {
        # Tokenizers without a limit name one of some thirty digits.
        "maxTokens": _first(limits) or _MOST_TOKENS,
        "pooling": "cls"
        if pooling.get("pooling_mode_cls_token")
        else "last"
        if pooling.get("pooling_mode_lasttoken")
        else "mean",
        "prefixes": {
            "query": str(texts.get("query") or ""),
            "passage": str(texts.get("document") or texts.get("passage") or ""),
        },
    }


def _first(limits: Sequence[object]) -> int | None:
    sound = (int(one) for one in limits if isinstance(one, int | float) and 8 <= one < 1e6)
    return next(sound, None)


def _dtype_of(graph: str) -> str:
    """By the names that exporters give."""
    if re.search(r"(quantized|int8|uint8|q8)\w*\.onnx$", graph):
        return "int8"
    if graph.endswith("fp16.onnx"):
        return "fp16"
    return "q4" if re.search(r"q4\w*\.onnx$", graph) else "fp32"


def _id_of(title: str) -> str:
    """The name as a part of a vector space's name.

    >>> _id_of("My model (v2)")
    'My-model-v2'
    """
    name = re.sub(r"[^A-Za-z0-9._]+", "-", unicodedata.normalize("NFKD", title))
    name = re.sub(r"\.{2,}", ".", re.sub(r"^[-._]+|[-._]+$", "", name))
    return re.sub(r"-{2,}", "-", name)[:64] or "own-model"


def _digest(graph: Path) -> str:
    with graph.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EmbedderError(
            f"{path} is no JSON.", code="model-failed", hint="Download the model again."
        ) from error
    return value if isinstance(value, dict) else {}
