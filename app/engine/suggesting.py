"""Suggestions for a query: words and values that complete it, and what it may be meant to be."""

from __future__ import annotations

from datetime import date

from app.core.lexical import parse
from app.core.lexical.suggest import Proposal, Suggester
from app.core.lexical.unfinished import ValueStart, WordStart, unfinished
from app.core.model import Suggestion, Suggestions
from app.engine import values, written
from app.engine.timing import Timings
from app.engine.view import View
from app.errors import InputError
from app.ports import Store

PARTS = ("parse", "complete", "correct")

MAX_LIMIT = 50
"""Completions that can be wanted."""

MAX_CORRECTIONS = 3
"""Corrections that are proposed."""


async def suggest(
    view: View, store: Store, text: str, limit: int, *, today: date, timings: Timings
) -> Suggestions:
    """Up to `limit` completions and a few corrections. Raises `InputError` for a limit off."""
    if not 0 <= limit <= MAX_LIMIT:
        raise InputError(f"limit is {limit}; it must be from 0 to {MAX_LIMIT}.")
    with timings.part("parse"):
        query = parse(text, today).tree
        start = unfinished(text, query)
        suggester = Suggester(
            text, query, start if isinstance(start, WordStart) else None, view.lexicon
        )
    with timings.part("complete"):
        if isinstance(start, ValueStart):
            completions = values.completed(view.facets, text, start, limit)
        else:
            words = suggester.completing(limit)
            texts = [await written.as_written(view, store, word) for word in words]
            completions = [
                _suggestion(suggester.completed(word, text))
                for word, text in zip(words, texts, strict=True)
            ]
    with timings.part("correct"):
        corrections = [_suggestion(each) for each in suggester.corrections(MAX_CORRECTIONS)]
    return Suggestions(
        tuple(completions), tuple(corrections), suggester.known, timings.milliseconds()
    )


def _suggestion(proposal: Proposal) -> Suggestion:
    return Suggestion(proposal.text, proposal.frequency, proposal.new)
