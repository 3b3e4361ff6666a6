"""The loops of neighbour graphs in Python and NumPy: the reference, and what runs without
WebAssembly, some hundred times slower.
"""

from __future__ import annotations

from heapq import heappop, heappush, heappushpop
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.graph import (
    NOTHING,
    Item,
    Links,
    Points,
    check_ef,
    check_points,
    damaged_graph,
)
from app.core.kernels.port import Flags, Float32s, Uint32s
from app.core.kernels.vectors import Int16s, check_fit

_LOW = 0xFFFF_FFFF
_HIGH_BIT = np.uint32(0x8000_0000)


class NumpyGraph:
    """`GraphKernels` in Python; it has no state."""

    def room(self, size: int, dtype: type[Item]) -> NDArray[Item]:
        """An array with any content."""
        return np.empty(size, dtype)

    def insert(self, points: Points, links: Links, first: int, last: int, ef: int) -> None:
        """Put in rows.

        >>> ones, zeros = np.ones(3, np.float32), np.zeros(3, np.uint32)
        >>> points = Points(np.int8([[9], [5], [1]]), ones, ones[:0], "alone")
        >>> lists = np.empty((3, 2), np.uint32), np.empty((0, 1), np.uint32)
        >>> links = Links(np.uint8([0, 0, 0]), zeros, *lists, NOTHING)
        >>> NumpyGraph().insert(points, links, 0, 3, ef=4)
        >>> links.entry, links.links.tolist()
        (0, [[1, 2], [0, 4294967295], [0, 4294967295]])
        """
        check_fit((0, max(0, last - check_points(points, links))))
        graph, check = _Graph(points, links), check_ef(ef)
        for row in range(first, last):
            graph.put_in(row, check)

    def mend(self, points: Points, links: Links, live: Flags, ef: int) -> None:
        """Lead live rows past dead ones."""
        check_fit((check_points(points, links), len(live)))
        _Graph(points, links).mend((live != 0).tolist(), check_ef(ef))

    def search(
        self,
        points: Points,
        links: Links,
        queries: Int16s,
        steps: Float32s,
        ef: int,
        mask: Flags | None = None,
    ) -> list[Uint32s]:
        """The rows nearest to each query."""
        n = check_points(points, links)
        check_fit((points.codes.shape[1], queries.shape[1]), (len(queries), len(steps)))
        check_fit((n, n if mask is None else len(mask)))
        graph, check = _Graph(points, links), check_ef(ef)
        passes = None if mask is None else (mask != 0).tolist()
        found = []
        for query, step in zip(queries, steps, strict=True):
            place = _Place(points, query, step, np.float32(0))
            keys = graph.walk(place, 0, check, graph.down_to(place, 0), passes)
            found.append(np.array([_row_of(key) for key in keys], np.uint32))
        return found


class _Place:
    """A point that rows are compared with; keys are as in graph.h."""

    def __init__(
        self, points: Points, code: NDArray[Any], scale: np.float32, extra: np.float32
    ) -> None:
        self._points = points
        self._code = code.astype(np.float64)
        self._scale, self._extra = scale, extra

    def keys(self, rows: list[int]) -> list[int]:
        """The key of each row."""
        points = self._points
        # Products of float64 are exact here; none is -0.
        products = points.codes[rows].astype(np.float64) @ self._code + 0.0
        similarities = products.astype(np.float32) * (self._scale * points.scales[rows])
        if points.kind == "multiplied":
            similarities += self._extra * points.extras[rows]
        if points.kind == "taken off":
            similarities -= self._extra + points.extras[rows]
        orders = zip(_orders(similarities), rows, strict=True)
        return [order << 32 | (_LOW - row) for order, row in orders]


class _Graph:
    """The steps that the loops are made of."""

    def __init__(self, points: Points, links: Links) -> None:
        self._points = points
        self._links = links
        self._m = int(links.upper.shape[1])

    def put_in(self, row: int, ef: int) -> None:
        links, level = self._links, int(self._links.levels[row])
        for each in range(level + 1):
            self._list(row, each)[:] = NOTHING
        if links.entry == NOTHING:
            links.entry = row
            return
        place = self._place(row)
        here = self.down_to(place, level)
        top = int(links.levels[links.entry])
        for each in range(min(level, top), -1, -1):
            found = self.walk(place, each, ef, here, None)
            here = found[0]
            chosen = self._choose(found, self._m)
            self._set(row, each, chosen)
            for other in chosen:
                self._lead_to(other, row, each)
        if level > top:
            links.entry = row

    def mend(self, live: list[bool], ef: int) -> None:
        levels = self._links.levels.tolist()
        touched = []
        for row, level in enumerate(levels):
            changed = [self._mend_list(row, each, live, ef) for each in range(level + 1)]
            if live[row] and any(changed):
                touched.append(row)
        for row in touched:
            for each in range(levels[row] + 1):
                for other in self._neighbours(row, each):
                    if row not in self._neighbours(other, each):
                        self._lead_to(other, row, each)

    def _mend_list(self, row: int, level: int, live: list[bool], ef: int) -> bool:
        if not live[row] or all(live[other] for other in self._neighbours(row, level)):
            return False
        seen, dead, near = {row}, [row], list[int]()
        for each in dead:
            for other in self._neighbours(each, level):
                if other in seen:
                    continue
                seen.add(other)
                if not live[other]:
                    dead.append(other)
                elif len(near) < ef:
                    near.append(other)
            if len(near) == ef:
                break
        keys = sorted(self._place(row).keys(near), reverse=True)
        self._set(row, level, self._choose(keys, self._width(level)))
        return True

    def down_to(self, place: _Place, level: int) -> int:
        """The key of the nearest row on the way down from the entry."""
        entry = self._links.entry
        if not 0 <= entry < len(self._links.levels):
            raise damaged_graph()
        (here,) = place.keys([entry])
        for each in range(int(self._links.levels[entry]), level, -1):
            while (best := self._nearest(place, each, here)) != here:
                here = best
        return here

    def _nearest(self, place: _Place, level: int, here: int) -> int:
        return max([here, *place.keys(self._neighbours(_row_of(here), level))])

    def walk(
        self, place: _Place, level: int, ef: int, start: int, passes: list[bool] | None
    ) -> list[int]:
        """Keys of the rows that are found, nearest first."""
        seen, ahead = {_row_of(start)}, [-start]
        found = [start] if passes is None or passes[_row_of(start)] else []
        while ahead:
            following = -heappop(ahead)
            if len(found) == ef and following < found[0]:
                break
            fresh = [row for row in self._neighbours(_row_of(following), level) if row not in seen]
            seen.update(fresh)
            for key in place.keys(fresh):
                if len(found) == ef and key < found[0]:
                    continue
                heappush(ahead, -key)
                if passes is not None and not passes[_row_of(key)]:
                    continue
                if len(found) < ef:
                    heappush(found, key)
                else:
                    heappushpop(found, key)
        return sorted(found, reverse=True)

    def _choose(self, keys: list[int], width: int) -> list[int]:
        """Rows nearer to the point than to any that was chosen before."""
        rows = [_row_of(key) for key in keys]
        codes = self._points.codes[rows]
        chosen: list[int] = []
        for number, key in enumerate(keys):
            if len(chosen) == width:
                break
            others = self._place(rows[number]).keys([rows[at] for at in chosen])
            orders = [other >> 32 for other in others]
            if any(order > key >> 32 for order in orders):
                continue
            equal = [at for at, order in zip(chosen, orders, strict=True) if order == key >> 32]
            if not any((codes[at] == codes[number]).all() for at in equal):
                chosen.append(number)
        return [rows[number] for number in chosen]

    def _lead_to(self, row: int, other: int, level: int) -> None:
        held, width = self._neighbours(row, level), self._width(level)
        if len(held) == width:
            keys = sorted(self._place(row).keys([*held, other]), reverse=True)
            self._set(row, level, self._choose(keys, width))
        else:
            self._list(row, level)[len(held)] = other

    def _place(self, row: int) -> _Place:
        points = self._points
        extra = np.float32(0) if points.kind == "alone" else points.extras[row]
        return _Place(points, points.codes[row], points.scales[row], extra)

    def _width(self, level: int) -> int:
        return self._m if level else 2 * self._m

    def _list(self, row: int, level: int) -> Uint32s:
        links = self._links
        if row >= len(links.levels) or level > int(links.levels[row]):
            raise damaged_graph()
        if not level:
            return np.asarray(links.links[row])
        place = int(links.starts[row]) + level - 1
        if place >= len(links.upper):
            raise damaged_graph()
        return np.asarray(links.upper[place])

    def _neighbours(self, row: int, level: int) -> list[int]:
        held: list[int] = self._list(row, level).tolist()
        held = held[: held.index(NOTHING)] if NOTHING in held else held
        if held and max(held) >= len(self._links.levels):
            raise damaged_graph()
        return held

    def _set(self, row: int, level: int, rows: list[int]) -> None:
        held = self._list(row, level)
        held[: len(rows)] = rows
        held[len(rows) :] = NOTHING


def _row_of(key: int) -> int:
    return _LOW ^ key & _LOW


def _orders(similarities: Float32s) -> list[int]:
    """Whole numbers that rise with the similarities.

    >>> one, two, three = _orders(np.float32([-1, 0, 0.5]))
    >>> one < two < three
    True
    """
    bits = similarities.view(np.uint32)
    orders: list[int] = np.where(bits & _HIGH_BIT, ~bits, bits | _HIGH_BIT).tolist()
    return orders
