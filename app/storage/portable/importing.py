"""From a portable file into a store, as one commit: all of it, or nothing that is found."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace

from app.errors import FossickError, StorageError
from app.ports import Buffer, Store
from app.storage import ledger, tuning, vectors_file
from app.storage import manifest as manifests
from app.storage.manifest import Manifest, SegmentEntry
from app.storage.names import is_index_file, renewal_name, segment_name, text_name
from app.storage.opening import open_table
from app.storage.portable.archive import INDEX, Archive
from app.storage.portable.contents import Contents, LeftOut
from app.storage.portable.examining import Tell
from app.storage.portable.failures import damaged, other_analysis, taken
from app.storage.portable.store import PortableStore
from app.storage.portable.vector_indexes import brought
from app.storage.streaming import write_stream

_SLOT = re.compile(INDEX + r"(manifest-[ab]|vec-.*\.[ab])")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Imported:
    """What is in the collection now."""

    documents: int
    chunks: int
    bytes: int
    collection: str
    """Its name where it was exported."""
    vector_indexes: tuple[str, ...]
    sources: tuple[str, ...]
    """Names of folders that were kept in step there, and can be picked again here."""
    settings: Mapping[str, object]
    left_out: tuple[LeftOut, ...]
    """What was damaged when the file was made."""


async def take(
    archive: Archive,
    store: Store,
    *,
    analysis: str,
    overwrite: bool = False,
    tell: Tell = lambda _bytes: None,
) -> Imported:
    """Make a store hold what a file has; the caller is the only one that writes to it.

    Everything is brought over and compared with its checksum first. Then one write makes it the
    collection; until then the store holds what it held, and files that a kill has left are
    removed when it is next opened for writing. Vector indexes follow, each with one write.

    Raises `FileError("damaged")`; `StorageError`: `index-version` for terms of another analysis,
    `quota-exceeded`; `InputError("collection-exists")` unless the store is empty or is to be
    overwritten. With an error before that one write nothing has changed.
    """
    taking = _Taking(archive, store, archive.contents, tell)
    return await taking.run(analysis, overwrite=overwrite)


@dataclass(slots=True)
class _Taking:
    archive: Archive
    store: Store
    contents: Contents
    tell: Tell
    written: list[str] = field(default_factory=list)
    beside: dict[str, Buffer | None] = field(default_factory=dict)
    """Files that are of no commit, None for those to be removed."""

    async def run(self, analysis: str, *, overwrite: bool) -> Imported:
        commit = await self._commit(analysis)
        for name in (ledger.NAME, tuning.NAME):
            self.beside[name] = await self._small(name)
        for slot in [name for name in self.archive.entries if _SLOT.fullmatch(name)]:
            await self._small(slot.removeprefix(INDEX))
        before = await self._before(overwrite=overwrite)
        own = before or Manifest(generation=1, analysis=analysis)
        try:
            if before is None:
                # Without a manifest, what a kill leaves would look like a damaged index.
                await manifests.write(self.store, own)
                self.written.append(own.slot)
            after = await self._brought(commit, own)
            indexes = [
                await brought(PortableStore(self.archive), self.store, name, self.copy)
                for name in self.contents.vector_indexes
            ]
        except BaseException:
            await asyncio.shield(self._undo())
            raise
        await manifests.write(self.store, after)
        await manifests.seal(self.store, after)
        for index in indexes:
            await index.stand(self.store)
        await self._rest(after)
        return Imported(
            sum(entry.documents for entry in after.segments),
            sum(entry.chunks for entry in after.segments),
            sum(file.bytes for file in self.contents.files),
            self.contents.collection,
            self.contents.vector_indexes,
            self.contents.sources,
            self.contents.settings,
            self.contents.left_out,
        )

    async def _commit(self, analysis: str) -> Manifest:
        """The commit in the file, all files of which are there."""
        source = PortableStore(self.archive)
        try:
            newest = await manifests.read_newest(source)
        except StorageError as error:
            raise error if error.code == "index-version" else damaged(INDEX) from error
        if newest is None or newest.damage:
            raise damaged(INDEX, "there is no commit")
        commit = newest.manifest
        if commit.analysis != analysis:
            raise other_analysis(commit.analysis, analysis)
        there = {name for name in await source.names() if is_index_file(name)}
        if there != commit.files() or any(entry.aside for entry in commit.segments):
            raise damaged(INDEX, "its files are not those of the commit")
        if list(self.contents.vector_indexes) != await vectors_file.names(source):
            raise damaged(INDEX, "its vector indexes are not those that it names")
        return commit

    async def _small(self, name: str) -> bytes | None:
        """A file of the container as a whole, None if there is none; compared with its checksum."""
        if INDEX + name not in self.archive.entries:
            return None
        return b"".join([bytes(piece) async for piece in self._pieces(INDEX + name)])

    async def _before(self, *, overwrite: bool) -> Manifest | None:
        newest = await manifests.read_newest(self.store)
        before = newest.manifest if newest else None
        documents = sum(entry.documents for entry in before.segments) if before else 0
        indexes = len(await vectors_file.names(self.store))
        if (documents or indexes) and not overwrite:
            raise taken(documents, indexes)
        return before

    async def _brought(self, commit: Manifest, own: Manifest) -> Manifest:
        """The files of the commit under numbers of our own, and the commit that names them."""
        number = own.next_number
        entries = []
        for entry in commit.segments:
            entries.append(await self._segment(entry, number))
            number += 1 + (entry.tombstones is not None) + (entry.renewal is not None)
        generation = own.generation + 1
        return Manifest(generation, number, tuple(entries), commit.analysis)

    async def _segment(self, theirs: SegmentEntry, number: int) -> SegmentEntry:
        name = segment_name(number)
        ours = replace(theirs, name=name)
        names = {theirs.name: name, text_name(theirs.name): text_name(name)}
        if theirs.tombstones is not None:
            raise damaged(theirs.tombstones, "a file has no deletes")
        if theirs.renewal is not None:
            ours = replace(
                ours, renewal=replace(theirs.renewal, name=renewal_name(name, number + 1))
            )
            names[theirs.renewal.name] = renewal_name(name, number + 1)
        for file, own in names.items():
            await self.copy(file, own)
        crcs = {name: ours.crc}
        if ours.renewal is not None:
            crcs[ours.renewal.name] = ours.renewal.crc
        for file, crc in crcs.items():
            if (await open_table(self.store, file)).crc != crc:
                raise damaged(theirs.name, "it is not the one that the commit names")
        return ours

    async def copy(self, theirs: str, ours: str) -> None:
        """A file of the container, under a name of our own."""
        self.written.append(ours)
        await write_stream(self.store, ours, self._pieces(INDEX + theirs))

    async def _pieces(self, name: str) -> AsyncIterator[Buffer]:
        digest = hashlib.sha256()
        async for piece in self.archive.pieces(name):
            digest.update(piece)
            self.tell(len(piece))
            yield piece
            await asyncio.sleep(0)
        if digest.hexdigest() != self._sha256(name):
            raise damaged(name, "its checksum is not the one that was written")

    def _sha256(self, name: str) -> str:
        return next(file.sha256 for file in self.contents.files if file.name == name)

    async def _rest(self, after: Manifest) -> None:
        """What is of no commit, and then what nothing needs any more."""
        for name, data in self.beside.items():
            if data is None:
                await self.store.remove(name)
            else:
                await self.store.write(name, [data])
        for name in await vectors_file.names(self.store):
            if name not in self.contents.vector_indexes:
                await vectors_file.delete(self.store, name)
        needed = after.files()
        for name in await self.store.names():
            if is_index_file(name) and name not in needed:
                await self.store.remove(name)

    async def _undo(self) -> None:
        """Give back the room; a manifest that we began goes last."""
        for name in reversed(self.written):
            try:
                await self.store.remove(name)
            except FossickError as error:
                _log.warning("%s could not be removed: %s", name, error.message)
