"""Hits that differ from each other: maximal marginal relevance.

Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and
Producing Summaries" (1998).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError


def mmr(
    scores: NDArray[Any],
    similar_to: Callable[[int], NDArray[Any]],
    k: int,
    diversity: float,
) -> NDArray[np.intp]:
    """An order of n candidates: the first k chosen one by one, the others behind as they stand.

    `scores` (n,), best first; they count as parts of the first one, none for less than 0.
    `similar_to(i)` are the similarities of candidate i to all, (n,), 0 to 1. Each choice is the
    candidate with the most ``(1 - diversity) * score - diversity * similarity``, the similarity
    being that to the chosen one that it is most like; of equal ones the first. `diversity` is 0 to
    1: 0 is the order of the scores. Raises `InputError` for any other.

    >>> alike = np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]])
    >>> mmr(np.array([1, 0.9, 0.5]), alike.__getitem__, 3, 0.5).tolist()
    [0, 2, 1]
    """
    if not 0 <= diversity <= 1:
        raise InputError(f"diversity is {diversity}; it must be from 0 to 1.")
    best = float(scores[0]) if len(scores) else 0.0
    gains = np.clip(scores / best if best > 0 else np.zeros(len(scores)), 0, None)
    gains = (1 - diversity) * gains
    nearest = np.zeros(len(scores))
    chosen: list[int] = []
    for _ in range(min(k, len(scores)) if diversity else 0):
        # Rounded, so that what differs by the order of its terms only counts as equal.
        place = int(np.argmax(np.round(gains - diversity * nearest, 12)))
        chosen.append(place)
        gains[place] = -np.inf
        nearest = np.maximum(nearest, similar_to(place))
    left = np.ones(len(scores), dtype=np.bool_)
    left[chosen] = False
    return np.concatenate([np.array(chosen, dtype=np.intp), np.flatnonzero(left)])
