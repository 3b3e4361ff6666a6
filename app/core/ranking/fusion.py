"""Reciprocal rank fusion: several rankings of the same chunks to one.

Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank
Learning Methods" (2009). Only ranks count, so legs with scores of any range can be joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.selection import top_k
from app.errors import InputError

RRF_K = 60


class Fused(NamedTuple):
    """Ordinals best first, int64[n], and their fused scores, float64[n]."""

    ordinals: NDArray[np.int64]
    scores: NDArray[np.float64]


def rrf(
    rankings: Sequence[NDArray[np.int64]],
    k: float = RRF_K,
    weights: Sequence[float] | None = None,
) -> Fused:
    """Every ordinal in any ranking, by the sum of weight / (k + rank); equal sums by lower ordinal.

    Each ranking holds ordinals best first, none twice; ranks count from 1. A larger k lets lower
    ranks count nearly as much as higher ones.

    >>> rrf([np.array([7, 3]), np.array([3])]).ordinals.tolist()
    [3, 7]
    """
    if weights is None:
        weights = [1.0] * len(rankings)
    if len(weights) != len(rankings):
        raise InputError(f"{len(weights)} weights for {len(rankings)} rankings.")
    if k < 0 or min(weights, default=0) < 0:
        raise InputError(f"RRF needs k and weights from 0, not k = {k}, weights {weights}.")
    if not rankings:
        return Fused(np.empty(0, np.int64), np.empty(0))
    ordinals, places = np.unique(np.concatenate(rankings), return_inverse=True)
    shares = [
        weight / (k + np.arange(1, len(ranking) + 1))
        for ranking, weight in zip(rankings, weights, strict=True)
    ]
    scores = np.bincount(places, np.concatenate(shares)).astype(np.float64)
    best = top_k(np.round(scores, 12), len(ordinals))
    return Fused(ordinals[best].astype(np.int64), scores[best])
