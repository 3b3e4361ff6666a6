"""A collection on this host: directory, embedder by name, PDFium, the clock."""

from __future__ import annotations

import argparse
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from app.core.analysis.wordpiece import WordPiece
from app.engine import Collection, EmbedderChain, HashEmbedder, InlineParser, StaticEmbedder
from app.errors import EmbedderError, InputError
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.parsing import Parser
from app.host.former_models import SiblingModels
from app.host.model_files import BUNDLED_MODEL, counter
from app.host.onnx_embedder import OnnxEmbedder
from app.host.onnx_reranker import OnnxReranker
from app.host.passphrase import content_of, store_in
from app.host.pdfium import PdfiumReader
from app.host.portable_files import FileRanges
from app.host.process_parser import ProcessParser
from app.ports import Embedder, Store
from app.storage.portable import Archive, PortableStore

EMBEDDERS = ("auto", "transformer", "static", "hash", "none")
BUNDLED_TABLE = Path(__file__).parents[2] / "static/models/static-minilm-256.npz"
DEFAULT_INDEX = Path(".fossick")


def embedders(
    name: str, model: Path = BUNDLED_MODEL, device: str = "auto"
) -> tuple[list[Embedder], list[str]]:
    """The embedders that a name stands for, best first, and notes for the user.

    "auto" is the transformer where its files are there, with static vectors until it is done,
    then hash; "transformer" and "static" insist on their files (`EmbedderError("model-missing")`
    else). `device` is that of the transformer, see `OnnxEmbedder`.
    """
    if name == "none":
        return [], []
    if name == "hash":
        return [HashEmbedder()], []
    if name not in EMBEDDERS:
        raise InputError(f"There is no embedder {name!r}.", hint=f"Use {', '.join(EMBEDDERS)}.")
    makers: dict[str, Callable[[], Embedder]] = {
        "transformer": lambda: OnnxEmbedder(model, device=device),
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


async def portable_store(file: Path, passphrase_file: Path | None = None) -> PortableStore:
    """A portable file as a store; `FileError` and `StorageError` where it is none.

    A sealed one is opened by the passphrase in a file, or by one that is asked for.
    """
    ranges = await content_of(FileRanges(file), passphrase_file)
    return PortableStore(await Archive.open(ranges))


@asynccontextmanager
async def collection(
    index: Path,
    *,
    embedder: str,
    model: Path,
    device: str = "auto",
    read_only: bool = False,
    must_be: bool = False,
    exported: Path | None = None,
    reranker: Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
    passphrase_file: Path | None = None,
    file_passphrase_file: Path | None = None,
) -> AsyncIterator[tuple[Collection, list[str]]]:
    """A collection in a directory, closed when the block ends, and notes about its embedder.

    `InputError("not-found")` if it `must_be` there, as one for reading must, and is not. With a
    portable file in `exported` that is searched where it lies, and `index` is not looked at.
    `reranker` is the folder of a cross-encoder. Models run on `device`, see `OnnxEmbedder`; a
    reranker runs in ONNX Runtime always.
    A sealed index is opened by the passphrase in a file, or by one that is asked for; so is a
    sealed portable file, by that in `file_passphrase_file`.
    """
    if exported is None and (read_only or must_be) and not index.is_dir():
        raise InputError(
            f"There is no index in {index}.",
            code="not-found",
            hint="Make one first: python -m app index FOLDER.",
        )
    chain, notes = embedders(embedder, model, device)
    former = SiblingModels(model, device) if embedder in {"auto", "transformer"} else None
    store: Store = (
        await store_in(index, passphrase_file, read_only=read_only)
        if exported is None
        else await portable_store(exported, file_passphrase_file)
    )
    count = counter(model)
    inline = InlineParser(Parser(count_tokens=count, pdf_reader=PdfiumReader(), limits=limits))
    parser = ProcessParser(inline, model=model, limits=limits)
    opened = await Collection.open(
        store,
        embedder=EmbedderChain(chain, former),
        clock=time.perf_counter,
        count_tokens=count,
        parser=parser,
        reranker=None if reranker is None else _reranker(reranker, device),
        read_only=read_only,
    )
    try:
        yield opened, notes
    finally:
        await opened.close()
        parser.close()


def _reranker(folder: Path, device: str) -> OnnxReranker:
    return OnnxReranker(folder, device="auto" if device == "wasm" else device)


def existing(
    options: argparse.Namespace, *, read_only: bool = False
) -> AbstractAsyncContextManager[tuple[Collection, list[str]]]:
    """The index that a command's `options` name, which must be there, without an embedder."""
    return collection(
        options.index,
        embedder="none",
        model=options.model,
        read_only=read_only,
        must_be=True,
        passphrase_file=options.passphrase_file,
    )
