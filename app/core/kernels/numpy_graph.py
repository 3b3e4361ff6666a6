"""The loops of neighbour graphs in Python and NumPy: the reference, and what runs without
WebAssembly, some hundred times slower.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.graph import (
    NOTHING,
    Item,
    Links,
    Points,
    Walked,
    check_ef,
    check_points,
    damaged_graph,
)
from app.core.kernels.numpy_walks import Place, Walks, row_of, similarities_of
from app.core.kernels.port import Flags, Float32s
from app.core.kernels.vectors import Int16s, check_fit


class NumpyGraph:
    """`GraphKernels` in Python; it has no state."""

    def room(self, size: int, dtype: type[Item]) -> NDArray[Item]:
        """An array with any content."""
        return np.empty(size, dtype)

    def insert(self, points: Points, links: Links, first: int, last: int, ef: int) -> None:
        """Put in rows.

        >>> ones, zeros = np.ones(3, np.float32), np.zeros(3, np.uint32)
        >>> points = Points(np.int8([[9], [5], [1]]), ones, None)
        >>> lists = np.empty((3, 2), np.uint32), np.empty((0, 1), np.uint32)
        >>> links = Links(np.uint8([0, 0, 0]), zeros, *lists, zeros.copy(), NOTHING)
        >>> NumpyGraph().insert(points, links, 0, 3, ef=4)
        >>> links.entry, links.links.tolist()
        (0, [[1, 2], [0, 4294967295], [0, 4294967295]])
        """
        check_fit((0, max(0, last - check_points(points, links))))
        graph, check = _Builder(points, links), check_ef(ef)
        for row in range(first, last):
            graph.put_in(row, check)

    def mend(self, points: Points, links: Links, live: Flags, ef: int) -> None:
        """Lead live rows past dead ones."""
        check_fit((check_points(points, links), len(live)))
        _Builder(points, links).mend((live != 0).tolist(), check_ef(ef))

    def search(
        self,
        points: Points,
        links: Links,
        queries: Int16s,
        steps: Float32s,
        ef: int,
        mask: Flags | None = None,
    ) -> list[Walked]:
        """The rows nearest to each query."""
        n = check_points(points, links)
        check_fit((points.codes.shape[1], queries.shape[1]), (len(queries), len(steps)))
        check_fit((n, n if mask is None else len(mask)))
        graph, check = Walks(points, links), check_ef(ef)
        passes = None if mask is None else (mask != 0).tolist()
        found = []
        for query, step in zip(queries, steps, strict=True):
            place = Place(points, query, step, np.float32(0))
            keys = graph.walk(place, 0, check, graph.down_to(place, 0), passes, rings=True)
            rows = np.array([row_of(key) for key in keys], np.uint32)
            found.append(Walked(rows, similarities_of(keys)))
        return found


class _Builder(Walks):
    """The steps that change lists."""

    def __init__(self, points: Points, links: Links) -> None:
        super().__init__(points, links)
        self._m = int(links.upper.shape[1])

    def put_in(self, row: int, ef: int) -> None:
        links, level = self.links, int(self.links.levels[row])
        links.equals[row] = NOTHING
        for each in range(level + 1):
            self.list_of(row, each)[:] = NOTHING
        if links.entry == NOTHING:
            links.entry = row
            return
        place = self.place(row)
        found = self.walk(place, 0, ef, self.down_to(place, 0), None)
        if self._hang(row, found):
            return
        here = self.down_to(place, level) if level else 0
        top = int(links.levels[links.entry])
        for each in range(min(level, top), -1, -1):
            if level:
                found = self.walk(place, each, ef, here, None)
            here = found[0]
            chosen = self._choose(found, self._m)
            self._set(row, each, chosen)
            for other in chosen:
                self._lead_to(other, row, each)
        if level > top:
            links.entry = row

    def _hang(self, row: int, found: list[int]) -> bool:
        """Hang a row on an equal one, if one of those that were found is."""
        codes, scales, equals = self.points.codes, self.points.scales, self.links.equals
        (own,) = self.place(row).keys([row])
        for head in (row_of(key) for key in found if key >> 32 == own >> 32):
            if (codes[row] != codes[head]).any() or scales[row] != scales[head]:
                continue
            last = int(equals[head])
            if last != NOTHING and last >= len(equals):
                raise damaged_graph()
            equals[row] = row if last == NOTHING else equals[last]
            if last != NOTHING:
                equals[last] = row
            equals[head] = row
            return True
        return False

    def mend(self, live: list[bool], ef: int) -> None:
        levels = self.links.levels.tolist()
        touched = []
        for row, level in enumerate(levels):
            changed = [self._mend_list(row, each, live, ef) for each in range(level + 1)]
            if live[row] and any(changed):
                touched.append(row)
        for row in touched:
            for each in range(levels[row] + 1):
                for other in self.neighbours(row, each):
                    if row not in self.neighbours(other, each):
                        self._lead_to(other, row, each)

    def _mend_list(self, row: int, level: int, live: list[bool], ef: int) -> bool:
        if not live[row] or all(live[other] for other in self.neighbours(row, level)):
            return False
        seen, dead, near = {row}, [row], list[int]()
        for each in dead:
            for other in self.neighbours(each, level):
                if other in seen:
                    continue
                seen.add(other)
                if not live[other]:
                    dead.append(other)
                elif len(near) < ef:
                    near.append(other)
            if len(near) == ef:
                break
        keys = sorted(self.place(row).keys(near), reverse=True)
        self._set(row, level, self._choose(keys, self._width(level)))
        return True

    def _choose(self, keys: list[int], width: int) -> list[int]:
        """Rows nearer to the point than to any that was chosen before."""
        chosen: list[int] = []
        for key in keys:
            if len(chosen) == width:
                break
            row = row_of(key)
            if all(other >> 32 <= key >> 32 for other in self.place(row).keys(chosen)):
                chosen.append(row)
        return chosen

    def _lead_to(self, row: int, other: int, level: int) -> None:
        held, width = self.neighbours(row, level), self._width(level)
        if len(held) == width:
            keys = sorted(self.place(row).keys([*held, other]), reverse=True)
            self._set(row, level, self._choose(keys, width))
        else:
            self.list_of(row, level)[len(held)] = other

    def _width(self, level: int) -> int:
        return self._m if level else 2 * self._m

    def _set(self, row: int, level: int, rows: list[int]) -> None:
        held = self.list_of(row, level)
        held[: len(rows)] = rows
        held[len(rows) :] = NOTHING
