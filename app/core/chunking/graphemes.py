"""Where a text may be cut without breaking what a reader sees as one character.

A working subset of the extended grapheme clusters of Unicode UAX #29: combining marks, emoji
sequences, flags, Hangul syllables, CRLF.
"""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"
_FURTHEST = 64


def is_boundary(text: str, position: int) -> bool:
    """Whether a cut before `text[position]` leaves both characters beside it whole.

    >>> [is_boundary("e\u0301a", n) for n in range(4)]
    [True, False, True, True]
    """
    if position <= 0 or position >= len(text):
        return True
    before, after = text[position - 1], text[position]
    if before < "\u0300" and after < "\u0300":
        return not (before == "\r" and after == "\n")
    if after.isspace():
        return True
    if before == _JOINER or _extends(after):
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):
        return _flag_letters_before(text, position) % 2 == 0
    return not _is_hangul_sequence(before, after)


def next_cut(text: str, start: int, wanted: int) -> int:
    """Where to end a piece that begins at `start`: the last boundary up to `wanted`, else the next.

    Always after `start`. Looks 64 characters either way; a longer cluster is cut at `wanted`.

    >>> next_cut("ae\u0301", 0, 2), next_cut("e\u0301a", 0, 1)
    (1, 2)
    """
    for position in range(wanted, max(start, wanted - _FURTHEST), -1):
        if is_boundary(text, position):
            return position
    for position in range(wanted + 1, min(len(text), wanted + _FURTHEST) + 1):
        if is_boundary(text, position):
            return position
    return wanted


def _extends(char: str) -> bool:
    return (
        char == _JOINER
        or "\ufe00" <= char <= "\ufe0f"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
        or char in "\u200c\uff9e\uff9f"
        or unicodedata.category(char).startswith("M")
    )


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_letters_before(text: str, position: int) -> int:
    start = position
    while start > 0 and position - start < _FURTHEST and _is_flag_letter(text[start - 1]):
        start -= 1
    return position - start


def _is_hangul_sequence(before: str, after: str) -> bool:
    """Conjoining jamo, and precomposed syllables that a final consonant follows."""
    leading = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c"
    if leading:
        return "\u1100" <= after <= "\u11a7" or "가" <= after <= "힣"
    syllable = "\u1160" <= before <= "\u11ff" or "가" <= before <= "힣"
    return syllable and "\u1160" <= after <= "\u11ff"
