"""Outcomes as JSON, for the way from a worker or a process that reads to the engine.

Each side would copy objects anyway, and its parser is written in C.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.model import Address, Chunk
from app.errors import FileError
from app.formats.parsing import CutDocument, Parsed


def encode(parsed: Parsed) -> str:
    """An outcome as JSON."""
    row: dict[str, Any] = {
        "path": parsed.path,
        "size": parsed.size,
        "digest": parsed.digest.hex(),
        "modified": parsed.modified,
        "members": parsed.members,
        "left": parsed.left,
    }
    if parsed.problem is not None:
        problem = parsed.problem
        row["problem"] = [problem.code, problem.message, problem.hint]
    if parsed.document is not None:
        cut = parsed.document
        chunks = [(part.start, part.end, *_address(part.address)) for part in cut.chunks]
        row["document"] = [cut.title, cut.text, cut.kind, dict(cut.metadata), chunks]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def decode(row: Mapping[str, Any]) -> Parsed:
    """What `encode` wrote."""
    problem, document = row.get("problem"), row.get("document")
    return Parsed(
        path=row["path"],
        size=row["size"],
        digest=bytes.fromhex(row["digest"]),
        modified=row["modified"],
        members=row["members"],
        left=row.get("left", 0),
        problem=None if problem is None else _problem(*problem),
        document=None if document is None else _document(*document),
    )


def _problem(code: str, message: str, hint: str) -> FileError:
    return FileError(message, code=code, hint=hint)


def _document(
    title: str, text: str, kind: str, metadata: Mapping[str, str], chunks: Sequence[Sequence[Any]]
) -> CutDocument:
    cut = [Chunk(start, end, _place(fields)) for start, end, *fields in chunks]
    return CutDocument(title, text, kind, cut, metadata)


def _place(fields: list[Any]) -> Address:
    fields[-1] = tuple(fields[-1])
    return Address(*fields)


def _address(address: Address) -> tuple[Any, ...]:
    """The fields of an address in their order, the heading last."""
    pages = address.page, address.end_page, address.line, address.end_line
    return (*pages, address.place, address.end_place, address.heading)
