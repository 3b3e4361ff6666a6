"""What the score of a hit is made of, in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.lexical.explaining import KeywordScore, TermMatch
from app.core.model import Hit
from app.engine.explaining import Explanation

_FUSED = {"convex": "scores", "rrf": "ranks"}


def lines(hit: Hit) -> Iterator[str]:
    """Legs, then what the words add; nothing for a hit that is not explained."""
    if not isinstance(hit.explanation, Explanation):
        return
    told = hit.explanation
    parts = [
        f"{name} {leg.weight:.2f} × {leg.value:.4f}" if told.fusion != "none" else name
        for name, leg in told.legs.items()
    ]
    joined = f" ({_FUSED[told.fusion]} fused)" if told.fusion in _FUSED else ""
    newer = f", × {told.recency:.2f} for being new" if told.recency != 1 else ""
    yield f"{hit.score:.4f} = {' + '.join(parts)}{newer}{joined}"
    if told.keyword is not None:
        yield from _words(told.keyword)


def _words(keyword: KeywordScore) -> Iterator[str]:
    yield f"{keyword.score:8.4f}  by words, of the {keyword.unit}:"
    for term in keyword.terms:
        yield f"{term.score:8.4f}  {term.text}{_where(term)}"
    for text in keyword.missing:
        yield f"       –  {text}: not in it"
    lost, gained = keyword.coverage, keyword.proximity
    if lost.score:
        yield f"{lost.score:8.4f}  not all words ({lost.share:.0%} by weight)"
    if gained.score:
        yield f"{gained.score:8.4f}  near each other ({gained.share:.0%})"


def _where(term: TermMatch) -> str:
    """Fields with how often, forms, and how rare it is."""
    where = ", ".join(f"{field} {count}" for field, count in term.counts.items())
    forms = "" if term.forms == (term.text.lower(),) else f" as {', '.join(term.forms)}"
    return f": {where}{forms}; in {term.document_frequency:,}, idf {term.idf:.2f}"
