"""Documents as Markdown that a language model can read and cite."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.engine.context import place
from app.engine.records import Record
from app.storage.document_table import DocumentRow

LIMIT = 200_000
"""Characters of a file in a zip: about 50,000 tokens."""

_HOW = (
    "Each document has a number, and so has every place in it that a passage can be cited by: "
    "cite as [1] or [1, page 2]."
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A document on its way out."""

    number: int
    path: str
    title: str
    characters: int
    files: tuple[str, ...] = ()


def opening(name: str, documents: Sequence[Listed]) -> str:
    """What stands in front of all documents: how to cite, and the table of contents."""
    lines = [
        f"# {_plain(name)}",
        "",
        f"{len(documents):,} documents. {_HOW}",
        "",
        "## Contents",
        "",
    ]
    for each in documents:
        where = f" in {', '.join(each.files)}" if each.files else ""
        lines.append(f"{each.number}. {_plain(each.title or each.path)} (`{each.path}`){where}")
    return "\n".join(lines) + "\n"


def document(number: int, row: DocumentRow, text: str, records: Sequence[Record]) -> str:
    """A document with its number, its source, and marks where its pages or parts begin."""
    about = [f"Source: `{row.path}`"]
    if row.modified == row.modified:
        about.append(f"changed {datetime.fromtimestamp(row.modified, UTC):%Y-%m-%d}")
    about += [f"{key}: {value}" for key, value in row.metadata.items()]
    head = f"## [{number}] {_plain(row.title or row.path)}\n\n{' · '.join(about)}\n\n"
    return f"{head}{_marked(number, text, records).strip()}\n"


def _marked(number: int, text: str, records: Sequence[Record]) -> str:
    if "\f" in text:
        pages = text.split("\f")
        return "\n\n".join(f"[{number}, page {at}]\n\n{page}" for at, page in enumerate(pages, 1))
    parts: list[str] = []
    at, last = 0, ""
    for record in records:
        label = place(record.address) if record.address.place else ""
        if label and label != last and record.start >= at:
            parts += [text[at : record.start].rstrip(), f"\n\n[{number}, {label}]\n\n"]
            at, last = record.start, label
    return "".join([*parts, text[at:]])


@dataclass(slots=True)
class Files:
    """Documents in files of at most `limit` characters, cut between paragraphs where it must be."""

    limit: int = LIMIT
    listed: list[Listed] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _size: int = 0
    _count: int = 0

    def add(self, row: DocumentRow, text: str) -> Iterator[tuple[str, str]]:
        """Take a document, as `document` made it; the files that are full, by name."""
        names: list[str] = []
        for part in pieces(text, self.limit):
            if self._parts and self._size + len(part) > self.limit:
                yield self._full()
            self._parts.append(part)
            self._size += len(part)
            names.append(self._name())
        number = len(self.listed) + 1
        files = tuple(dict.fromkeys(names))
        self.listed.append(Listed(number, row.path, row.title, len(text), files))

    def rest(self) -> Iterator[tuple[str, str]]:
        """The last file, if there is anything in it."""
        if self._parts:
            yield self._full()

    def manifest(self, name: str, app: str) -> str:
        """What is in which file, for programs."""
        documents = [
            {
                "number": each.number,
                "path": each.path,
                "title": each.title,
                "characters": each.characters,
                "files": list(each.files),
            }
            for each in self.listed
        ]
        told = {"format": "fossick-llm/1", "app": app, "collection": name, "documents": documents}
        return json.dumps(told, ensure_ascii=False, indent=1)

    def _name(self) -> str:
        return f"documents/{self._count + 1:04d}.md"

    def _full(self) -> tuple[str, str]:
        found = self._name(), "\n---\n\n".join(self._parts)
        self._parts, self._size = [], 0
        self._count += 1
        return found


def pieces(text: str, limit: int) -> Iterator[str]:
    """The text in pieces of at most so many characters, cut at paragraphs, else at lines.

    >>> list(pieces("a b\\n\\nc d\\n\\ne", 6))
    ['a b\\n\\n', 'c d\\n\\n', 'e']
    """
    at = 0
    while len(text) - at > limit:
        end = at + limit
        for cut in ("\n\n", "\n", " "):
            found = text.rfind(cut, at + 1, end)
            if found > at:
                end = found + len(cut)
                break
        yield text[at:end]
        at = end
    yield text[at:]


def _plain(text: str) -> str:
    """One line without signs that Markdown would take for its own."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", re.sub(r"\s+", " ", text).strip())
