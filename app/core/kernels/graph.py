"""What the loops of neighbour graphs are given, and what each must do.

The graphs are those of Malkov and Yashunin (2018), HNSW. Rows are compared by their int8 codes:
``float32(sum of products) * (scale * scale)``, less the sum of both halves where there are any.
These are whole numbers and float32 operations in a fixed order, the same from either side, and
equally similar rows stand in the order of their numbers, so that any two implementations make the
same graph and find the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.port import Bytes, Flags, Float32s, Uint32s
from app.core.kernels.vectors import Int8s, Int16s, check_fit
from app.errors import InputError, StorageError

Item = TypeVar("Item", bound=np.generic)

NOTHING = 0xFFFF_FFFF
"""In a list: no neighbour, and none behind it. As the entry: the graph is empty."""

HIGHEST = 15
"""The highest level that a row can have."""


class Points(NamedTuple):
    """What rows are compared by.

    `codes` (n, dim) and `scales` (n,). `halves` (n,), half the squared length of each row, with
    which similarities are half the squared Euclidean distance, negative; None for products.
    """

    codes: Int8s
    scales: Float32s
    halves: Float32s | None


@dataclass(eq=False, slots=True)
class Links:
    """The neighbours of each row, on each of its levels; the loops change them in place.

    `levels` uint8 (n,): the highest of each row. `starts` uint32 (n,): where its lists begin in
    `upper`. `links` uint32 (n, 2 * M): those of level 0. `upper` uint32 (sum of levels, M): those
    of levels 1 and up. Lists that are not full end with `NOTHING`. `entry`: where searches begin.
    `equals` uint32 (n,): rings of equal rows, of which the first alone is in lists, its own and
    others'. It leads to the last, each of the others to the next one, and the last to the second;
    a row that none is equal to leads to `NOTHING`.
    """

    levels: Bytes
    starts: Uint32s
    links: Uint32s
    upper: Uint32s
    equals: Uint32s
    entry: int


class Walked(NamedTuple):
    """Rows that a walk has found, nearest first, and their similarities, which fall; both (m,)."""

    rows: Uint32s
    scores: Float32s


class GraphKernels(Protocol):
    """One implementation.

    `InputError` for arguments that do not fit, `StorageError("storage-damaged")` for lists that
    lead to rows that are not there, or not on their level.
    """

    def room(self, size: int, dtype: type[Item]) -> NDArray[Item]:
        """An array with any content, which the loops can change in place."""

    def insert(self, points: Points, links: Links, first: int, last: int, ef: int) -> None:
        """Put in the rows from `first` to `last`, whose levels are set and whose lists are not.

        Each leads to M rows at most, chosen from the `ef` nearest that a search finds (algorithm 4,
        without those that it prunes), and is led to by them; lists that are full are chosen anew.
        A row whose code and scale are those of one that was found hangs on that, in its ring.
        """

    def mend(self, points: Points, links: Links, live: Flags, ef: int) -> None:
        """Lead live rows past dead ones: `live` (n,).

        Lists with dead rows are chosen anew, from `ef` live rows that these lead to, and those
        lead back. Then no list of a live row has a dead one; those of dead rows stay as they are.
        The first of a ring counts for all.
        """

    def search(
        self,
        points: Points,
        links: Links,
        queries: Int16s,
        steps: Float32s,
        ef: int,
        mask: Flags | None = None,
    ) -> list[Walked]:
        """Of each query (q, dim) the `ef` nearest rows that the mask lets through, nearest first.

        `steps` (q,): what 1 in each query is worth. `mask` (n,): rows it leaves out are walked
        across all the same. A walk ends when no row ahead is nearer than the `ef`-th; so there may
        be fewer.
        """


def check_points(points: Points, links: Links) -> int:
    """How many rows there are; `InputError` unless all arrays are of them."""
    n = len(links.levels)
    check_fit((n, len(points.codes)), (n, len(points.scales)))
    check_fit((n, n if points.halves is None else len(points.halves)))
    check_fit((n, len(links.starts)), (n, len(links.links)), (n, len(links.equals)))
    check_fit((links.links.shape[1], 2 * links.upper.shape[1]))
    return n


def check_ef(ef: int) -> int:
    """The same; `InputError` below 1."""
    if ef < 1:
        raise InputError(f"ef is {ef}; it must be 1 or more.")
    return ef


def damaged_graph() -> StorageError:
    """Lists that lead to nowhere."""
    return StorageError(
        "The graph of the vectors is damaged.",
        code="storage-damaged",
        hint="Build it again from the vectors.",
    )
