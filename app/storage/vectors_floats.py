"""The float32 rows of a vector index that stay in its store, read as searches ask for some.

They lie in parts of their own, in the order in which they were added, so that rows which are
written together again for other reasons leave them where they are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded, Matrix, encode
from app.core.dense.elsewhere import Elsewhere
from app.core.dense.scan import Uint32s
from app.ports import Store
from app.storage import vectors_part
from app.storage.checksum import crc32
from app.storage.damage import DamagedFileError
from app.storage.names import vectors_part as part_name
from app.storage.sections import Section
from app.storage.vectors_slot import Head, Part

FLOATS = "float32"
"""Name of their section; one of the codes' own part where format 7 kept them."""

MOST_BYTES = 64 << 20
"""Bytes that parts are written together for; a larger addition is one part."""

_PIECE = 4 << 20
"""Bytes that are read at a time where all are."""

_NEAR = 4
"""Rows that are read for nothing rather than to ask once more."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A part, and where in which file its rows lie."""

    part: Part
    file: str
    section: Section

    def __len__(self) -> int:
        return self.part.rows


class Floats:
    """The float32 rows of one index, (n, dim), by their places (`core.dense.elsewhere`)."""

    def __init__(self, store: Store, name: str, dim: int) -> None:
        self._store = store
        self._name = name
        self._dim = dim
        self._lying: list[Lying] = []
        self.is_own = True
        """Whether the parts hold nothing else; in format 7 they hold the codes."""

    async def open(self, head: Head) -> None:
        """Look where the rows of a commit lie. `StorageError`."""
        self.is_own = bool(head.floats) or not head.parts
        self._lying = [await self._found(part) for part in head.floats or head.parts]

    async def of(self, rows: Uint32s, coded: Coded, elsewhere: Elsewhere) -> Matrix:
        """These rows of a table, which rise, (m, dim).

        Each must have the codes that the table holds of it, else it is not what was written.
        Raises `StorageError`.
        """
        places, first = elsewhere.places(rows), 0
        found = np.empty((len(rows), self._dim), np.float32)
        at = int(np.searchsorted(places, elsewhere.n_kept))
        if at < len(places):
            found[at:] = np.concatenate(elsewhere.waiting)[places[at:] - elsewhere.n_kept]
        low = 0
        for lying in list(self._lying):  # a change may take others in their place meanwhile
            high = int(np.searchsorted(places[:at], first + len(lying)))
            if low < high:
                await self._some(lying, places[low:high] - first, found[low:high])
                wanted = coded.codes[rows[low:high]]
                if (encode(found[low:high], coded.dtype).codes != wanted).any():
                    raise DamagedFileError(lying.file, FLOATS)
            low, first = high, first + len(lying)
        return found

    async def all_rows(self, elsewhere: Elsewhere) -> AsyncIterator[tuple[Uint32s, Matrix]]:
        """All rows that the table still has, rising, and their vectors, some at a time.

        Raises `StorageError`.
        """
        places, low, first = elsewhere.places(np.arange(elsewhere.n_rows)), 0, 0
        async for vectors in self._all(elsewhere):
            high = low + int(np.searchsorted(places[low:], first + len(vectors)))
            if low < high:
                yield np.arange(low, high, dtype=np.uint32), vectors[places[low:high] - first]
            low, first = high, first + len(vectors)

    async def _all(self, elsewhere: Elsewhere) -> AsyncIterator[Matrix]:
        waiting = list(elsewhere.waiting)
        for lying in list(self._lying):
            async for rows in self._whole(lying):
                yield rows
        for rows in waiting:
            yield rows

    async def save(self, elsewhere: Elsewhere, number: Callable[[], int]) -> list[Lying]:
        """Write what waits, and what has moved; where everything lies then.

        Raises `StorageError`, and nothing is left.
        """
        written: list[Lying] = []
        try:
            if elsewhere.has_moved or not self.is_own:
                await self._rewrite(elsewhere, number, written)
                return written
            lying, waiting = list(self._lying), list(elsewhere.waiting)
            more = sum(map(len, waiting))
            if not more:
                return lying
            while lying and len(lying[-1]) <= more and self._fits(more + len(lying[-1])):
                last = lying.pop()
                waiting[:0] = [rows async for rows in self._whole(last)]
                more += len(last)
            return [*lying, await self._write(waiting, number, written)]
        except Exception:
            for each in written:
                await vectors_part.discard(self._store, each.file)
            raise

    def take(self, lying: list[Lying]) -> None:
        """What was saved is what there is from now on."""
        self._lying, self.is_own = lying, True

    async def _rewrite(
        self, elsewhere: Elsewhere, number: Callable[[], int], written: list[Lying]
    ) -> None:
        """Write the rows that the table still has, in its order."""
        held: list[Matrix] = []
        async for _, vectors in self.all_rows(elsewhere):
            held.append(vectors)
            if not self._fits(sum(map(len, held))):
                await self._write(held, number, written)
                held = []
        if held:
            await self._write(held, number, written)

    async def _write(
        self, rows: Sequence[Matrix], number: Callable[[], int], written: list[Lying]
    ) -> Lying:
        matrix = np.concatenate(rows)
        part = Part(number(), len(matrix), 0)
        part = await vectors_part.write_floats(self._store, self._name, part, matrix)
        written.append(await self._found(part))
        return written[-1]

    async def _found(self, part: Part) -> Lying:
        file = part_name(self._name, part.number)
        table = await vectors_part.opened(self._store, self._name, part)
        section = table.sections.get(FLOATS)
        shape = part.rows, self._dim
        if section is None or section.dtype != np.float32 or section.shape != shape:
            raise DamagedFileError(file, FLOATS)
        return Lying(part, file, section)

    def _fits(self, n: int) -> bool:
        return n * self._dim * 4 <= MOST_BYTES

    async def _some(self, lying: Lying, places: NDArray[np.intp], into: Matrix) -> None:
        """Rows of a part, which rise; those that lie near each other by one read."""
        width = 4 * self._dim
        ends = np.flatnonzero(np.diff(places) > _NEAR) + 1
        for low, high in zip([0, *ends.tolist()], [*ends.tolist(), len(places)], strict=True):
            first, last = int(places[low]), int(places[high - 1])
            at, wanted = lying.section.offset + first * width, (last + 1 - first) * width
            data = await self._store.read(lying.file, at, wanted)
            if len(data) != wanted:
                raise DamagedFileError(lying.file, FLOATS)
            rows = np.frombuffer(data, np.float32).reshape(-1, self._dim)
            into[low:high] = rows[places[low:high] - first]

    async def _whole(self, lying: Lying) -> AsyncIterator[Matrix]:
        """All rows of a part, some at a time; the last come when the checksum was right."""
        section, width = lying.section, 4 * self._dim
        crc, piece = 0, max(1, _PIECE // width) * width
        for at in range(0, section.length, piece):
            wanted = min(piece, section.length - at)
            data = await self._store.read(lying.file, section.offset + at, wanted)
            crc = crc32(data, crc)
            if len(data) != wanted or (at + wanted == section.length and crc != section.crc):
                raise DamagedFileError(lying.file, FLOATS)
            yield np.frombuffer(data, np.float32).reshape(-1, self._dim)
