"""What tells terms apart without decoding them: their hashes, their letters, their lengths.

All in whole-array steps: a dictionary has hundreds of thousands of terms.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]

_WORD = 8
"""Bytes that are hashed at a time."""

_ODD = np.uint64(0x9E37_79B9_7F4A_7C15)
"""2^64 divided by the golden ratio: multiplying by it loses nothing and spreads what differs."""

_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_WORD + 1)], dtype=np.uint64)
"""The low bytes of a word, by their number."""

_BITS = np.uint32(1) << np.arange(32, dtype=np.uint32)
_LONGEST = 255


class Sketch(NamedTuple):
    """Letters and lengths of t terms: enough to leave out nearly all that are not alike."""

    letters: NDArray[np.uint32]
    """(t,): a bit for each code point that occurs in the term; those 32 apart share one."""
    lengths: NDArray[np.uint8]
    """(t,): code points of the term, 255 for more."""

    @classmethod
    def of(cls, blob: NDArray[np.uint8], offsets: NDArray[Any]) -> Sketch:
        """Of terms in UTF-8, end to end, none of them empty; `offsets` (t + 1,) into `blob`."""
        if len(offsets) < 2:
            return cls(np.empty(0, np.uint32), np.empty(0, np.uint8))
        codes = np.frombuffer(blob.tobytes().decode().encode("utf-32-le"), np.uint32)
        begun = np.zeros(len(blob) + 1, dtype=np.int32)
        np.cumsum((blob & 0xC0) != 0x80, dtype=np.int32, out=begun[1:])
        places = begun[offsets]
        letters = np.bitwise_or.reduceat(_BITS[codes & 31], places[:-1].astype(np.intp))
        return cls(letters, np.minimum(np.diff(places), _LONGEST).astype(np.uint8))

    def resembling(self, word: str, limit: int, among: range, *, is_begun: bool = False) -> Numbers:
        """Numbers in `among`, rising, of the terms that may be at most `limit` edits from `word`.

        An edit changes the length by one at most, brings in one letter and takes out one. With
        `is_begun` a term may go on after what is near.

        >>> sketch = Sketch.of(np.frombuffer(b"gildgoldgolden", np.uint8), np.array([0, 4, 8, 14]))
        >>> sketch.resembling("gold", 1, range(3)).tolist()
        [0, 1]
        >>> sketch.resembling("gold", 1, range(3), is_begun=True).tolist()
        [0, 1, 2]
        """
        here = slice(among.start, among.stop)
        length = min(len(word), _LONGEST)
        lengths = self.lengths[here]
        fits = lengths >= length - limit
        if not is_begun:
            fits &= lengths <= length + limit
        near = np.flatnonzero(fits)
        own, theirs = _letters(word), self.letters[here][near]
        alike = np.bitwise_count(own & ~theirs) <= limit
        if not is_begun:
            alike &= np.bitwise_count(theirs & ~own) <= limit
        found: Numbers = near[alike].astype(np.int64) + among.start
        return found


def hashes(blob: NDArray[np.uint8], offsets: NDArray[Any]) -> Hashes:
    """(t,): a hash of each of t terms, the same in every dictionary.

    Terms of up to eight bytes never share one; that two others do is one chance in 2^64.

    >>> first = hashes(np.frombuffer(b"goldgolden", np.uint8), np.array([0, 4, 10]))
    >>> other = hashes(np.frombuffer(b"gold", np.uint8), np.array([0, 4]))
    >>> (first == other).tolist()
    [True, False]
    """
    if len(offsets) < 2:
        return np.empty(0, np.uint64)
    places = offsets.astype(np.int64) - int(offsets[0])
    text = np.concatenate([blob[offsets[0] : offsets[-1]], np.zeros(_WORD, np.uint8)])
    words_at = np.ndarray((len(text) - _WORD + 1,), "<u8", text.data, strides=(1,))
    starts, sizes = places[:-1], np.diff(places)
    found = (words_at[starts] & _MASKS[np.minimum(sizes, _WORD)]) * _ODD
    rows, at = np.flatnonzero(sizes > _WORD), _WORD
    while len(rows):
        left = sizes[rows] - at
        words = words_at[starts[rows] + at] & _MASKS[np.minimum(left, _WORD)]
        found[rows] = (_mixed(found[rows]) ^ words) * _ODD
        at += _WORD
        rows = rows[left > _WORD]
    return found


def hashes_of(terms: Iterable[str]) -> Hashes:
    """(t,): the hashes of terms that are in no dictionary."""
    encoded = [term.encode() for term in terms]
    sizes = np.fromiter(map(len, encoded), np.int64, len(encoded))
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    return hashes(np.frombuffer(b"".join(encoded), np.uint8), offsets)


def resemble(word: str, other: str, limit: int) -> bool:
    """Whether two words may be at most `limit` edits apart.

    >>> resemble("gold", "glod", 1), resemble("gold", "golden", 1), resemble("gold", "silt", 1)
    (True, False, False)
    """
    if abs(len(word) - len(other)) > limit:
        return False
    own, theirs = set(word), set(other)
    return len(own - theirs) <= limit and len(theirs - own) <= limit


def _mixed(hashed: Hashes) -> Hashes:
    return hashed ^ hashed >> np.uint64(32)


def _letters(word: str) -> np.uint32:
    letters = 0
    for character in word:
        letters |= 1 << (ord(character) & 31)
    return np.uint32(letters)
