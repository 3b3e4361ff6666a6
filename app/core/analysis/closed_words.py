"""Stop words by language, and the languages that a word is a stop word of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from app.core.analysis import closed_latin, closed_other
from app.core.analysis.spelling import fold, lowered
from app.core.analysis.stop_words import STOP_WORDS
from app.core.analysis.traits import script_of

# Not scored as stop words, but they are English ("don't" gives don and t).
_ENGLISH_TOO = """
    among another don may might must one s self shall since t two upon whether within without would
"""


def stop_words(language: str) -> frozenset[str]:
    """The folded stop words of a language by its ISO 639-1 code; none for others.

    >>> "fur" in stop_words("de"), "haus" in stop_words("de"), len(stop_words(""))
    (True, False, 0)
    """
    return _folded().get(language, frozenset())


def is_stop(form: str, language: str) -> bool:
    """Whether a form is a stop word: spelled like one, or typed without its diacritics.

    In Latin letters a form with other diacritics is none: Vietnamese "tôi" (I), "tối" (evening).

    >>> [is_stop(form, "vi") for form in ("tôi", "tối", "toi")]
    [True, False, True]
    """
    folded = fold(form)
    if folded not in stop_words(language):
        return False
    lower = form.lower()
    return script_of(folded[0]) != "latin" or lower == folded or lower in _spelled()[language]


@cache
def closed_words() -> Mapping[str, tuple[str, ...]]:
    """The languages of every closed-class word, which is written in lower case."""
    english: tuple[str, ...] = ("en",)
    found = dict.fromkeys(_ENGLISH_TOO.split(), english)
    for language, words in _lists().items():
        alone: tuple[str, ...] = (language,)
        for word in dict.fromkeys(words):
            before = found.get(word)
            if before is None:
                found[word] = alone
            elif before != alone:
                found[word] = before + alone
    return found


@cache
def _spelled() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(map(lowered, words)) for language, words in _lists().items()}


@cache
def _folded() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(map(fold, words)) for language, words in _lists().items()}


@cache
def _lists() -> Mapping[str, tuple[str, ...]]:
    lists: dict[str, list[str]] = {"en": sorted(STOP_WORDS)}
    code = ""
    for line in f"{closed_latin.WORDS}{closed_other.WORDS}".splitlines():
        words = line.split()
        if words and not line.startswith(" "):
            code = words.pop(0)
        if words:
            lists.setdefault(code, []).extend(words)
    return {code: tuple(words) for code, words in lists.items()}
