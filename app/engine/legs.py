"""The rankings that a search is made of: one leg by words, one for each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from app.core.dense import hash_embedder, static_embedder
from app.core.lexical import Plan
from app.core.model import LegResult
from app.core.ranking import reciprocal, rrf

Ordinals = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tier:
    """How far a model's ranking is to be trusted in a fusion."""

    gradual: bool = True
    """Whether its cosines grade likeness, so that scores and not only ranks can be fused."""
    weight: float = 1.0
    """Weight in RRF beside the keyword leg's 1."""
    floor: float = -1.0
    """Cosine below which a neighbour says nothing and is left out."""
    meaning: float = 0.55
    """Weight of the cosine where scores are fused; the words have the rest (docs/quality.md)."""


TRANSFORMER = Tier()
STATIC = Tier(meaning=0.25)
HASH = Tier(gradual=False, weight=0.3, floor=0.5)
"""The hash embedder matches spelling only: weak neighbours are chance (docs/quality.md)."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A ranking of global chunk ordinals, best first, with the leg's own scores."""

    ordinals: Ordinals
    scores: NDArray[np.float64]
    weight: float = 1.0
    ranks: NDArray[np.int64] | None = None
    """From 1; None where the leg is whole and in its own order."""
    share: float = 1.0
    """The part of the collection that it is about: less while a model's vectors still come."""

    def results(self) -> dict[int, LegResult]:
        """Rank and score by ordinal."""
        ranks = range(1, len(self.ordinals) + 1) if self.ranks is None else self.ranks.tolist()
        rows = zip(self.ordinals.tolist(), ranks, self.scores.tolist(), strict=True)
        return {ordinal: LegResult(rank, score) for ordinal, rank, score in rows}


@dataclass(frozen=True, slots=True)
class Fusion:
    """How the score of a ranking came about."""

    method: Literal["convex", "rrf", "none"]
    parts: tuple[tuple[str, float, Ordinals, NDArray[np.float64]], ...]
    """Name of a leg, its weight, ordinals, and for each what the leg gives it; a leg with several
    models has a part for each of them."""
    recency: bool = False
    """Whether scores are multiplied by how new a document is."""

    @classmethod
    def of_ranks(cls, legs: Mapping[str, Sequence[Leg]]) -> Fusion:
        """Weighted RRF of all of them."""
        return cls(
            "rrf",
            tuple(
                (
                    *(name, leg.weight, leg.ordinals),
                    reciprocal(len(leg.ordinals), share=leg.share),
                )
                for name, same in legs.items()
                for leg in same
            ),
        )

    @classmethod
    def of_one(cls, name: str, leg: Leg) -> Fusion:
        """The scores of one leg as they are."""
        return cls("none", ((name, 1.0, leg.ordinals, leg.scores),))


@dataclass(frozen=True, slots=True)
class Ranking:
    """The outcome of a search before any text is read."""

    plan: Plan
    """As it was run: words completed and corrected. What is highlighted."""
    ordinals: Ordinals
    scores: NDArray[np.float64]
    legs: Mapping[str, Leg]
    total: int
    fusion: Fusion
    exhausted: bool
    """Whether more candidates from each leg would bring nothing new."""
    matches: NDArray[np.bool_] | None = None
    """bool[chunks] over all segments, where facets or an order need it."""

    def candidates(self) -> Iterator[tuple[int, float, dict[str, LegResult]]]:
        """Ordinal, score and legs of each candidate, in order."""
        legs = {name: leg.results() for name, leg in self.legs.items()}
        for ordinal, score in zip(self.ordinals.tolist(), self.scores.tolist(), strict=True):
            found = {name: results[ordinal] for name, results in legs.items() if ordinal in results}
            yield ordinal, score, found


def tier_of(model: str) -> Tier:
    """How a model's ranking counts."""
    if model.startswith(hash_embedder.MODEL):
        return HASH
    return STATIC if model.startswith(static_embedder.MODEL) else TRANSFORMER


def fused(legs: list[Leg]) -> Leg:
    """Weighted RRF of the legs."""
    best = rrf(
        [leg.ordinals for leg in legs],
        weights=[leg.weight for leg in legs],
        shares=[leg.share for leg in legs],
    )
    return Leg(best.ordinals, best.scores)


def joined(legs: list[Leg]) -> Leg:
    """One leg of several that share no chunk: their order by RRF, their own scores."""
    if len(legs) == 1:
        return legs[0]
    best = fused(legs)
    own = {
        ordinal: score
        for leg in legs
        for ordinal, score in zip(leg.ordinals.tolist(), leg.scores.tolist(), strict=True)
    }
    scores = np.array([own[ordinal] for ordinal in best.ordinals.tolist()], dtype=np.float64)
    return Leg(best.ordinals, scores)
