"""From a search that is prepared to its answer: ranked, counted and shown."""

from __future__ import annotations

from dataclasses import asdict, astuple

from app.core.lexical import Wanted
from app.core.model import Corrected, QueryProblem, SearchResult
from app.engine import selecting
from app.engine.explaining import explanations
from app.engine.passages import Show
from app.engine.searcher import Searcher
from app.ports import Store


async def answer(searcher: Searcher, store: Store) -> SearchResult:
    """The best passages with their texts, read by range, and what is to be said about them."""
    view, timings = searcher.view, searcher.timings
    ranking, chosen = selecting.best(searcher)
    wanted = Wanted.by(ranking.plan.scored, view.keyword.segments)
    with timings.part("facets"):
        counted = None
        if ranking.matches is not None:
            matches = selecting.with_shown(view, ranking.matches, chosen)
            counted = view.facets.count(matches, searcher.options.facets)
    explained = {}
    if searcher.options.explain:
        with timings.part("fuse"):
            explained = explanations(searcher.words_index, ranking, chosen)
    show = Show(view, store, wanted, explained)
    with timings.part("fetch"):
        hits = [await show.hit(found, rank) for rank, found in enumerate(chosen, start=1)]
    result = SearchResult(
        tuple(hits),
        ranking.total,
        timings.milliseconds(),
        notes=tuple(dict.fromkeys(searcher.notes)),
        problems=tuple(QueryProblem(**asdict(error)) for error in searcher.errors),
        corrected=tuple(Corrected(*astuple(each)) for each in ranking.plan.corrections),
        damage=view.snapshot.damage,
    )
    return result if counted is None else counted.told(result)
