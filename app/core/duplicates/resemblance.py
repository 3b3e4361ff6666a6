"""How much two texts have in common, counted and not estimated."""

from __future__ import annotations

import re

from app.core.duplicates.fingerprint import SHINGLE

_WORD = re.compile(r"\w+")


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """What stands side by side in a text, by three words; fewer where there are no more.

    >>> sorted(shingles("To be, or not"))
    [('be', 'or', 'not'), ('to', 'be', 'or')]
    """
    words = _WORD.findall(text.casefold())
    count = max(1, len(words) - SHINGLE + 1) if words else 0
    return frozenset(tuple(words[at : at + SHINGLE]) for at in range(count))


def resemblance(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """Those in common over those in either (Jaccard), 0 to 1; 0 where there are none.

    >>> resemblance(shingles("to be or not"), shingles("To be, or what?"))
    0.3333333333333333
    """
    either = len(one | other)
    return len(one & other) / either if either else 0.0
