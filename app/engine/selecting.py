"""From a ranking to the hits that are shown: copies collapsed, documents grouped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.core.duplicates.leaders import leaders
from app.core.ranking import mmr
from app.engine.legs import Ranking
from app.engine.passages import Candidate, candidate, path_of
from app.engine.resemblance import Resemblance
from app.engine.searcher import Searcher
from app.engine.view import View

_DEPTHS = (1, 4, 16, 64, 256)
"""How much deeper to look when collapsing leaves too few hits."""
_DEPTHS_OF_DOCUMENTS = 3
"""Of these, how many where documents are grouped: there may be few of them, of many passages."""
LOOKED_AT = 100
"""Candidates among which near-copies of the hits are looked for, at least."""
_AT_ONCE = 32
"""Candidates that are compared with each other at a time."""


def best(searcher: Searcher) -> tuple[Ranking, list[Candidate]]:
    """The k candidates to show, looking as deep as it takes to find k."""
    options = searcher.options
    depths = _DEPTHS[:_DEPTHS_OF_DOCUMENTS] if options.group_by_document else _DEPTHS
    for factor in depths:
        ranking = _diverse(searcher, searcher.rank(options.candidates * factor))
        chosen = _Selection(searcher, ranking).best(options.k)
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


def _diverse(searcher: Searcher, ranking: Ranking) -> Ranking:
    """The candidates in an order in which the first k are less alike, if that is wanted."""
    options = searcher.options
    if not options.diversity or options.sort != "relevance":
        return ranking
    with searcher.timings.part("fuse"):
        alike = Resemblance(searcher.view, ranking.ordinals, searcher.vectors)
        every = range(len(ranking.ordinals))
        order = mmr(
            ranking.scores,
            lambda place: alike.similarities([place], every)[0],
            options.k,
            options.diversity,
        )
    return replace(ranking, ordinals=ranking.ordinals[order], scores=ranking.scores[order])


class _Selection:
    """The candidates of one ranking, taken from its top."""

    def __init__(self, searcher: Searcher, ranking: Ranking) -> None:
        options = searcher.options
        self._view = searcher.view
        self._by_document = options.group_by_document
        self._ranking = ranking
        self._rows = enumerate(ranking.candidates())
        self._ended = 0
        """How many of the candidates have been taken."""
        self._seen: set[tuple[object, ...]] = set()
        self._collapses = options.collapse and options.sort == "relevance"
        self._models = searcher.vectors

    def best(self, k: int) -> list[Candidate]:
        """The first k that differ: in content, or in document when grouped."""
        if not self._collapses:
            return [found for _, found in self._next(k)]
        resemblance = Resemblance(self._view, self._ranking.ordinals, self._models)
        places: list[int] = []
        chosen: list[Candidate] = []
        while some := self._next(min(k - len(chosen), _AT_ONCE)):
            new = [place for place, _ in some]
            columns = places + new
            every = chosen + [found for _, found in some]
            for own, led_by in enumerate(leaders(resemblance.near(new, columns)), len(chosen)):
                if led_by == own:
                    places.append(columns[own])
                    chosen.append(every[own])
                else:
                    every[led_by].near.append(every[own])
        self._attach(resemblance, chosen, places)
        return chosen

    def _next(self, n: int) -> list[tuple[int, Candidate]]:
        """The next n candidates, or what is left, that are no copies of earlier ones; places."""
        found: list[tuple[int, Candidate]] = []
        if n == 0:
            return found
        for place, (ordinal, score, legs) in self._rows:
            self._ended = place + 1
            if new := self._new(candidate(self._view, ordinal, score, legs)):
                found.append((place, new))
            if len(found) == n:
                break
        return found

    def _attach(self, resemblance: Resemblance, chosen: list[Candidate], places: list[int]) -> None:
        """To each hit the near-copies of it that come further down."""
        low = self._ended if chosen else LOOKED_AT
        rest = range(low, min(LOOKED_AT, len(self._ranking.ordinals)))
        if not rest:
            return
        near = resemblance.near(rest, places)
        for row in np.flatnonzero(near.any(axis=1)).tolist():
            ordinal, score = (
                each[rest[row]].item() for each in (self._ranking.ordinals, self._ranking.scores)
            )
            if new := self._new(candidate(self._view, ordinal, score, {})):
                chosen[int(np.argmax(near[row]))].near.append(new)

    def _new(self, found: Candidate) -> Candidate | None:
        """The candidate with the paths of its copies, None if one of them has come before."""
        copies = self._view.copies(found.place) or [found.place]
        key: tuple[object, ...] = copies[0]
        key = key if self._by_document else (*key, found.number)
        if key in self._seen:
            return None
        self._seen.add(key)
        found.also_at = [path_of(self._view, place) for place in copies if place != found.place]
        return found
