"""Ordering the best hits anew, by a model that reads the query and a passage together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.core.model import Hit, LegResult, SearchResult
from app.errors import EmbedderError
from app.ports import Clock, Reranker

RERANKED = 20
"""Hits that are read again; a cross-encoder takes as long for each as a model for a passage."""


async def reranked(
    result: SearchResult, words: str, k: int, reranker: Reranker | None, clock: Clock
) -> SearchResult:
    """The first hits by the reranker's scores, those after them as they were; k in all.

    Hits keep the score that they were found with; what the reranker gave is in their legs. Equal
    scores keep their order, as do all hits where the reranker fails, with a note.
    """
    begin = clock()
    first, rest = result.hits[:RERANKED], result.hits[RERANKED:]
    notes = result.notes
    if first and words:
        try:
            first = await _ordered(first, words, reranker)
        except EmbedderError as error:
            notes = (*notes, f"The hits are not reranked: {error.message}")
    hits = (*first, *rest)[:k]
    spent = 1000 * (clock() - begin)
    timings = dict(result.timings)
    total = timings.pop("total", 0.0) + spent
    return replace(
        result,
        hits=tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)),
        notes=notes,
        timings={**timings, "rerank": spent, "total": total},
    )


async def _ordered(hits: Sequence[Hit], words: str, reranker: Reranker | None) -> tuple[Hit, ...]:
    if reranker is None:
        raise EmbedderError("there is no reranker.", code="model-missing")
    scores = await reranker.score(words, [_text(hit) for hit in hits])
    if len(scores) != len(hits) or not np.isfinite(scores).all():
        raise EmbedderError("the reranker gave no scores.")
    order = np.argsort(-scores, kind="stable").tolist()
    return tuple(
        replace(
            hits[place],
            legs={**hits[place].legs, "rerank": LegResult(rank, float(scores[place]))},
        )
        for rank, place in enumerate(order, start=1)
    )


def _text(hit: Hit) -> str:
    """A passage with what it stands under, as models read it."""
    return "\n".join(filter(None, (*hit.address.heading, hit.text)))
