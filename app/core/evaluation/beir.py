"""Judged collections in the layout of BEIR (Thakur et al. 2021).

`corpus.jsonl` and `queries.jsonl` hold one object a line; `qrels/<split>.tsv` has a header and
the columns query id, document id, grade.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

from app.core.evaluation.runs import Qrels
from app.errors import InputError


@dataclass(frozen=True, slots=True)
class JudgedDocument:
    """A document of the collection, one passage as it stands."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class JudgedCollection:
    """Documents in the order of the file, and the queries that have judgements."""

    documents: tuple[JudgedDocument, ...]
    queries: Mapping[str, str]
    qrels: Qrels


def load_beir(folder: Traversable, split: str = "test") -> JudgedCollection:
    """The collection in `folder`, a `pathlib.Path` or anything that opens files as one does.

    Raises `InputError("not-found")` if a file is missing, `InputError` if a line is off.
    """
    documents = tuple(
        JudgedDocument(str(row["_id"]), str(row.get("title") or ""), str(row["text"]))
        for row in _objects(folder, "corpus.jsonl", ("_id", "text"))
    )
    qrels = _qrels(folder, f"qrels/{split}.tsv")
    queries = {
        str(row["_id"]): str(row["text"])
        for row in _objects(folder, "queries.jsonl", ("_id", "text"))
    }
    missing = qrels.keys() - queries.keys()
    if missing:
        raise InputError(f"queries.jsonl lacks {len(missing)} judged queries: {min(missing)}.")
    return JudgedCollection(documents, {query: queries[query] for query in qrels}, qrels)


def _lines(folder: Traversable, name: str) -> Iterator[tuple[int, str]]:
    try:
        with folder.joinpath(name).open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
    except FileNotFoundError as error:
        raise InputError(
            f"There is no {name} in {folder}.",
            code="not-found",
            hint="A BEIR folder holds corpus.jsonl, queries.jsonl and qrels/test.tsv.",
        ) from error


def _objects(folder: Traversable, name: str, required: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in _lines(folder, name):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{name}, line {number} is not JSON: {error}") from error
        if not isinstance(row, dict) or not all(key in row for key in required):
            raise InputError(f"{name}, line {number} lacks one of {', '.join(required)}.")
        yield row


def _qrels(folder: Traversable, name: str) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(folder, name):
        columns = line.rstrip("\n").split("\t")
        try:
            query, document, grade = columns[0], columns[1], int(columns[2])
        except (IndexError, ValueError) as error:
            if number == 1:
                continue  # the header
            raise InputError(f"{name}, line {number} is not: query, document, grade.") from error
        qrels.setdefault(query, {})[document] = grade
    return qrels
