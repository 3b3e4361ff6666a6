"""Searching a view: both legs, and their fusion or another order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import forms_in
from app.core.lexical import (
    DocumentIndex,
    KeywordHits,
    KeywordIndex,
    Plan,
    QueryError,
    Reading,
    parse,
    plan,
    tree,
)
from app.core.ranking import convex, recency
from app.engine.days import midnight_after
from app.engine.embedding import GIVEN, EmbedderChain
from app.engine.filters import Mask
from app.engine.legs import Fusion, Leg, Ranking, fused, joined, tier_of
from app.engine.options import SearchOptions
from app.engine.ordering import modified, positions
from app.engine.reading import given_model
from app.engine.timing import Timings
from app.engine.view import View
from app.errors import InputError

PARTS = ("parse", "embed", "keyword", "vector", "fuse", "facets", "fetch")

PATIENCE = 0.3
"""Seconds after which a regular expression is tried on no more words."""

STILL_LOADING = "The model is still loading: what has its vectors was searched by words only."

COMMONEST = 0.05
"""Part of the largest idf that the commonest word has in a query by static vectors."""


@dataclass
class Searcher:
    """One search: the query is parsed and embedded once, then ranked as deep as it takes."""

    view: View
    options: SearchOptions
    plan: Plan
    vectors: dict[str, NDArray[np.float32]]
    """The query's vector for each model that can be searched."""
    errors: tuple[QueryError, ...]
    """What of the query could not be taken as it is written."""
    mask: Mask | None
    notes: list[str]
    timings: Timings
    today: date
    _found: dict[int, KeywordHits] = field(default_factory=dict, init=False)
    """What the keyword leg found, by depth."""

    @classmethod
    async def prepare(
        cls,
        view: View,
        text: str,
        options: SearchOptions,
        *,
        chain: EmbedderChain,
        timings: Timings,
        today: date,
    ) -> Searcher:
        """Parse and embed; `InputError("dimension-mismatch")` for a vector that fits none."""
        with timings.part("parse"):
            parsed = parse(text, today)
            reading = Reading(
                all_words=options.operator == "all",
                typing=options.typing,
                correct=options.correct,
                is_late=timings.deadline(PATIENCE),
            )
            planned = plan(parsed.tree, view.lexicon, reading)
            mask = view.filters.allowed(options)
        searcher = cls(
            *(view, options, planned, {}, parsed.errors, mask, list(planned.notes), timings),
            today=today,
        )
        if options.mode != "keyword" and view.models and not searcher._is_by_words_alone:
            with timings.part("embed"):
                await searcher._embed(tree.words(parsed.tree), chain)
        return searcher

    async def _embed(self, text: str, chain: EmbedderChain) -> None:
        models = [stats.model for stats in self.view.models]
        if self.options.vector is not None:
            self.vectors = self._given(self.options.vector, models)
            return
        failures = len(chain.notes)
        chain.keep(models)
        if text.strip():
            for model in models:
                if not (self.options.wait or chain.is_ready(model)):
                    self.notes.append(STILL_LOADING)
                    continue
                vector = await chain.embed_query(text, model, self._weight)
                if vector is not None and len(vector) == self.view.dim(model):
                    self.vectors[model] = vector
                else:
                    self.notes.append(_missing(model))
        if STILL_LOADING in self.notes and not self.vectors and self.options.mode == "vector":
            self.options = replace(self.options, mode="keyword")
        self.notes[:0] = chain.notes[failures:]

    def _weight(self, word: str) -> float:
        """How much a word says of what is looked for: the root of its part of the largest idf."""
        held = self.view.lexicon.frequencies(forms_in(word))
        rarest = min((each for each in held.values() if each), default=0)
        part = np.log(self._n_live / (rarest + 0.5)) / np.log(self._n_live)
        return float(np.sqrt(np.clip(part, COMMONEST, 1.0)))

    @cached_property
    def _n_live(self) -> int:
        """Live chunks, and one."""
        return int(np.count_nonzero(self.view.snapshot.live_chunks)) + 1

    def _given(
        self, vector: NDArray[np.float32], models: list[str]
    ) -> dict[str, NDArray[np.float32]]:
        """The given vector, for the vectors that were given if there are any of its size."""
        fitting = [model for model in models if self.view.dim(model) == len(vector)]
        own = given_model(len(vector))
        if not fitting:
            raise InputError(
                f"The query vector has {len(vector)} dims; the collection has vectors of "
                f"{', '.join(str(self.view.dim(model)) for model in models)}.",
                code="dimension-mismatch",
                hint="Use the model that made the collection's vectors.",
            )
        return {own: vector} if own in fitting else {fitting[0]: vector}

    def rank(self, depth: int) -> Ranking:
        """The best `depth` candidates of each leg, fused; or the first `depth` in another order."""
        return self._ranked(depth) if self.options.sort == "relevance" else self._sorted(depth)

    def _ranked(self, depth: int) -> Ranking:
        found = self._by_words(depth)
        keyword = None if found is None else Leg(found.ordinals, found.scores)
        with self.timings.part("vector"):
            tiers = [self._tier(model, vector, depth) for model, vector in self.vectors.items()]
        with self.timings.part("fuse"):
            legs = tiers if keyword is None else [keyword, *tiers]
            named = {"keyword": keyword, "vector": joined(tiers) if tiers else None}
            if keyword is None or not tiers:
                best = joined(legs)
                fusion = Fusion.of_one("vector" if keyword is None else "keyword", best)
            elif found and len(tiers) == 1 and tier_of(*self.vectors).gradual:
                best, fusion = self._combined(keyword, found.ceiling, tiers[0])
            else:
                best = fused(legs)
                fusion = Fusion.of_ranks({"keyword": [keyword], "vector": tiers})
            if self.options.recency:
                best, fusion = self._with_recent(best), replace(fusion, recency=True)
            return Ranking(
                plan=self.plan,
                ordinals=best.ordinals,
                scores=best.scores,
                legs={name: leg for name, leg in named.items() if leg is not None},
                total=max(found.total if found else 0, len(best.ordinals)),
                fusion=fusion,
                exhausted=all(len(leg.ordinals) < depth for leg in legs),
                matches=self._matches(found, best),
            )

    def _sorted(self, depth: int) -> Ranking:
        """The first `depth` of all that matches, in the order of the options."""
        everything, order = self._in_order
        first = order[:depth]
        legs = everything.legs
        if self._is_by_words_alone:  # which may be very many: only what is shown is looked up
            leg = legs["keyword"]
            legs = {"keyword": Leg(leg.ordinals[first], leg.scores[first], ranks=first + 1)}
        return replace(
            everything,
            ordinals=everything.ordinals[first],
            scores=everything.scores[first],
            legs=legs,
            exhausted=len(order) <= depth,
        )

    @cached_property
    def _in_order(self) -> tuple[Ranking, NDArray[np.intp]]:
        """All that matches, best first, and the places in it in the order of the options."""
        options = self.options
        ranking = self._ranked(self._n_chunks if self._is_by_words_alone else options.candidates)
        with self.timings.part("fuse"):
            order = positions(
                self.view,
                ranking.ordinals,
                options.sort,
                options.order,
                by_document=options.group_by_document,
            )
        return ranking, order

    @cached_property
    def _is_by_words_alone(self) -> bool:
        """Whether all hits in the order of the options hold the words.

        What is only near in meaning matches more or less; in any other order than by how near it
        is, it would stand before what was asked for. It is sorted where nothing holds the words.
        """
        if self.options.sort == "relevance":
            return False
        if self.options.mode == "vector":
            return self._lists
        if self.options.mode == "keyword":
            return True
        found = self._by_words(self._n_chunks)
        return found is not None and found.total > 0

    @property
    def _n_chunks(self) -> int:
        return int(self.view.snapshot.bases[-1])

    @cached_property
    def _lists(self) -> bool:
        """Whether nothing but filters and exclusions is asked: they list what they let through."""
        plan = self.plan
        return self.options.vector is None and not plan.scored and not plan.needs_match

    def _by_words(self, depth: int) -> KeywordHits | None:
        """What the keyword leg finds; None where it has no say."""
        if self.options.mode == "vector" and not self._lists:
            return None
        if depth not in self._found:
            with self.timings.part("keyword"):
                self._found[depth] = self.words_index.search(
                    self.plan,
                    depth,
                    self.mask,
                    self.view.filters.mask,
                    with_matches=self.options.counts,
                )
        return self._found[depth]

    @property
    def words_index(self) -> KeywordIndex | DocumentIndex:
        """The keyword leg: over documents where hits are grouped by them."""
        grouped = self.options.group_by_document
        return self.view.documents if grouped else self.view.keyword

    def _matches(self, found: KeywordHits | None, best: Leg) -> Mask | None:
        """What facets count: the chunks that the words match, else those near in meaning."""
        if not self.options.counts:
            return None
        if found is not None and found.total:
            return found.matches
        mask = np.zeros(self._n_chunks, dtype=np.bool_)
        mask[best.ordinals] = True
        return mask

    def _combined(self, keyword: Leg, ceiling: float, tier: Leg) -> tuple[Leg, Fusion]:
        """The convex combination of words and the cosines of the one model there is.

        One weak word of many says little, however high it ranks; by ranks alone it would count as
        much as the nearest meaning.
        """
        ((model, vector),) = self.vectors.items()
        ordinals = np.union1d(keyword.ordinals, tier.ordinals)
        cosines = self.view.vectors(model).cosines(vector, ordinals).astype(np.float64)
        words = keyword.scores / ceiling if ceiling else keyword.scores
        meaning = tier_of(model).meaning
        parts = (
            ("keyword", 1.0 - meaning, keyword.ordinals, words),
            ("vector", meaning, ordinals, np.clip(cosines, 0.0, 1.0)),
        )
        best = convex([part[2:] for part in parts], weights=[part[1] for part in parts])
        return Leg(best.ordinals, best.scores), Fusion("convex", parts)

    def _with_recent(self, best: Leg) -> Leg:
        """The candidates in the order that they have when it counts how new they are."""
        ages = (midnight_after(self.today) - modified(self.view, best.ordinals)) / 86_400
        scores = best.scores * recency(ages, self.options.recency)
        order = np.lexsort((best.ordinals, -scores))
        return Leg(best.ordinals[order], scores[order], best.weight)

    @cached_property
    def _condition(self) -> Mask | None:
        """Chunks that fulfil what the query asks of every hit, None where that is nothing."""
        return self.words_index.fulfilling(self.plan, self.view.filters.mask)

    def _tier(self, model: str, vector: NDArray[np.float32], depth: int) -> Leg:
        tier = tier_of(model)
        mask = self.view.snapshot.live_chunks
        for narrower in (self.mask, self._condition):
            mask = mask if narrower is None else mask & narrower
        ordinals, scores = self.view.vectors(model).search(vector, depth, mask)
        kept = scores >= (tier.floor if self.options.mode == "hybrid" else -1.0)
        counts = {each.model: each.chunks for each in self.view.models}
        share = counts[model] / sum(counts.get(each, 0) for each in self.vectors)
        return Leg(ordinals[kept], scores[kept].astype(np.float64), tier.weight, share=share)


def _missing(model: str) -> str:
    if model.startswith(GIVEN):
        return "The collection has vectors of its own; searched by words, give a query vector."
    return f"The model {model} is not available: its vectors were left out of this search."
