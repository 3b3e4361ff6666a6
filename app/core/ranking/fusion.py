"""Several rankings of the same chunks to one, by their ranks or by their scores.

Reciprocal rank fusion: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet
and individual Rank Learning Methods" (2009). Only ranks count, so legs with scores of any range
can be joined.

Convex combination: Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval"
(2023). How much better the first hit is than the second counts too, so it needs scores that are
scaled by what a leg could give at most, not by what it gave this time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.selection import top_k
from app.core.unique import unique_inverse
from app.errors import InputError

RRF_K = 60

Scored = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Ordinals, none twice, and their scores."""


class Fused(NamedTuple):
    """Ordinals best first, int64[n], and their fused scores, float64[n]."""

    ordinals: NDArray[np.int64]
    scores: NDArray[np.float64]


def rrf(
    rankings: Sequence[NDArray[np.int64]],
    k: float = RRF_K,
    weights: Sequence[float] | None = None,
    shares: Sequence[float] | None = None,
) -> Fused:
    """Every ordinal in any ranking, by the sum of weight / (k + rank); equal sums by lower ordinal.

    Each ranking holds ordinals best first, none twice; ranks count from 1. A larger k lets lower
    ranks count nearly as much as higher ones. `shares`: the part of all ordinals that a ranking is
    about, 0 to 1; what is first of a tenth would be about tenth of all, and counts as that.

    >>> rrf([np.array([7, 3]), np.array([3])]).ordinals.tolist()
    [3, 7]
    """
    if weights is None:
        weights = [1.0] * len(rankings)
    shares = [1.0] * len(rankings) if shares is None else shares
    if len(weights) != len(rankings) or len(shares) != len(rankings):
        raise InputError(f"{len(weights)} weights for {len(rankings)} rankings.")
    if not all(0 < share <= 1 for share in shares):
        raise InputError(f"Shares are above 0 and at most 1, not {shares}.")
    if k < 0 or min(weights, default=0) < 0:
        raise InputError(f"RRF needs k and weights from 0, not k = {k}, weights {weights}.")
    if not rankings:
        return Fused(np.empty(0, np.int64), np.empty(0))
    ordinals, places = unique_inverse(np.concatenate(rankings))
    given = [
        reciprocal(len(ranking), k, weight, share)
        for ranking, weight, share in zip(rankings, weights, shares, strict=True)
    ]
    return _best(ordinals, np.bincount(places, np.concatenate(given)).astype(np.float64))


def reciprocal(
    n: int, k: float = RRF_K, weight: float = 1.0, share: float = 1.0
) -> NDArray[np.float64]:
    """What `rrf` gives the n first of a ranking, float64 (n,)."""
    return np.asarray(weight / (k + np.arange(1, n + 1) / share))


def convex(rankings: Sequence[Scored], weights: Sequence[float]) -> Fused:
    """Every ordinal in any ranking, by the weighted sum of its scores; equal sums by lower ordinal.

    Scores are in 0..1, weights add up to 1. An ordinal that a ranking lacks scores 0 there.

    >>> words = (np.array([7, 3]), np.array([0.9, 0.1]))
    >>> fused = convex([words, (np.array([3]), np.array([1.0]))], [0.5, 0.5])
    >>> fused.ordinals.tolist(), fused.scores.round(2).tolist()
    ([3, 7], [0.55, 0.45])
    """
    if len(weights) != len(rankings) or min(weights, default=0) < 0:
        raise InputError(f"Weights {weights} do not fit {len(rankings)} rankings.")
    if not rankings:
        return Fused(np.empty(0, np.int64), np.empty(0))
    ordinals, places = unique_inverse(np.concatenate([ranking for ranking, _ in rankings]))
    shares = [weight * scores for weight, (_, scores) in zip(weights, rankings, strict=True)]
    return _best(ordinals, np.bincount(places, np.concatenate(shares)).astype(np.float64))


def _best(ordinals: NDArray[np.int64], scores: NDArray[np.float64]) -> Fused:
    """Sorted, with sums that differ only by the order of their terms as ties."""
    scores = np.round(scores, 12)
    best = top_k(scores, len(ordinals))
    return Fused(ordinals[best].astype(np.int64), scores[best])
