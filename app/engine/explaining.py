"""Why each hit has its place: what either leg gives it, and what of its words counts how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.core.lexical import DocumentIndex, KeywordIndex, KeywordScore, explain
from app.engine.legs import Fusion, Ranking
from app.engine.passages import Candidate


@dataclass(frozen=True, slots=True)
class LegShare:
    """What a leg gives to the score of a hit."""

    weight: float
    value: float
    """In a convex combination the leg's score as a part of the most it could be, in RRF
    1 / (60 + rank), otherwise the leg's score."""
    share: float
    """weight * value"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The score of a hit: the sum of the shares of its legs, times `recency`."""

    fusion: Literal["convex", "rrf", "none"]
    """How the legs are joined; "none" where there is only one."""
    legs: Mapping[str, LegShare]
    recency: float
    """Factor for how new the document is, 1 without the option."""
    keyword: KeywordScore | None
    """The score of the keyword leg taken apart, where that has found the hit."""


def explanations(
    index: KeywordIndex | DocumentIndex, ranking: Ranking, chosen: Sequence[Candidate]
) -> dict[int, Explanation]:
    """By ordinal, for the hits that are shown."""
    by_words = [each for each in chosen if "keyword" in each.legs]
    ordinals = np.array([each.ordinal for each in by_words], dtype=np.int64)
    scores = np.array([each.legs["keyword"].score for each in by_words])
    words = dict(
        zip(ordinals.tolist(), explain(index, ranking.plan, ordinals, scores), strict=True)
    )
    return {each.ordinal: _explanation(ranking.fusion, each, words) for each in chosen}


def _explanation(
    fusion: Fusion, found: Candidate, words: Mapping[int, KeywordScore]
) -> Explanation:
    legs: dict[str, LegShare] = {}
    for name, weight, ordinals, values in fusion.parts:
        at = np.flatnonzero(ordinals == found.ordinal)
        if len(at):
            value = float(values[at[0]])
            legs[name] = LegShare(weight, value, weight * value)
    total = sum(leg.share for leg in legs.values())
    factor = found.score / total if fusion.recency and total else 1.0
    return Explanation(fusion.method, legs, factor, words.get(found.ordinal))
