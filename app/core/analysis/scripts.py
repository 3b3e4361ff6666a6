r"""Which characters make words, and in which scripts words are not parted by spaces.

`re` knows letters and digits of every script as ``\w`` but not combining marks, without which
words of the Indic scripts, Thai, Arabic with vowels and decomposed text fall apart. The marks
are listed here, rather than asked of `unicodedata`, so that every Python cuts words alike.
"""

from __future__ import annotations

import re

# Unicode 14, categories Mn, Mc and Me; letters and unassigned code points between are included.
_MARKS = (
    "300-36f 483-489 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7 610-61a 64b-65f 670 6d6-6dc 6df-6e8 "
    "6ea-6ed 711-7f3 7fd 816-82d 859-85b 898-8e1 8e3-963 981-9e3 9fe-a75 a81-ae3 afa-b63 "
    "b82-bd7 c00-c63 c81-c83 cbc-d4d d57-d63 d81-df3 e31-e3a e47-e4e eb1-ecd f18-f19 f35 f37 "
    "f39 f3e-f84 f86-fbc fc6 102b-103e 1056-109d 135d-135f 1712-1734 1752-17d3 17dd 180b-180d "
    "180f-193b 1a17-1a1b 1a55-1a7f 1ab0-1b44 1b6b-1b73 1b80-1bf3 1c24-1c37 1cd0-1cd2 1cd4-1dff "
    "20d0-20f0 2cef-2cf1 2d7f-2dff 302a-302f 3099-309a a66f-a672 a674-a67d a69e-a6f1 a802-a827 "
    "a82c a880-a8c5 a8e0-a8f1 a8ff-a92d a947-a953 a980-a9c0 a9e5-aa4d aa7b-aac1 aaeb-aaef "
    "aaf5-aaf6 abe3-abea abec-abed fb1e fe00-fe0f fe20-fe2f 101fd 102e0-1037a 10a01-10a3f "
    "10ae5-10ae6 10d24-10d27 10eab-10eac 10f46-10f50 10f82-10f85 11000-11046 11070-110ba 110c2 "
    "11100-11134 11145-11173 11180-111c0 111c9-111cc 111ce-111cf 1122c-11237 1123e 112df-11446 "
    "1145e-114c3 115af-115c0 115dc-11640 116ab-116b7 1171d-1172b 1182c-1183a 11930-11943 "
    "119d1-119e0 119e4-11a3e 11a47-11a99 11c2f-11c3f 11c92-11d97 11ef3-11ef6 16af0-16af4 "
    "16b30-16b36 16f4f-16f92 16fe4-16ff1 1bc9d-1bc9e 1cf00-1cf46 1d165-1d169 1d16d-1d172 "
    "1d17b-1d182 1d185-1d18b 1d1aa-1d1ad 1d242-1d244 1da00-1da36 1da3b-1da6c 1da75 1da84 "
    "1da9b-1daaf 1e000-1e02a 1e130-1e136 1e2ae-1e2ef 1e8d0-1e94a e0100-e01ef "
)

# Scripts that run words together, and Hangul, whose particles stick to the word before them.
_UNSPACED = (
    "e01-e3a e40-e4e "  # Thai without baht sign, digits and punctuation
    "e81-ecd edc-edf "  # Lao without digits
    "1000-103f 1050-1089 108d-108f 109a-109d aa60-aa76 aa7a-aa7f "  # Myanmar without digits
    "1780-17d3 17dc-17dd "  # Khmer without digits
    "1100-11ff 3131-318e a960-a97c ac00-d7fb ffa0-ffdc "  # Hangul
    "3005-3007 3021-3029 3031-3035 3400-4dbf 4e00-9fff f900-faff 20000-323af "  # Han
    "3041-3096 3099-309a 309d-309f 30a1-30fa 30fc-30ff 31f0-31ff ff66-ff9f 1aff0-1b16f "  # Kana
    "3105-312f 31a0-31bf"  # Bopomofo
)


def _character_class(ranges: str) -> str:
    """The inside of a regular expression's [...] for "41-5a 61"."""
    pairs = (part.partition("-") for part in ranges.split())
    return "".join(f"{chr(int(low, 16))}-{chr(int(high or low, 16))}" for low, _, high in pairs)


MARKS = _character_class(_MARKS)
"""Inside of a character class: combining marks."""

UNSPACED = _character_class(_UNSPACED)
"""Inside of a character class: characters of scripts that are cut into overlapping pairs."""

IGNORABLE = "\u00ad\u034f\u061c\u200c-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""Inside of a character class: soft hyphen, joiners and direction marks, nothing to a reader."""

# UNSPACED too, for ideographs that are newer than the Unicode of this Python.
_CHARACTER = rf"[\w{MARKS}{UNSPACED}]"
_JOINT = rf"(?:['’.\-‐‑]|(?<=\d),(?=\d\d\d(?!\d))|[{IGNORABLE}]+)"

_SYMBOLIC = r"[Cc]\+\+(?![^\W\d])|[CFcf]#(?!\w)"
_JOINED = rf"{_CHARACTER}+(?:{_JOINT}{_CHARACTER}+)*"

WORD = re.compile(f"{_SYMBOLIC}|{_JOINED}")
"""A word as people see it, joints included: "don't", "v1.2.3", "state-of-the-art", "snake_case"."""

# The first alternative takes nothing that the others would not; it only is quicker.
WORD_OR_ADDRESS = re.compile(
    rf"[A-Za-z]++(?=[ ,)\n])|{_SYMBOLIC}"
    rf"|{_JOINED}(?:(?:\+{_CHARACTER}+)?@{_CHARACTER}+(?:{_JOINT}{_CHARACTER}+)+)?"
    rf"|(?<![\w&#@/])[#@]{_JOINED}"
)
"""As `WORD`, and what is written with a sign: #tag, @name, ann+news@example.org."""

UNSPACED_RUN = re.compile(rf"[{UNSPACED}](?:[{UNSPACED}{MARKS}{IGNORABLE}]*[{UNSPACED}{MARKS}])?")
"""A stretch of unspaced scripts."""

CLUSTER = re.compile(
    rf"[\u1100-\u115f\ua960-\ua97c]+[\u1160-\u11a7\ud7b0-\ud7c6]+[\u11a8-\u11ff\ud7cb-\ud7fb]*"
    rf"|[^{IGNORABLE}][{MARKS}\uff9e\uff9f]*"
)
"""One character with its marks: a decomposed Hangul syllable, a kana with its voicing mark."""

HAS_UNSPACED = re.compile(f"[{UNSPACED}]")
IGNORED = re.compile(f"[{IGNORABLE}]+")
