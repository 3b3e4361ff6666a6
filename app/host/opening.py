"""A collection on this host: directory, embedder by name, PDFium, the clock."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from app.core.analysis.wordpiece import WordPiece, estimate_tokens
from app.engine import Collection, EmbedderChain, HashEmbedder, InlineParser, StaticEmbedder
from app.errors import EmbedderError, InputError
from app.formats.parsing import Parser
from app.host.disk_store import DirectoryStore
from app.host.onnx_embedder import BUNDLED_MODEL, OnnxEmbedder, token_counter
from app.host.pdfium import PdfiumReader
from app.ports import Embedder, TokenCounter

EMBEDDERS = ("auto", "transformer", "static", "hash", "none")
BUNDLED_TABLE = Path(__file__).parents[2] / "static/models/static-minilm-256.npz"
DEFAULT_INDEX = Path(".fossick")


def embedders(name: str, model: Path = BUNDLED_MODEL) -> tuple[list[Embedder], list[str]]:
    """The embedders that a name stands for, best first, and notes for the user.

    "auto" is the transformer where its files are there, with static vectors until it is done,
    then hash; "transformer" and "static" insist on their files (`EmbedderError("model-missing")`
    else).
    """
    if name == "none":
        return [], []
    if name == "hash":
        return [HashEmbedder()], []
    if name not in EMBEDDERS:
        raise InputError(f"There is no embedder {name!r}.", hint=f"Use {', '.join(EMBEDDERS)}.")
    makers: dict[str, Callable[[], Embedder]] = {
        "transformer": lambda: OnnxEmbedder(model),
        "static": static_embedder,
    }
    found: list[Embedder] = []
    notes: list[str] = []
    for kind in makers if name == "auto" else [name]:
        try:
            found.append(makers[kind]())
        except EmbedderError as error:
            if name != "auto":
                raise
            notes.append(f"{error.message} {error.hint}".strip())
    if notes:
        notes.append(f"Going on with {'static vectors' if found else 'hashed words'}.")
    return [*found, HashEmbedder()], notes


def static_embedder(table: Path = BUNDLED_TABLE, model: Path = BUNDLED_MODEL) -> StaticEmbedder:
    """The embedder of a table; `EmbedderError("model-missing")` where a file is not there."""
    vocabulary = model / "vocab.txt"
    for path in (table, vocabulary):
        if not path.is_file():
            raise EmbedderError(f"There is no file {path}.", code="model-missing")

    async def read() -> bytes:
        return table.read_bytes()

    return StaticEmbedder(read, WordPiece(vocabulary.read_text(encoding="utf-8").splitlines()))


def counter(model: Path = BUNDLED_MODEL) -> TokenCounter:
    """The model's own token counter, an estimate where its vocabulary is not there."""
    try:
        return token_counter(model)
    except EmbedderError:
        return estimate_tokens


@asynccontextmanager
async def collection(
    index: Path,
    *,
    embedder: str,
    model: Path,
    read_only: bool = False,
    must_be: bool = False,
) -> AsyncIterator[tuple[Collection, list[str]]]:
    """A collection in a directory, closed when the block ends, and notes about its embedder.

    `InputError("not-found")` if it `must_be` there, as one for reading must, and is not.
    """
    if (read_only or must_be) and not index.is_dir():
        raise InputError(
            f"There is no index in {index}.",
            code="not-found",
            hint="Make one first: python -m app index FOLDER.",
        )
    chain, notes = embedders(embedder, model)
    opened = await Collection.open(
        DirectoryStore(index),
        embedder=EmbedderChain(chain),
        clock=time.perf_counter,
        count_tokens=counter(model),
        parser=InlineParser(Parser(count_tokens=counter(model), pdf_reader=PdfiumReader())),
        read_only=read_only,
    )
    try:
        yield opened, notes
    finally:
        await opened.close()
