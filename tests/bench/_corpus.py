"""Real text for the measurements: files of Git's source and documentation, and passages of them."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from app import formats
from app.core.chunking import chunk, context, embedding_text
from app.core.evaluation import JudgedCollection
from app.errors import FileError
from app.host.model_files import BUNDLED_MODEL, counter
from app.host.onnx_embedder import OnnxEmbedder
from app.host.vector_cache import CachedEmbedder

ARCHIVE = "corpora/git-source-and-docs.zip"
_WORDS = re.compile(r"[^\W\d_]{2,}(?:['-]\w+)*")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file of the corpus and how many chunks Fossick makes of it."""

    path: str
    data: bytes
    chunks: int


@dataclass(frozen=True, slots=True)
class TextPassage:
    """A passage as `add` takes it."""

    id: str
    title: str
    text: str


def text_files(data: Path, chunks: int) -> tuple[list[TextFile], list[TextPassage]]:
    """Files that make about `chunks` chunks together, and these chunks as passages.

    Prose and code are mixed: the files come in the order of the hashes of their names.
    """
    archive = data / ARCHIVE
    if not archive.is_file():
        print(f"There is no {ARCHIVE} in {data}; set FOSSICK_DATA.", file=sys.stderr)
        sys.exit(0)
    count = counter(BUNDLED_MODEL)
    files: list[TextFile] = []
    passages: list[TextPassage] = []
    with zipfile.ZipFile(archive) as members:
        names = [name for name in members.namelist() if not name.endswith("/")]
        for name in sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest()):
            content = members.read(name)
            try:
                document = formats.read(name, content)
            except FileError:
                continue
            parts = chunk(document, count_tokens=count)
            if not parts or len(passages) + len(parts) > chunks * 1.02:
                continue
            files.append(TextFile(name, content, len(parts)))
            title = document.title or PurePosixPath(name).name
            passages += [
                TextPassage(f"{name}#{n}", title, document.text[part.start : part.end])
                for n, part in enumerate(parts)
            ]
            if len(passages) >= chunks:
                break
    return files, passages


def write_files(files: Sequence[TextFile], folder: Path) -> None:
    """The files as they lay in the archive."""
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)


def judged_passages(judged: JudgedCollection) -> list[TextPassage]:
    """The documents of a judged collection."""
    return [TextPassage(doc.id, doc.title, doc.text) for doc in judged.documents]


def native_vectors(passages: Sequence[TextPassage], cache: Path) -> NDArray[np.float32]:
    """What the bundled model makes of the passages in native ONNX Runtime, and keeps in `cache`.

    The text is the one that the engine embeds for such a passage.
    """
    embedder = CachedEmbedder(OnnxEmbedder(), cache)
    count = counter(BUNDLED_MODEL)
    texts = [embedding_text(context(one.title, (), count), one.text) for one in passages]
    found = []
    for start in range(0, len(texts), 512):
        found.append(asyncio.run(embedder.embed(texts[start : start + 512], "passage")))
        if sys.stderr.isatty():
            print(f"\r{start:,} of {len(texts):,} vectors", end="\r", file=sys.stderr)
    embedder.save()
    return np.concatenate(found)


def native_queries(texts: Sequence[str], cache: Path) -> NDArray[np.float32]:
    """The same of queries."""
    embedder = CachedEmbedder(OnnxEmbedder(), cache)
    found = asyncio.run(embedder.embed(texts, "query"))
    embedder.save()
    return found


def queries(passages: Sequence[TextPassage], number: int) -> list[str]:
    """Different stretches of one to eight words of the passages, the same at every run."""
    chance = random.Random(20261121)
    found: dict[str, None] = {}
    while len(found) < number:
        words = _WORDS.findall(chance.choice(passages).text)
        length = chance.randint(1, 8)
        if len(words) > length:
            start = chance.randrange(len(words) - length)
            found[" ".join(words[start : start + length])] = None
    return list(found)
