"""English stems: the Snowball stemmer (Porter 2001), and what a word being typed may become."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from app.core.analysis.snowball import stemmer

_SNOWBALL = stemmer("en") or str

# The stemmer takes some 25 µs a word; a word with none of these endings has nothing to lose.
_CHANGING = (
    *("s", "e", "i", "y", "ed", "ing", "al", "ful", "ll", "er", "ator", "ion", "ant", "ent"),
    *("ic", "ism", "ogist"),
)

_SUFFIXES = (
    *("s", "es", "ed", "ing", "er", "ers", "ly", "ies", "y", "e"),
    *("ation", "ations", "ion", "ions", "ness", "ment", "ments", "ity", "ities"),
    *("able", "al", "ally", "ive", "ful", "ize", "ized", "izing", "ization"),
)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a normalised English word; anything but a row of ASCII letters is left as it is.

    >>> [stem(word) for word in ("running", "generalizations", "3.14", "елка")]
    ['run', 'general', '3.14', 'елка']
    """
    if len(word) < 3 or not (word.endswith(_CHANGING) and word.isascii() and word.isalpha()):
        return word
    return _SNOWBALL(word)


def completions(prefix: str) -> set[str]:
    """Stems of the words that `prefix` may become when an ending is typed on.

    Stems are all that the index holds, so "runni" finds nothing by its letters alone.

    >>> sorted(stem for stem in completions("runni") if len(stem) < 5)
    ['run']
    """
    return {stem(word) for word in _endings(prefix)}


def _endings(prefix: str) -> Iterator[str]:
    if len(prefix) < 3 or not (prefix.isascii() and prefix.isalpha()):
        return
    for suffix in _SUFFIXES:
        for typed in range(len(suffix)):
            if prefix.endswith(suffix[:typed]):
                yield prefix + suffix[typed:]
