"""One spelling for what a reader takes for the same word.

NFKC (compatibility forms: ﬁ, full-width, superscripts), then case folding, then diacritics:

- Latin and Greek letters lose every mark (é → e, ắ → a), and letters with a stroke or a
  ligature that Unicode does not take apart are written out (ø → o, ß → ss, æ → ae).
- Cyrillic loses stress marks and ё becomes е; й, ї, ў and the like are letters of their own.
- Arabic loses vowel signs, tatweel, and the hamza and madda on a carrier (أ إ آ → ا), and the
  Persian and Arabic forms of kaf, yeh and final heh become one; Hebrew loses points.
- All other scripts keep their marks, which there make another word: Devanagari and Thai vowels,
  Japanese voicing (が is not か).
"""

from __future__ import annotations

import re
import unicodedata

from app.core.analysis.scripts import IGNORED

_LATIN_GREEK = (
    "a-z\u00df-\u024f\u0250-\u02af\u0370-\u03ff\u1d00-\u1dbf\u1e00-\u1fff\u2c60-\u2c7f\ua722-\ua7ff"
)
_FOLDED = re.compile(
    rf"(?<=[{_LATIN_GREEK}])[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff]+"
    r"|(?<=[аеиоуыэюяіє])[\u0300\u0301]+|(?<=е)\u0308[\u0300\u0301]*"
    r"|[\u064b-\u065f\u0670\u0640\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+"
    r"|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]+"
)
_WRITTEN_OUT = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ƒ": "f",
        "ʼ": "'",
        "’": "'",
        "ى": "ي",
        "ی": "ي",
        "ک": "ك",
        "ة": "ه",
    }
)


def normalise(text: str) -> str:
    """The folded form of `text`; its length may differ from that of `text`.

    >>> normalise("Café ＡＢＣ ﬁn Straße Ёлка")
    'cafe abc fin strasse елка'
    """
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", IGNORED.sub("", text)).casefold()
    # Case folding can leave forms that NFKC takes apart, hence the decomposition is NFKD.
    marked = unicodedata.normalize("NFKD", folded).translate(_WRITTEN_OUT)
    return unicodedata.normalize("NFC", _FOLDED.sub("", marked))
