"""From a store to a portable file: one commit, examined first, then written from front to back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace

from app.core.kernels import Kernels
from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage import ledger, loading, segment_file, tuning
from app.storage import manifest as manifests
from app.storage.manifest import Manifest, SegmentEntry
from app.storage.memory_store import MemoryStore
from app.storage.names import text_name
from app.storage.portable import contents as told
from app.storage.portable.archive import INDEX, MANIFEST, MIMETYPE, PIECE
from app.storage.portable.container import Container, Sink
from app.storage.portable.contents import Contents, LeftOut, Listed, Portion
from app.storage.portable.examining import Tell, is_whole, models_of
from app.storage.portable.failures import changed
from app.storage.portable.rewriting import rewritten
from app.storage.portable.vector_indexes import examined
from app.storage.segment import NewSegment
from app.storage.snapshot import LiveSegment, SetAside, Snapshot
from app.storage.vectors_file import names as vector_names

Hold = Callable[[str], AbstractAsyncContextManager[object]]
"""Keeps a vector index as it is while the block lasts, by its name."""


@asynccontextmanager
async def as_it_is(_name: str) -> AsyncIterator[None]:
    """For a store that nobody else changes."""
    yield


@dataclass(frozen=True, slots=True)
class Exported:
    """What has been written."""

    documents: int
    chunks: int
    bytes: int
    left_out: tuple[LeftOut, ...]
    """What is damaged, and not in the file."""


@dataclass(slots=True)
class Export:
    """One export: what is wanted, then `run`.

    The files of the commit must stay while it runs. `snapshot` is the commit as it is open,
    None to read it from the store a segment at a time. Nothing that was deleted goes into the
    file: segments with deletes are written anew, as in a merge, and so are those that are wanted
    in part or are damaged in part. All others are copied some megabytes at a time.
    """

    store: Store
    about: Contents
    """What is known of the collection from outside; its counts are not looked at."""
    snapshot: Snapshot | None = None
    kernels: Kernels | None = None
    hold: Hold = as_it_is
    tell: Tell = lambda _bytes: None
    _left_out: list[LeftOut] = field(default_factory=list)
    _files: list[Listed] = field(default_factory=list)
    _models: dict[str, None] = field(default_factory=dict)

    async def size(self) -> int:
        """About how many bytes `tell` will have been told of at the end."""
        names = (await self._manifest()).files()
        sizes = [await self.store.size(name) or 0 for name in names]
        return 2 * sum(sizes)

    async def run(self, sink: Sink) -> Exported:
        """Write the file. Raises `StorageError`: where what could be read no longer can, and
        what the sink raises."""
        manifest = await self._manifest()
        if any(entry.aside for entry in manifest.segments) and self.snapshot is None:
            self.snapshot = await loading.load(self.store, analysis=manifest.analysis)
        container = Container(sink)
        await self._add(container, [told.MIMETYPE.encode()], MIMETYPE)
        try:
            entries = [
                done
                for entry in manifest.segments
                if (done := await self._segment(container, entry)) is not None
            ]
            indexes = await self._vector_indexes(container)
        except StorageError as error:
            raise changed() if error.code == "storage-damaged" else error from error
        await self._remembered(container)
        commit = replace(manifest, segments=tuple(entries))
        await self._index_file(container, commit.slot, [manifests.encode(commit)])
        contents = replace(
            self.about,
            analysis=manifest.analysis,
            generation=manifest.generation,
            documents=sum(entry.documents for entry in entries),
            chunks=sum(entry.chunks for entry in entries),
            models=tuple(self._models),
            vector_indexes=tuple(indexes),
            left_out=tuple(self._left_out),
            files=tuple(self._files),
        )
        await self._add(container, [told.encode(contents)], MANIFEST)
        await container.end()
        counts = contents.documents, contents.chunks, container.bytes
        return Exported(*counts, contents.left_out)

    @property
    def _portion(self) -> Portion:
        return self.about.portion

    async def _manifest(self) -> Manifest:
        if self.snapshot is not None:
            return self.snapshot.manifest
        newest = await manifests.read_newest(self.store)
        return newest.manifest if newest else Manifest(generation=1, analysis=self.about.analysis)

    async def _segment(self, container: Container, entry: SegmentEntry) -> SegmentEntry | None:
        """Write a segment; how the manifest names it there, None where nothing of it is."""
        is_plain = entry.tombstones is None and not entry.aside and self._portion.is_all
        if is_plain and await is_whole(self.store, entry, self.tell):
            await self._copied(container, entry)
            return entry
        live = await self._live(entry)
        if isinstance(live, SetAside):
            message = live.damage.message
            self._left_out.append(LeftOut("segment", entry.name, message, entry.documents))
            return None
        if live.segment.lost_vectors is not None:
            message = live.segment.lost_vectors.message
            self._left_out.append(LeftOut("vectors", entry.name, message))
        made = await rewritten(self.store, live, self._portion, self.kernels)
        self.tell(2 * sum([await self.store.size(name) or 0 for name in entry.files()]))
        self._left_out += made.left_out
        return None if made.new is None else await self._written(container, made.new)

    async def _live(self, entry: SegmentEntry) -> LiveSegment | SetAside:
        if self.snapshot is None:
            return await loading.part(self.store, entry, {})
        parts: Iterable[LiveSegment | SetAside] = self.snapshot.parts
        return next(part for part in parts if _name(part) == entry.name)

    async def _copied(self, container: Container, entry: SegmentEntry) -> None:
        for name in entry.files():
            await self.copy(container, name)
        self._models.update(dict.fromkeys(await models_of(self.store, entry)))

    async def copy(self, container: Container, name: str) -> None:
        """An index file as it is."""
        size = await self.store.size(name) or 0
        self._files.append(await container.add(INDEX + name, size, self._pieces(name, size)))

    async def _pieces(self, name: str, size: int) -> AsyncIterator[Buffer]:
        for offset in range(0, size, PIECE):
            data = await self.store.read(name, offset, min(PIECE, size - offset))
            if len(data) != min(PIECE, size - offset):
                raise changed()
            self.tell(len(data))
            yield data

    async def _written(self, container: Container, new: NewSegment) -> SegmentEntry:
        segment = new.segment
        parts = segment_file.encode(segment)
        crc = segment_file.written(segment, parts[0], keep_rows=False).crc
        await self._index_file(container, segment.name, parts)
        await self._index_file(container, text_name(segment.name), new.texts)
        self._models.update(dict.fromkeys(block.model for block in segment.vectors))
        counts = len(segment.documents), len(segment.chunks)
        return SegmentEntry(segment.name, None, crc, *counts)

    async def _vector_indexes(self, container: Container) -> list[str]:
        """Vector indexes that have a name; they are of no document, so a source has none."""
        if self._portion.source or not self._portion.vectors:
            return []
        found = []
        for name in await vector_names(self.store):
            async with self.hold(name):
                index = await examined(self.store, name, self.tell)
                if isinstance(index, LeftOut):
                    self._left_out.append(index)
                    continue
                for file in index.parts:
                    await self.copy(container, file)
                await self._index_file(container, index.slot, index.data)
            found.append(name)
        return found

    async def _remembered(self, container: Container) -> None:
        """Files that are no documents, and what audits have found; as much as can be read."""
        memory = MemoryStore()
        unread = await ledger.load(self.store)
        kept = {path: each for path, each in unread.items() if self._portion.holds(path)}
        if kept:
            await ledger.save(memory, kept)
        if self._portion.vectors and (wider := await tuning.load(self.store)):
            await tuning.save(memory, wider)
        for name in await memory.names():
            await self._index_file(container, name, [await memory.read(name)])

    async def _index_file(self, container: Container, name: str, parts: Sequence[Buffer]) -> None:
        self._files.append(await self._add(container, parts, INDEX + name))

    async def _add(self, container: Container, parts: Sequence[Buffer], name: str) -> Listed:
        size = sum(memoryview(part).nbytes for part in parts)
        return await container.add(name, size, _each(parts))


async def _each(parts: Sequence[Buffer]) -> AsyncIterator[Buffer]:
    for part in parts:
        view = memoryview(part).cast("B")
        for offset in range(0, len(view), PIECE):
            yield view[offset : offset + PIECE]


def _name(part: LiveSegment | SetAside) -> str:
    return part.name if isinstance(part, LiveSegment) else part.entry.name
