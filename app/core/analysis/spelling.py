"""A form: how a word is spelled once case and what is not spelling are taken away.

NFKC and case folding as in `normalise`, but diacritics stay, as they may make another word
("resume", "résumé"); `fold` takes them away too. What only helps reading or pronouncing goes:
ignorable characters, apostrophes, Arabic vowel signs and tatweel, Hebrew points, Cyrillic stress
marks.
"""

from __future__ import annotations

import re
import unicodedata

from app.core.analysis.normalise import normalise
from app.core.analysis.scripts import IGNORED

_NOT_SPELLING = re.compile(
    r"[\u02bb\u02bc]+|(?<=[аеиоуыэюяёіїє])[\u0300\u0301]+"
    r"|(?<=i)\u0307"  # what case folding makes of İ
    r"|[\u064b-\u065f\u0670\u0640\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+"
    r"|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]+"
)
_MARKED = re.compile(r"[\u02bb\u02bc\u0300\u0301\u0307\u0591-\u06ed]")

MAX_ACRONYM = 6
"""Letters of the longest word that keeps its capitals."""


def fold(form: str) -> str:
    """What every spelling of a word has in common: no case, no diacritics.

    >>> fold("Résumé") == fold("RESUME")
    True
    """
    return normalise(form)


def lowered(text: str) -> str:
    """`text` as forms are spelled, all of it lower case; its length may change.

    >>> lowered("Café ﬁn Straße")
    'café fin strasse'
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", IGNORED.sub("", text)).casefold()
    # Case folding can leave forms that NFKC takes apart.
    form = unicodedata.normalize("NFKC", folded)
    if not _MARKED.search(form):
        return form
    return unicodedata.normalize("NFC", _NOT_SPELLING.sub("", form))


def spell(text: str) -> str:
    """The form of a word: as `lowered`, but a short word of ASCII capitals keeps them.

    >>> [spell(word) for word in ("US", "us", "NASA", "I", "IMPORTANT", "ÉTÉ")]
    ['US', 'us', 'NASA', 'i', 'important', 'été']
    """
    acronym = 2 <= len(text) <= MAX_ACRONYM and text.isascii() and text.isalpha() and text.isupper()
    return text if acronym else lowered(text)
