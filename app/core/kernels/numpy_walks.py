"""Walks over neighbour graphs in Python and NumPy: keys of rows, lists and rings, searches."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush, heapreplace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.graph import NOTHING, Links, Points, damaged_graph
from app.core.kernels.port import Float32s, Uint32s

_LOW = 0xFFFF_FFFF
_HIGH_BIT = np.uint32(0x8000_0000)


class Place:
    """A point that rows are compared with; keys are as in graph.h."""

    def __init__(
        self, points: Points, code: NDArray[Any], scale: np.float32, half: np.float32
    ) -> None:
        self._points = points
        self._code = code.astype(np.float64)
        self._scale, self._half = scale, half

    def keys(self, rows: list[int]) -> list[int]:
        """The key of each row."""
        points = self._points
        # Products of float64 are exact here; none is -0.
        products = points.codes[rows].astype(np.float64) @ self._code + 0.0
        similarities = products.astype(np.float32) * (self._scale * points.scales[rows])
        if points.halves is not None:
            similarities -= self._half + points.halves[rows]
        orders = zip(_orders(similarities), rows, strict=True)
        return [order << 32 | (_LOW - row) for order, row in orders]


class Walks:
    """A graph and the ways through it."""

    def __init__(self, points: Points, links: Links) -> None:
        self.points = points
        self.links = links

    def down_to(self, place: Place, level: int) -> int:
        """The key of the nearest row on the way down from the entry."""
        entry = self.links.entry
        if not 0 <= entry < len(self.links.levels):
            raise damaged_graph()
        (here,) = place.keys([entry])
        for each in range(int(self.links.levels[entry]), level, -1):
            while (best := self._nearest(place, each, here)) != here:
                here = best
        return here

    def _nearest(self, place: Place, level: int, here: int) -> int:
        return max([here, *place.keys(self.neighbours(row_of(here), level))])

    def walk(
        self,
        place: Place,
        level: int,
        ef: int,
        start: int,
        passes: list[bool] | None,
        *,
        rings: bool = False,
    ) -> list[int]:
        """Keys of the rows that are found, nearest first."""
        seen, ahead, found = {row_of(start)}, [-start], list[int]()

        def keep(key: int) -> None:
            head = row_of(key)
            for row in self._ring(head) if rings else [head]:
                own = (key | _LOW) - row
                if len(found) == ef and own < found[0]:
                    return
                if passes is None or passes[row]:
                    (heappush if len(found) < ef else heapreplace)(found, own)

        keep(start)
        while ahead:
            following = -heappop(ahead)
            if len(found) == ef and following < found[0]:
                break
            fresh = [row for row in self.neighbours(row_of(following), level) if row not in seen]
            seen.update(fresh)
            for key in place.keys(fresh):
                if len(found) < ef or key > found[0]:
                    heappush(ahead, -key)
                    keep(key)
        return sorted(found, reverse=True)

    def place(self, row: int) -> Place:
        """Where a row stands."""
        points = self.points
        half = np.float32(0) if points.halves is None else points.halves[row]
        return Place(points, points.codes[row], points.scales[row], half)

    def list_of(self, row: int, level: int) -> Uint32s:
        """A list, as a view."""
        links = self.links
        if row >= len(links.levels) or level > int(links.levels[row]):
            raise damaged_graph()
        if not level:
            return np.asarray(links.links[row])
        place = int(links.starts[row]) + level - 1
        if place >= len(links.upper):
            raise damaged_graph()
        return np.asarray(links.upper[place])

    def neighbours(self, row: int, level: int) -> list[int]:
        """Rows that a row leads to."""
        held: list[int] = self.list_of(row, level).tolist()
        held = held[: held.index(NOTHING)] if NOTHING in held else held
        if held and max(held) >= len(self.links.levels):
            raise damaged_graph()
        return held

    def _ring(self, head: int) -> Iterator[int]:
        """A row and those that hang on it, which rise."""
        equals = self.links.equals
        yield head
        last = row = int(equals[head])
        for _ in range(len(equals)):
            if row == NOTHING:
                return
            if row >= len(equals) or int(equals[row]) >= len(equals):
                raise damaged_graph()
            row = int(equals[row])
            yield row
            if row == last:
                return
        raise damaged_graph()


def row_of(key: int) -> int:
    """The row of a key."""
    return _LOW ^ key & _LOW


def similarities_of(keys: list[int]) -> Float32s:
    """The similarities of keys.

    >>> orders = _orders(np.float32([-1.5, 0, 0.5]))
    >>> similarities_of([order << 32 for order in orders]).tolist()
    [-1.5, 0.0, 0.5]
    """
    orders = np.array([key >> 32 for key in keys], np.uint32)
    bits = np.where(orders & _HIGH_BIT, orders & ~_HIGH_BIT, ~orders)
    return bits.astype(np.uint32).view(np.float32)


def _orders(similarities: Float32s) -> list[int]:
    """Whole numbers that rise with the similarities.

    >>> one, two, three = _orders(np.float32([-1, 0, 0.5]))
    >>> one < two < three
    True
    """
    bits = similarities.view(np.uint32)
    orders: list[int] = np.where(bits & _HIGH_BIT, ~bits, bits | _HIGH_BIT).tolist()
    return orders
