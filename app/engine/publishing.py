"""Exports for others: passages as lines of JSON, documents as Markdown for language models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from app.engine import jsonl, llm
from app.engine.records import Record, Records
from app.engine.view import View
from app.errors import InputError
from app.ports import Buffer, Store
from app.storage.portable import Contents, Exported, LeftOut, Sink
from app.storage.portable.container import Container

Tell = Callable[[int], None]
"""Told of documents that are done; may raise, to stop."""

Writer = Callable[[Records, Contents, Sink, Tell], Awaitable[tuple[int, int]]]
"""Writes passages in a format; answers how many documents and passages there were."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A view on its way out, in a format."""

    view: View
    store: Store
    about: Contents
    write: Writer

    async def run(self, sink: Sink, tell: Tell) -> Exported:
        """Write the portion; nothing but one document and its segment's vectors is held."""
        left_out: list[LeftOut] = []
        records = Records(self.view, self.store, self.about.portion, left_out)
        counted = _Counted(sink)
        counts = await self.write(records, self.about, counted, tell)
        return Exported(*counts, counted.bytes, tuple(left_out))


class _Counted:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.bytes = 0

    async def write(self, data: Buffer) -> None:
        """Append bytes, and count them."""
        await self._sink.write(data)
        self.bytes += len(data)


async def rows(records: Records, tell: Tell) -> AsyncIterator[list[Record]]:
    """The passages of each document."""
    async for _, _, found in records.documents():
        yield found
        tell(1)


async def _jsonl(records: Records, _about: Contents, sink: Sink, tell: Tell) -> tuple[int, int]:
    documents = chunks = 0
    async for found in rows(records, tell):
        await sink.write(b"".join(map(jsonl.line, found)))
        documents, chunks = documents + 1, chunks + len(found)
    return documents, chunks


async def _markdown(records: Records, about: Contents, sink: Sink, tell: Tell) -> tuple[int, int]:
    listed = [
        llm.Listed(number, row.path, row.title, row.text_length)
        for number, row in enumerate(records.rows(), 1)
    ]
    await sink.write(_encoded(llm.opening(about.collection, listed)))
    numbers = {each.path: each.number for each in listed}
    documents = chunks = 0
    async for row, text, found in records.documents():
        body = llm.document(numbers[row.path], row, text, found)
        await sink.write(_encoded(f"\n---\n\n{body}"))
        documents, chunks = documents + 1, chunks + len(found)
        tell(1)
    return documents, chunks


async def _zip(records: Records, about: Contents, sink: Sink, tell: Tell) -> tuple[int, int]:
    container, files = Container(sink), llm.Files()
    chunks = 0
    async for row, text, found in records.documents():
        body = llm.document(len(files.listed) + 1, row, text, found)
        for name, content in files.add(row, body):
            await _add(container, name, content)
        chunks += len(found)
        tell(1)
    for name, content in files.rest():
        await _add(container, name, content)
    await _add(container, "llm.md", llm.opening(about.collection, files.listed))
    await _add(container, "manifest.json", files.manifest(about.collection, about.app))
    await container.end()
    return len(files.listed), chunks


async def _add(container: Container, name: str, content: str) -> None:
    data = _encoded(content)

    async def once() -> AsyncIterator[Buffer]:
        yield data

    await container.add(name, len(data), once())


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


WRITERS: dict[str, Writer] = {"jsonl": _jsonl, "llm-md": _markdown, "llm-zip": _zip}
"""What a collection can be exported as, beside the portable file."""


def writer_of(name: object) -> Writer:
    """The writer of a format, `InputError` if there is none."""
    if not isinstance(name, str) or name not in WRITERS:
        hint = f"Use one of fossick, {', '.join(WRITERS)}."
        raise InputError(f"There is no format {name!r}.", hint=hint)
    return WRITERS[name]
