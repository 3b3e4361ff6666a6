"""From a ranking to the hits that are shown: copies collapsed, documents grouped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.engine.legs import Ranking
from app.engine.passages import Candidate, candidate, path_of
from app.engine.searcher import Searcher
from app.engine.view import View

_DEPTHS = (1, 4, 16)
"""How much deeper to look when collapsing leaves too few hits."""


def best(searcher: Searcher) -> tuple[Ranking, list[Candidate]]:
    """The k candidates to show, looking as deep as it takes to find k."""
    options = searcher.options
    for factor in _DEPTHS:
        ranking = searcher.rank(options.candidates * factor)
        chosen = _chosen(searcher.view, ranking, options.k, options.group_by_document)
        if len(chosen) >= options.k or ranking.exhausted:
            break
    return ranking, chosen


def with_shown(
    view: View, matches: NDArray[np.bool_], chosen: Sequence[Candidate]
) -> NDArray[np.bool_]:
    """What the words match, bool[chunks], and the hits that are shown besides: near in meaning.

    No hit is without its facet values so; copies of a document count as often as there are.
    """
    every = matches.copy()
    bases = view.snapshot.bases.tolist()
    for found in chosen:
        every[found.ordinal] = True
        if matches[found.ordinal]:
            continue
        for segment, document in view.copies(found.place):
            every[bases[segment] + int(view.snapshot.segments[segment].first_chunks[document])] = (
                True
            )
    return every


def _chosen(view: View, ranking: Ranking, k: int, by_document: bool) -> list[Candidate]:
    """The first k candidates that differ in content, or in document when grouped."""
    chosen: list[Candidate] = []
    seen: set[tuple[object, ...]] = set()
    for ordinal, score, legs in ranking.candidates():
        found = candidate(view, ordinal, score, legs)
        copies = view.copies(found.place) or [found.place]
        key: tuple[object, ...] = copies[0]
        key = key if by_document else (*key, found.number)
        if key in seen:
            continue
        seen.add(key)
        found.also_at = [path_of(view, place) for place in copies if place != found.place]
        chosen.append(found)
        if len(chosen) == k:
            break
    return chosen
