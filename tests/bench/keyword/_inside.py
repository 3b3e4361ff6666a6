"""Runs inside Pyodide for bench_keyword.py: Fossick's keyword engine without the rest of the app.

Building is what `add` does with a passage but for hashes, tables and texts: its language, the forms
of its title and text, their postings, and the bytes of the segment's file. Searching is what
`search` does with a query but for reading the texts of the hits: `parse`, `plan`, and
`KeywordIndex.search` with the kernels.
"""

from __future__ import annotations

import gc
import json
import time
import tracemalloc
from datetime import date
from typing import Any

import js
import numpy as np
from pyodide.ffi import to_js

from app.browser import ffi
from app.browser.kernels import browser_kernels
from app.core.lexical import (
    KeywordIndex,
    Lexicon,
    Postings,
    PostingsBuilder,
    Row,
    SearchedSegment,
    Vocabulary,
    parse,
    plan,
)
from app.core.lexical.keys import DEFAULT_LANGUAGE
from app.core.lexical.wording import Reading
from app.engine.indexer import MOST_FORMS
from app.storage import sections

FIRST = 10
BATCH = 512
"""Rows that are analysed at a time."""
TODAY = date(2026, 1, 1)
SYNTAX = {
    "words": "{}",
    "phrase": '"{}"',
    "fuzzy": "{}~",
    "prefix": "{}*",
    "wildcard": "*{}*",
}

_given: dict[str, list[str]] = {}
_kernels = browser_kernels(js.kernels)
_vocabulary = Vocabulary(_kernels)
_files: list[bytes] = []
_index = KeywordIndex([])
_lexicon = Lexicon([])


def take(data: ffi.JsObject) -> int:
    """Keep the passages that are to be indexed; how many there are."""
    _given.update(json.loads(data.to_bytes()))
    return len(_given["texts"])


def segment(start: int, size: int, copy: int) -> ffi.JsObject:
    """Index `size` passages from `start` on: milliseconds of the parts, and the file's bytes."""
    global _vocabulary  # noqa: PLW0603 (one worker, one engine)
    if len(_vocabulary) > MOST_FORMS:
        _vocabulary = Vocabulary(_kernels)
    titles, texts = (_given[name][start : start + size] for name in ("titles", "texts"))
    if copy:
        texts = [f"Copy {copy}: {text}" for text in texts]
    times = dict.fromkeys(("pieces, languages", "analyse", "build", "pack"), 0.0)
    clock = time.perf_counter
    builder, spoken = PostingsBuilder(_vocabulary), []
    for first in range(0, len(texts), BATCH):
        batch = texts[first : first + BATCH]
        begun = clock()
        told = [language or DEFAULT_LANGUAGE for language in _vocabulary.languages(batch)]
        read = clock()
        named = zip(titles[first : first + BATCH], batch, told, strict=True)
        builder.add(Row("", text, title=title, language=name) for title, text, name in named)
        times["pieces, languages"] += read - begun
        times["analyse"] += clock() - read
        spoken += told
    begun = clock()
    postings = builder.build()
    built = clock()
    times["build"] = built - begun
    names = sorted(set(spoken))
    arrays = {
        **postings.to_arrays(),
        "languages": np.array([names.index(language) for language in spoken], np.uint8),
        "names": np.frombuffer(",".join(names).encode(), np.uint8),
    }
    packed = b"".join(sections.pack(arrays))
    times["pack"] = clock() - built
    parts = {name: 1000 * seconds for name, seconds in times.items()}
    return to_js(
        {"parts": parts, "packed": memoryview(packed)}, dict_converter=js.Object.fromEntries
    )


def trace() -> None:
    """Count from now on every byte that Python and NumPy allocate and free."""
    gc.collect()
    tracemalloc.start()


def traced() -> int:
    """Bytes that are allocated now of those since `trace`, 0 without it."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def read(data: ffi.JsObject) -> None:
    """Take in a segment's file."""
    _files.append(ffi.to_bytes(data))


def open() -> ffi.JsObject:  # noqa: A001 (nobody else's here)
    """Make the files searchable; milliseconds for it, and from there to the first hit."""
    global _index, _lexicon  # noqa: PLW0603
    begun = time.perf_counter()
    segments = []
    for number, data in enumerate(_files):
        arrays = sections.unpack(data, str(number))
        names = tuple(arrays["names"].tobytes().decode().split(","))
        languages = arrays["languages"] if len(names) > 1 else None
        postings = Postings.from_arrays(arrays)
        segments.append(SearchedSegment(postings, None, languages, names, kernels=_kernels))
    _files.clear()
    _index = KeywordIndex(segments, kernels=_kernels)
    _lexicon = Lexicon(segments)
    opened = time.perf_counter()
    _hits("gold mine")
    first = time.perf_counter()
    times = {"open_ms": 1000 * (opened - begun), "first_ms": 1000 * (first - opened)}
    return ffi.to_javascript(times)


def ask(kind: str, queries: ffi.JsObject) -> ffi.JsObject:
    """Milliseconds of each query and its first ten hits."""
    times, hits = [], []
    for query in queries.to_py():
        text = SYNTAX[kind].format(query)
        begun = time.perf_counter()
        found = _hits(text)
        times.append(1000 * (time.perf_counter() - begun))
        hits.append(found)
    return ffi.to_javascript({"times": times, "hits": hits})


def _hits(text: str) -> list[Any]:
    asked = plan(parse(text, TODAY).tree, _lexicon, Reading())
    return _index.search(asked, FIRST).ordinals.tolist()
