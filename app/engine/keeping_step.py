"""What a call of `add` finds besides documents: files that were refused, are gone, or have moved.

A folder that is given as a whole, or a path in one, is kept in step: documents of it whose files
are no longer there are removed. A file that is new while one with the same content is gone has
moved; it keeps the vectors that it had.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from functools import cached_property

import numpy as np

from app.engine.reading import Prepared
from app.engine.reading_ahead import Job
from app.engine.sources import PlainChunk
from app.engine.state import State
from app.errors import FileError
from app.formats.parsing import Known, Parsed
from app.formats.sources import Source
from app.ports import Float32Matrix
from app.storage.ledger import Unread
from app.storage.snapshot import Snapshot


class KeepingStep:
    """Of one call of `add`."""

    def __init__(
        self,
        state: State,
        ledger: MutableMapping[str, Unread],
        sources: Sequence[Source | PlainChunk],
        whole: Sequence[str],
    ) -> None:
        """`whole`: folders, and paths in folders, of which `sources` has all files."""
        self._state = state
        self._ledger = ledger
        self._inside: set[str] = set()
        self._held: dict[str, None] = {}
        self._broken: list[str] = []
        self.changed = False
        """Whether the ledger was."""
        self.gone: set[str] = set()
        """Ids of documents whose files are no longer there."""
        self._moved: dict[bytes, str] = {}
        if whole:
            self._look(frozenset(_path(source) for source in sources), whole)

    def _look(self, paths: frozenset[str], whole: Sequence[str]) -> None:
        """Find what is gone of them; archives answer for what is in them."""
        for top in whole:
            for path, digest in self._known_at(top).items():
                if not _is_among(path, paths):
                    self.gone.add(path)
                    self._moved[digest] = path
            for path in [one for one in self._ledger if _is_at(one, top)]:
                if not _is_among(path, paths):
                    self._forget(path)

    def _known_at(self, top: str) -> Known:
        """What is indexed of a folder, or of a path in one; a file that has a folder's name is
        not of that folder."""
        snapshot = self._state.view.snapshot
        found = snapshot.digests_below(f"{top}/")
        own = snapshot.digest(top) if "/" in top else None
        return found if own is None else {top: own, **found}

    def leave_out(self, ignored: Mapping[str, str]) -> None:
        """Take down what a rule has left out; of whole folders nothing else is any longer."""
        for path, why in ignored.items():
            entry = _left_out(path, why)
            if self._ledger.get(path) != entry:
                self._ledger[path] = entry
                self.changed = True

    def refused(self, source: Source) -> Unread | None:
        """The entry of a file that is as it was when it was refused, or opened for the files in
        it."""
        entry = self._ledger.get(source.path)
        if entry is None or source.size is None or source.modified is None:
            return None
        same = (entry.size, entry.modified) == (source.size, source.modified)
        return entry if same and entry.code != "unreadable" and self._is_whole(entry) else None

    def lacks_some(self, path: str) -> bool:
        """Whether an archive or a mail is known to have given more documents than there are."""
        entry = self._ledger.get(path)
        return entry is not None and not self._is_whole(entry)

    def _is_whole(self, entry: Unread) -> bool:
        """Whether all documents of an archive or a mail are in the index: a commit may have failed
        since it was read, or some have been removed or damaged."""
        if entry.code:
            return True
        snapshot = self._state.view.snapshot
        own = snapshot.sound_place(entry.path) is not None
        return len(snapshot.digests_below(f"{entry.path}/")) + own == entry.documents

    def known(self, source: Source, known: Known) -> Known:
        """`known`, with the digest of an archive, and none for mails that something is missing
        of: those are opened again."""
        found = {path: b"" if self.lacks_some(path) else digest for path, digest in known.items()}
        entry = self._ledger.get(source.path)
        if entry is not None and entry.digest and not entry.code and self._is_whole(entry):
            found[source.path] = bytes.fromhex(entry.digest)
        return found

    def note(self, job: Job, parsed: Parsed) -> None:
        """Take down what became of a file."""
        if parsed.problem is not None:
            self._broken.append(parsed.path)
            self._write(parsed, parsed.problem)
        elif parsed.document is not None or parsed.members is not None:
            self._note_container(parsed)
        if not job.ends(parsed):
            self._inside.add(parsed.path)
            if parsed.document is not None or (parsed.problem is None and parsed.members is None):
                self._held[parsed.path] = None
            if parsed.document is None and parsed.problem is None and parsed.members is None:
                self._pass_over(job, parsed.path)
            return
        if parsed.members is not None:
            self._close(job, parsed.path)
        self._inside.clear()
        self._held.clear()
        self._broken.clear()

    def _note_container(self, parsed: Parsed) -> None:
        """Take down how many documents came of an archive or a mail; a mail alone needs none."""
        inside = 0
        for path in reversed(self._held):  # those inside of it came right before it
            if not path.startswith(f"{parsed.path}/"):
                break
            inside += 1
        if parsed.document is not None and inside == 0:
            self._forget(parsed.path)
        else:
            self._write(parsed, None, inside + (parsed.document is not None))

    def _pass_over(self, job: Job, container: str) -> None:
        """A mail that has not changed was not opened: what is in it is there as before."""
        for path in _beginning(job.ordered, f"{container}/"):
            self._inside.add(path)
            self._held[path] = None
        self._inside.update(_beginning(self._recorded, f"{container}/"))

    def _close(self, job: Job, container: str) -> None:
        """Note what is no longer in a container; what of it is damaged keeps what it had."""
        for path in job.known:
            is_inside = path.startswith(f"{container}/") and path not in self._inside
            if is_inside and not any(path.startswith(start) for start in self._broken):
                self.gone.add(path)
        for path in _beginning(self._recorded, f"{container}/"):
            if path not in self._inside:
                self._forget(path)

    @cached_property
    def _recorded(self) -> Sequence[str]:
        """Paths of the ledger as it was when the first container was closed, sorted."""
        return sorted(self._ledger)

    async def vectors(self, prepared: Prepared) -> Mapping[str, Float32Matrix]:
        """What a file that has moved had, by model; nothing for any other, or if some lack one."""
        before = self._moved.pop(prepared.entry.digest, None)
        if before is None:
            return {}
        async with self._state.reading() as view:
            place = view.snapshot.place(before)
            if place is None:
                return {}
            return await self._of_place(view.snapshot, place, len(prepared.entry.chunks))

    async def _of_place(
        self, snapshot: Snapshot, place: tuple[int, int], chunks: int
    ) -> Mapping[str, Float32Matrix]:
        live = snapshot.segments[place[0]]
        first = int(live.first_chunks[place[1]])
        count = int(live.segment.documents.chunks[place[1]])
        if count != chunks:
            return {}
        for block in live.segment.vectors:
            begin, end = np.searchsorted(block.ordinals, [first, first + count])
            if end - begin == count and (rows := await block.read(self._state.store)) is not None:
                picked = rows[begin:end].astype(np.float32)
                lengths = np.maximum(np.linalg.norm(picked, axis=1, keepdims=True), 1)
                return {block.model: (picked / lengths).astype(np.float32)}
        return {}

    def _write(self, parsed: Parsed, problem: FileError | None, documents: int = 0) -> None:
        self.changed = True
        self._ledger[parsed.path] = Unread(
            path=parsed.path,
            size=parsed.size,
            modified=parsed.modified,
            digest=parsed.digest.hex(),
            code=problem.code if problem else "",
            message=problem.message if problem else "",
            hint=problem.hint if problem else "",
            members=parsed.members,
            documents=documents,
        )

    def _forget(self, path: str) -> None:
        self.changed |= self._ledger.pop(path, None) is not None


def _left_out(path: str, why: str) -> Unread:
    error = FileError(f"{path} is left out: {why}.", code="ignored")
    return Unread(path, 0, None, code=error.code, message=error.message, hint=error.hint)


def _path(source: Source | PlainChunk) -> str:
    return source.id if isinstance(source, PlainChunk) else source.path


def _beginning(ordered: Sequence[str], prefix: str) -> Iterator[str]:
    """Those of the sorted texts that begin so."""
    for place in range(bisect_left(ordered, prefix), len(ordered)):
        if not ordered[place].startswith(prefix):
            return
        yield ordered[place]


def _is_at(path: str, top: str) -> bool:
    """Whether a path is that of a folder's content, or a path in one, or lies there."""
    return path.startswith(f"{top}/") or (path == top and "/" in top)


def _is_among(path: str, paths: frozenset[str]) -> bool:
    """Whether a path, or a file that it lies in, is one of these."""
    while path not in paths:
        path, slash, _ = path.rpartition("/")
        if not slash:
            return False
    return True
