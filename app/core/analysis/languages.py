"""Which language a text is in, told by its small words, its script, letters and endings.

A third of the words of a running text are articles, pronouns, prepositions and the like, which
each language has a hundred or two of and shares few of with others. Each is a point for the
languages that have it, a little more where few have; an ending is half a point, and so is a
letter, which counts against languages without it. Text with too few points, or nearly as many for
a second language, has none: code, tables, lists of names.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from math import sqrt

from app.core.analysis.closed_words import closed_words, stop_words
from app.core.analysis.scripts import MARKS
from app.core.analysis.spelling import fold
from app.core.analysis.traits import (
    MARKED_SCRIPTS,
    OTHER_SCRIPTS,
    SHARED_SCRIPTS,
    endings,
    letters,
    script_of,
)

SAMPLE = 1600
"""Characters that are looked at of a long text: four stretches of a quarter of this."""

WHOLE = 2 * SAMPLE
"""Characters of the longest text that is looked at whole: its words are told apart anyway."""

MIN_SCORE = 1.5
"""Points of a text that has a language."""

MIN_LEAD, MIN_RATIO = 0.3, 1.06
"""By how many points, and how many times, the first language is ahead of the second."""

MIN_SHARE, MIN_LATIN_SHARE = 0.08, 0.15
"""Points for each word; the second for languages whose small words are half of a text."""

MIN_DIFFERENT = 0.65
"""Different small words in a text of n words in Latin letters, as a multiple of sqrt(n).

Running text of any length has 0.9 or more, code 0.6 or less: it repeats the few that it has.
"""

_HALF = 0.5
MOST_REPEATED = 0.06
"""No word of a running text is a larger part of it."""

SYMBOL_WEIGHT = 0.4
"""Of a sign of code, beside a word."""
_SCRIPT_WEIGHT = 0.2
SINGLE_LANGUAGE_WEIGHT = 0.6
FEW_WORDS = 80
"""Words from which on a text has the full share of different ones."""
_LETTERS_OF_WORD = {"han": 2.0, "kana": 2.5, "ko": 3.0, "th": 4.0, "lo": 4.0, "km": 4.0, "my": 4.0}
LETTERS_OF_SPACED_WORD = 6.0
_WORDY_CODES = "af ca da de en es fr gl it nl pt st sw"
_WORDY = frozenset(_WORDY_CODES.split())

_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{MARKS}])*")
SYMBOLS = "{}[]=<>_;|\\&*#$()+/"
"""Signs that code is full of."""

_SYMBOL = re.compile(f"[{re.escape(SYMBOLS)}]")


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language that most of `text` is in, "" if that is not clear.

    Well under a millisecond, however long the text is.

    >>> language_of("The miners went to the river, but there was no gold in it.")
    'en'
    >>> language_of("Das Gold liegt nicht im Fluss, sondern unter der Brücke.")
    'de'
    >>> language_of("x = f(a[i], y) + 1"), language_of("Anna Schmidt, Juan García")
    ('', '')
    """
    sample = sampled(text).replace("’", "'").lower()
    words = Counter(_WORD.findall(sample))
    size = words.total()
    scores: dict[str, float] = defaultdict(float)
    _score_words(words, size, scores)
    unspaced = _score_letters(Counter(sample), scores)
    extent = size + unspaced + SYMBOL_WEIGHT * len(_SYMBOL.findall(sample))
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or not _is_clear(ranked, extent):
        return ""
    language = ranked[0][0]
    if language in latin_languages() and _different(words, language) < _least_different(extent):
        return ""
    return language


def _least_different(extent: float) -> float:
    """Different small words that a text in Latin letters has, of `extent` words and symbols."""
    return MIN_DIFFERENT * sqrt(extent) * min(1.0, extent / FEW_WORDS)


def query_language(words: Iterable[str], languages: Sequence[str]) -> str:
    """Which of a collection's languages a query is in: the first one unless its words say else.

    `languages` are codes, the most frequent first. A query is too short for a verdict like that
    of `language_of`, and diacritics may be missing. "" if none is written in its script.

    >>> query_language(["der", "hund"], ["en", "de"]), query_language(["hund"], ["en", "de"])
    ('de', 'en')
    >>> query_language(["собака"], ["en", "ru"]), query_language(["собака"], ["en", "de"])
    ('ru', '')
    """
    lowered = [word.lower() for word in words]
    script = _main_script("".join(lowered))
    if not script:
        return ""
    possible = [language for language in languages if _writes(language, script)]
    folded = [fold(word) for word in lowered]
    said = [endings().get(word[-3:], ()) for word in lowered if len(word) > 4]
    for word in lowered:
        if not word.isascii():
            said += [letters().get(letter, ()) for letter in set(word)]
    best, most = "", -1.0
    for language in possible:
        score = _query_score(folded, said, language)
        if score > most:
            best, most = language, score
    return best


def _main_script(text: str) -> str:
    """The script of most words; what is not Latin if that is as much, kana if there is any."""
    if text.isascii():
        return "latin" if any(map(str.isalpha, text)) else ""
    sizes: dict[str, float] = defaultdict(float)
    for letter in filter(str.isalpha, text):
        script = script_of(letter)
        sizes[script] += 1 / _LETTERS_OF_WORD.get(script, LETTERS_OF_SPACED_WORD)
    sizes.pop("other", None)
    if "kana" in sizes:
        return "kana"
    return max(sizes, key=lambda script: (sizes[script], script != "latin"), default="")


def _query_score(words: list[str], said: Sequence[Collection[str]], language: str) -> float:
    """Points of folded words; `said` are the languages of each of their endings and letters."""
    stops = stop_words(language)
    return sum(word in stops for word in words) + _HALF * sum(language in each for each in said)


def sampled(text: str) -> str:
    """What of a text is looked at, in lines."""
    if len(text) <= WHOLE:
        return text
    size = SAMPLE // 4
    step = (len(text) - size) // 3
    return "\n".join(text[start : start + size] for start in range(0, 3 * step + 1, step))


def _score_words(words: Mapping[str, int], size: int, scores: dict[str, float]) -> None:
    most = _most_repeated(size)
    for word, count in words.items():
        languages, points = said_by(word)
        for language in languages:
            scores[language] += min(count, most) * points


def said_by(word: str) -> tuple[Collection[str], float]:
    """The languages that a word in lower case speaks for, and its points for each of them.

    >>> said_by("unter"), said_by("gold")
    ((('de',), 1.25), ((), 0.0))
    """
    languages: Collection[str] = closed_words().get(word, ())
    weight = _HALF if len(word) == 1 and word.isascii() else 1.0
    if not languages and len(word) > 4:
        languages, weight = endings().get(word[-3:], ()), _HALF
    return languages, weight * _rarity(len(languages)) if languages else 0.0


def different_in(word: str, language: str) -> float:
    """What a word adds to the different small words of a language.

    Endings help where they are more telling than these.
    """
    if language in closed_words().get(word, ()):
        return float(len(word) > 1 or not word.isascii())
    if len(word) > 4 and language not in _WORDY:
        return _HALF * (language in endings().get(word[-3:], ()))
    return 0.0


# Points are multiples of 1/64 and so is this: their sums hang on no order.
def _most_repeated(size: int) -> float:
    """As how many a word counts at most in a text of `size` words."""
    return 1 + int(MOST_REPEATED * size * 64) / 64


def _rarity(languages: int) -> float:
    """From 0.75, for what many languages have, to 1.25."""
    return 0.75 + round(32 / languages) / 64


def _score_letters(characters: Mapping[str, int], scores: dict[str, float]) -> float:
    """Adds what letters and scripts say; returns the words in scripts that do not part them."""
    scripts: dict[str, int] = defaultdict(int)
    for character, count in characters.items():
        if character <= "\x7f" or not character.isalpha():
            continue
        script = script_of(character)
        scripts[script] += count
        if script in MARKED_SCRIPTS:
            _score_letter(character, count, script, scores)
    if scripts["kana"] > 0.05 * (scripts["kana"] + scripts["han"]):
        scripts["kana"] += scripts.pop("han", 0)
    unspaced = 0.0
    for script, count in scripts.items():
        words = count / _LETTERS_OF_WORD.get(script, LETTERS_OF_SPACED_WORD)
        unspaced += words if script in _LETTERS_OF_WORD else 0.0
        if script in {"latin", "other"}:
            continue
        languages = SHARED_SCRIPTS.get(script, (script,))
        if script in _LETTERS_OF_WORD or len(languages) == 1:
            scores[languages[0]] += SINGLE_LANGUAGE_WEIGHT * words
        else:
            for language in languages:
                scores[language] += _SCRIPT_WEIGHT * words
    return unspaced


def _score_letter(letter: str, count: int, script: str, scores: dict[str, float]) -> None:
    if script == "latin":
        for language in latin_languages() if letter in letters() else ():
            scores[language] += count * letter_points(letter, language)
        return
    having = letters().get(letter)
    for language in SHARED_SCRIPTS[script]:
        if not having or language not in having:
            scores[language] -= _HALF * count


def letter_points(letter: str, language: str) -> float:
    """What a Latin letter beyond ASCII says of a language: for it, or as much against it."""
    having = letters().get(letter)
    if not having:
        return 0.0
    return _HALF if language in having else -_HALF


def _is_clear(ranked: list[tuple[str, float]], extent: float) -> bool:
    """Whether a language is far enough ahead of the second one, in a text of that extent."""
    language, score = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return (
        score >= max(MIN_SCORE, least_share(language) * extent)
        and score - second >= MIN_LEAD
        and score >= MIN_RATIO * second
    )


def least_share(language: str) -> float:
    """Points for each word that a text in a language has."""
    return MIN_LATIN_SHARE if language in _WORDY else MIN_SHARE


def _different(words: Iterable[str], language: str) -> float:
    """Different small words of a language."""
    return sum(different_in(word, language) for word in words)


def _writes(language: str, script: str) -> bool:
    if script == "latin":
        return bool(language) and language not in OTHER_SCRIPTS
    return language in SHARED_SCRIPTS.get(script, (script,))


@cache
def latin_languages() -> frozenset[str]:
    """Those that are written in Latin letters."""
    known = {language for languages in closed_words().values() for language in languages}
    return frozenset(known - OTHER_SCRIPTS)
