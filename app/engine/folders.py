"""The folders of a collection as a tree of arrays: how many documents lie in each, at any level."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import fold
from app.engine.columns import folder_parts

Counts = NDArray[np.int64]

_GLOB = "*?["


class FolderTree:
    """Folders and all that they lie in, each right before what is in it; the first is the top.

    >>> tree = FolderTree(["b/y", "a", "b/x"])
    >>> tree.spelled
    ['', 'a', 'b', 'b/x', 'b/y']
    >>> places, counts = tree.children(np.array([0, 1, 1, 2, 0]))
    >>> [tree.spelled[place] for place in places], counts.tolist()
    (['a', 'b'], [1, 3])
    """

    def __init__(self, folders: Iterable[str]) -> None:
        spelled: dict[tuple[str, ...], str] = {(): ""}
        for folder in folders:
            parts = folder_parts(folder)
            for depth in range(1, len(parts) + 1):
                key = tuple(key for key, _ in parts[:depth])
                written = "/".join(part for _, part in parts[:depth])
                spelled[key] = min(written, spelled.get(key, written))
        ordered = sorted(spelled)
        places = {key: place for place, key in enumerate(ordered)}
        self.keys = ["/".join(key) for key in ordered]
        """`folder_key` of each."""
        self.spelled = [spelled[key] for key in ordered]
        """How each is written; of several ways the lowest by code points."""
        self._above = np.array([places[key[:-1]] for key in ordered])
        self._ends = _ends(self._above)

    def children(self, counts: Counts) -> tuple[NDArray[np.intp], Counts]:
        """Places of the folders at the first level that divides, and how much lies in each.

        `counts` int64[folders] is what lies right in a folder. That level is below the deepest
        folder that holds all of it.
        """
        filled = np.flatnonzero(counts)
        if not len(filled):
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.int64)
        low, high = int(filled[0]), int(filled[-1])
        while low != high:  # up to where the two meet: what is in a folder stands behind it
            low, high = sorted((low, int(self._above[high])))
        places = np.flatnonzero(self._above == low)
        places = places[places != 0]
        return places, self.totals(counts)[places]

    def totals(self, counts: Counts) -> Counts:
        """How much lies in each folder and all those in it, int64[folders]."""
        before = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
        totals: Counts = before[self._ends] - before[:-1]
        return totals


def literal(folder: str) -> str:
    """A folder as a pattern for `dir:` that stands for itself.

    >>> literal("drafts [old]?")
    'drafts [[]old][?]'
    """
    out = ""
    for char in folder:
        folded = char if char.isascii() else fold(char)
        if any(sign in folded for sign in _GLOB):
            out += "".join(f"[{each}]" if each in _GLOB else each for each in folded)
        else:
            out += char
    return " ".join(out.replace('"', "'").split())


def _ends(above: NDArray[np.intp]) -> NDArray[np.intp]:
    """The place behind the last one in each folder."""
    ends = np.arange(1, len(above) + 1)
    for place in range(len(above) - 1, 0, -1):
        ends[above[place]] = max(ends[above[place]], ends[place])
    return ends
