"""Searching a view: both legs, their fusion, and the passages to show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.dense import hash_embedder
from app.core.lexical import Plan, QueryError, Reading, parse, plan, tree
from app.core.model import LegResult
from app.core.ranking import convex, rrf
from app.engine.embedding import EmbedderChain
from app.engine.filters import Mask, allowed
from app.engine.options import SearchOptions
from app.engine.reading import given_model
from app.engine.timing import Timings
from app.engine.view import View
from app.errors import InputError

PARTS = ("parse", "embed", "keyword", "vector", "fuse", "fetch")

Ordinals = NDArray[np.int64]


PATIENCE = 0.3
"""Seconds after which a regular expression is tried on no more words."""

MEANING = 0.55
"""Weight of the cosine in a hybrid score; the words have the rest (docs/quality.md)."""


@dataclass(frozen=True, slots=True)
class Tier:
    """How far a model's ranking is to be trusted in a fusion."""

    gradual: bool = True
    """Whether its cosines grade likeness, so that scores and not only ranks can be fused."""
    weight: float = 1.0
    """Weight in RRF beside the keyword leg's 1."""
    floor: float = -1.0
    """Cosine below which a neighbour says nothing and is left out."""


TRANSFORMER = Tier()
HASH = Tier(gradual=False, weight=0.3, floor=0.5)
"""The hash embedder matches spelling only: weak neighbours are chance (docs/quality.md)."""


@dataclass(frozen=True, slots=True)
class Leg:
    """A ranking of global chunk ordinals, best first, with the leg's own scores."""

    ordinals: Ordinals
    scores: NDArray[np.float64]
    weight: float = 1.0

    def results(self) -> dict[int, LegResult]:
        """Rank and score by ordinal."""
        pairs = zip(self.ordinals.tolist(), self.scores.tolist(), strict=True)
        return {ordinal: LegResult(rank, score) for rank, (ordinal, score) in enumerate(pairs, 1)}


@dataclass(frozen=True, slots=True)
class Ranking:
    """The outcome of a search before any text is read."""

    plan: Plan
    """As it was run: words completed and corrected. What is highlighted."""
    ordinals: list[int]
    scores: list[float]
    legs: dict[str, dict[int, LegResult]]
    total: int
    exhausted: bool
    """Whether more candidates from each leg would bring nothing new."""

    def candidates(self) -> Iterator[tuple[int, float, dict[str, LegResult]]]:
        """Ordinal, score and legs of each candidate, best first."""
        for ordinal, score in zip(self.ordinals, self.scores, strict=True):
            yield (
                ordinal,
                score,
                {
                    name: results[ordinal]
                    for name, results in self.legs.items()
                    if ordinal in results
                },
            )


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
                is_late=timings.deadline(PATIENCE),
            )
            planned = plan(parsed.tree, view.lexicon, reading)
            mask = allowed(view.snapshot, options)
        searcher = cls(
            view, options, planned, {}, parsed.errors, mask, list(planned.notes), timings
        )
        if options.mode != "keyword" and view.models:
            with timings.part("embed"):
                await searcher._embed(tree.words(parsed.tree), chain)
        return searcher

    async def _embed(self, text: str, chain: EmbedderChain) -> None:
        models = [stats.model for stats in self.view.models]
        if self.options.vector is not None:
            self.vectors = self._given(self.options.vector, models)
            return
        failures = len(chain.notes)
        if text.strip():
            for model in models:
                vector = await chain.embed_query(text, model)
                if vector is not None:
                    self.vectors[model] = vector
                else:
                    self.notes.append(_missing(model))
        self.notes[:0] = chain.notes[failures:]

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
        """Fuse the best `depth` candidates of each leg."""
        keyword, ceiling, matched = self._keyword(depth)
        with self.timings.part("vector"):
            tiers = [self._tier(model, vector, depth) for model, vector in self.vectors.items()]
        with self.timings.part("fuse"):
            legs = tiers if keyword is None else [keyword, *tiers]
            if keyword is None or not tiers:
                best = _joined(legs)
            elif len(tiers) == 1 and tier_of(*self.vectors).gradual:
                best = self._combined(keyword, ceiling, tiers[0])
            else:
                best = _fused(legs)
            named = {"keyword": keyword, "vector": _joined(tiers) if tiers else None}
            return Ranking(
                plan=self.plan,
                ordinals=best.ordinals.tolist(),
                scores=best.scores.tolist(),
                legs={name: leg.results() for name, leg in named.items() if leg is not None},
                total=max(matched, len(best.ordinals)),
                exhausted=all(len(leg.ordinals) < depth for leg in legs),
            )

    def _keyword(self, depth: int) -> tuple[Leg | None, float, int]:
        """The leg, the score that bounds it, and how many chunks matched."""
        if self.options.mode == "vector":
            return None, 0.0, 0
        with self.timings.part("keyword"):
            found = self.view.keyword.search(self.plan, depth, self.mask, self.view.filters.mask)
            return Leg(found.ordinals, found.scores), found.ceiling, found.total

    def _combined(self, keyword: Leg, ceiling: float, tier: Leg) -> Leg:
        """The convex combination of words and the cosines of the one model there is.

        One weak word of many says little, however high it ranks; by ranks alone it would count as
        much as the nearest meaning.
        """
        ((model, vector),) = self.vectors.items()
        ordinals = np.union1d(keyword.ordinals, tier.ordinals)
        cosines = self.view.vectors(model).cosines(vector, ordinals).astype(np.float64)
        words = keyword.scores / ceiling if ceiling else keyword.scores
        fused = convex(
            [(keyword.ordinals, words), (ordinals, np.clip(cosines, 0.0, 1.0))],
            weights=[1.0 - MEANING, MEANING],
        )
        return Leg(fused.ordinals, fused.scores)

    @cached_property
    def _condition(self) -> Mask | None:
        """Chunks that fulfil what the query asks of every hit, None where that is nothing."""
        return self.view.keyword.fulfilling(self.plan, self.view.filters.mask)

    def _tier(self, model: str, vector: NDArray[np.float32], depth: int) -> Leg:
        tier = tier_of(model)
        mask = self.view.snapshot.live_chunks
        for narrower in (self.mask, self._condition):
            mask = mask if narrower is None else mask & narrower
        ordinals, scores = self.view.vectors(model).search(vector, depth, mask)
        kept = scores >= (tier.floor if self.options.mode == "hybrid" else -1.0)
        return Leg(ordinals[kept], scores[kept].astype(np.float64), tier.weight)


def tier_of(model: str) -> Tier:
    """How a model's ranking counts."""
    return HASH if model.startswith(hash_embedder.MODEL) else TRANSFORMER


def _fused(legs: list[Leg]) -> Leg:
    """Weighted RRF of the legs."""
    fused = rrf([leg.ordinals for leg in legs], weights=[leg.weight for leg in legs])
    return Leg(fused.ordinals, fused.scores)


def _joined(legs: list[Leg]) -> Leg:
    """One leg of several that share no chunk: their order by RRF, their own scores."""
    if len(legs) == 1:
        return legs[0]
    fused = _fused(legs)
    own = {
        ordinal: score
        for leg in legs
        for ordinal, score in zip(leg.ordinals.tolist(), leg.scores.tolist(), strict=True)
    }
    scores = np.array([own[ordinal] for ordinal in fused.ordinals.tolist()], dtype=np.float64)
    return Leg(fused.ordinals, scores)


def _missing(model: str) -> str:
    if model.startswith("given/"):
        return "The collection has vectors of its own; searched by words, give a query vector."
    return f"The model {model} is not available: its vectors were left out of this search."
