"""The loops of neighbour graphs as functions of the WebAssembly module."""

from __future__ import annotations

from struct import Struct
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.frame import F32, U8, U32, U64, Frame, Memory
from app.core.kernels.graph import (
    Item,
    Links,
    Points,
    Walked,
    check_ef,
    check_points,
    damaged_graph,
)
from app.core.kernels.port import Flags, Float32s
from app.core.kernels.vectors import Int16s, check_fit

_I8 = np.dtype(np.int8)
_I16 = np.dtype(np.int16)
_WALK = "<14I2f5I"
_SEARCH = Struct(f"{_WALK}8I")
_BUILD = Struct(f"{_WALK}5I")
_ENTRY = 11


class GraphExports(Protocol):
    """The functions of the module; see graph.h."""

    def graph_insert(self, frame: int, /) -> int: ...  # noqa: D102
    def graph_mend(self, frame: int, /) -> int: ...  # noqa: D102
    def graph_search(self, frame: int, /) -> int: ...  # noqa: D102


class WasmGraph:
    """`GraphKernels` over the exports of the module."""

    def __init__(self, exports: GraphExports, memory: Memory) -> None:
        self._insert = exports.graph_insert
        self._mend = exports.graph_mend
        self._search = exports.graph_search
        self._frame = Frame(memory)
        self._size = 0, 0, 0, 0
        self._scratch: list[NDArray[np.generic]] = []

    def room(self, size: int, dtype: type[Item]) -> NDArray[Item]:
        """An array where the module reaches it."""
        return self._frame.empty(size, dtype)

    def insert(self, points: Points, links: Links, first: int, last: int, ef: int) -> None:
        """Put in rows."""
        frame, n = self._frame, check_points(points, links)
        check_fit((0, max(0, last - n)))
        walk = self._walk(points, links, check_ef(ef))
        answer = frame.call(self._insert, _BUILD, *walk, first, last, ef, 0, 0)
        links.entry = frame.word(_ENTRY)
        _checked(answer)

    def mend(self, points: Points, links: Links, live: Flags, ef: int) -> None:
        """Lead live rows past dead ones."""
        frame, n = self._frame, check_points(points, links)
        touched = frame.zeros(n, np.uint8)
        walk = self._walk(points, links, check_ef(ef))
        flags = frame.at(live, U8, n), frame.at(touched, U8)
        _checked(frame.call(self._mend, _BUILD, *walk, 0, 0, ef, *flags))

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
        frame, n, asked = self._frame, check_points(points, links), len(queries)
        check_fit((points.codes.shape[1], queries.shape[1]))
        out, scores = frame.empty(asked * ef, np.uint32), frame.empty(asked * ef, np.float32)
        counts = frame.empty(asked, np.uint32)
        words = self._walk(points, links, check_ef(ef))
        words += [frame.at(queries, _I16), frame.at(steps, F32, asked), asked, ef]
        words += [0 if mask is None else frame.at(mask, U8, n)]
        words += [frame.at(out, U32), frame.at(scores, F32), frame.at(counts, U32)]
        _checked(frame.call(self._search, _SEARCH, *words))
        tables = out.reshape(asked, ef), scores.reshape(asked, ef), counts.tolist()
        return [Walked(rows[:n], likes[:n]) for rows, likes, n in zip(*tables, strict=True)]

    def _walk(self, points: Points, links: Links, ef: int) -> list[float]:
        frame, (n, dim), width = self._frame, points.codes.shape, links.links.shape[1]
        halves = 0 if points.halves is None else frame.at(points.halves, F32)
        words: list[float] = [frame.at(points.codes, _I8), frame.at(points.scales, F32), halves]
        words += [n, dim]
        words += [frame.at(links.levels, U8), frame.at(links.starts, U32)]
        words += [frame.at(links.links, U32), frame.at(links.upper, U32), len(links.upper)]
        query, seen, ahead, found, rows, keys = self._room_for(n, dim, width, ef)
        words += [width // 2, links.entry, frame.at(links.equals, U32)]
        words += [
            frame.at(query, _I16),
            0.0,
            0.0,
            frame.at(seen, U32),
            frame.at(ahead, U64),
            frame.at(found, U64),
        ]
        return [*words, frame.at(rows, U32), frame.at(keys, U64)]

    def _room_for(self, *size: int) -> list[NDArray[np.generic]]:
        """Scratch for rows, dims, the width of a list and ef, which is kept for the next walk."""
        if any(asked > held for asked, held in zip(size, self._size, strict=True)):
            self._size = tuple(map(max, size, self._size))  # type: ignore[assignment]
            (n, dim, width, ef), empty = self._size, self._frame.empty
            self._scratch = []
            self._scratch += [empty(dim, np.int16), empty(-(-n // 128) * 4, np.uint32)]
            self._scratch += [empty(n, np.uint64), empty(ef, np.uint64)]
            self._scratch += [empty(width + 1, np.uint32), empty(width + 1, np.uint64)]
        return self._scratch


def _checked(answer: int) -> None:
    if answer < 0:
        raise damaged_graph()
