"""How a neighbour graph is built and searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from app.errors import InputError

Preset = Literal["fast", "balanced", "high-recall"]

_LARGEST_M = 128
_LARGEST_EF = 65_536


@dataclass(frozen=True, slots=True)
class GraphOptions:
    """What a graph hangs on, beside the vectors and the order in which they are added.

    `M` (2..128): links that a vector is given when it is put in; twice as many are the most on the
    lowest level. `ef_construction` (1..65536): candidates that they are chosen from; more take more
    time to build, and find more in the same time. `ef_search` (1..65536): candidates of a search
    for up to ten hits, in proportion of one for more. `seed` (below 2**32): of the levels.
    """

    M: int = 16
    ef_construction: int = 200
    ef_search: int = 160
    seed: int = 0

    def __post_init__(self) -> None:
        """`InputError` for values that no graph can have."""
        for name, value, low, high in (
            ("M", self.M, 2, _LARGEST_M),
            ("ef_construction", self.ef_construction, 1, _LARGEST_EF),
            ("ef_search", self.ef_search, 1, _LARGEST_EF),
            ("seed", self.seed, 0, 2**32 - 1),
        ):
            if not low <= value <= high:
                raise InputError(f"{name} is {value}; it must be {low:,} to {high:,}.")


PRESETS: dict[Preset, GraphOptions] = {
    "fast": GraphOptions(M=16, ef_construction=100, ef_search=96),
    "balanced": GraphOptions(M=16, ef_construction=200, ef_search=160),
    "high-recall": GraphOptions(M=24, ef_construction=300, ef_search=256),
}


def options_of(given: Preset | GraphOptions) -> GraphOptions:
    """The options that a name stands for, or those that are given.

    >>> options_of("fast").M
    16
    """
    if isinstance(given, GraphOptions):
        return given
    if given not in PRESETS:
        raise InputError(
            f"There is no graph {given!r}.",
            hint=f"Use {', '.join(get_args(Preset))}, or GraphOptions.",
        )
    return PRESETS[given]
