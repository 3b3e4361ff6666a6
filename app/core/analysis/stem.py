"""English stems: the Snowball stemmer (Porter 2001), quick where a word has no ending."""

from __future__ import annotations

from functools import lru_cache

from app.core.analysis.snowball import stemmer

_SNOWBALL = stemmer("en") or str

# The stemmer takes some 25 µs a word; a word with none of these endings has nothing to lose.
_CHANGING = (
    *("s", "e", "i", "y", "ed", "ing", "al", "ful", "ll", "er", "ator", "ion", "ant", "ent"),
    *("ic", "ism", "ogist"),
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
