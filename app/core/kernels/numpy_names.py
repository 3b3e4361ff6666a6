"""Tables of names and of pieces as dictionaries, for the loops of indexing in NumPy."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from itertools import islice

import numpy as np

from app.core.kernels.indexing import LINE_FEED, NONE, Found, Packed, Texts
from app.core.kernels.port import Bytes, Uint32s

_GAPS = "\u00a0\u00ab\u00bb\u2013\u2014\u201c\u201d\u201e\u2022\u2026\u3000\u3001\u3002"
_CJK_GAPS = (
    "\u3008\u3009\u300a\u300b\u300c\u300d\u300e\u300f\u3010\u3011\uff01\uff0c\uff1a\uff1b\uff1f"
)
_SIGNS = "\u00a3\u00a7\u00a9\u00ae\u00b0\u00b1\u00b6\u00b7\u00d7\u00f7\u2009\u2018\u2032\u2033"
_ARROWS_AND_OPERATORS = rb"\xe2\x86[\x90-\xbf]|\xe2[\x87-\x8b][\x80-\xbf]"
_PUNCTUATION = b"|".join(mark.encode() for mark in _GAPS + _CJK_GAPS + _SIGNS)
_PIECE = re.compile(
    rb"(?:[A-Za-z0-9_#@+'.\-]|[/&](?=[#@])|(?<=[0-9\x80-\xff]),(?=[0-9\x80-\xff])"
    rb"|(?!" + _PUNCTUATION + rb"|" + _ARROWS_AND_OPERATORS + rb")[\xc2-\xf4][\x80-\xbf]+)+"
)
_EDGES = b"'.-,"


class PythonPieces:
    """`Pieces` by a regular expression and a dictionary."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def find(self, texts: Texts) -> Found:
        """The pieces of texts.

        >>> from app.core.kernels.indexing import joined
        >>> table = PythonPieces()
        >>> found = table.find(joined([b"Up-to-date, (really)", b"1,000 really."]))
        >>> found.pieces.tolist(), found.ends.tolist(), table.since(1).tobytes()
        ([0, 1, 2, 1], [2, 4], b'really\\n1,000\\n')
        """
        numbers, found, ends = self._numbers, array("I"), []
        start = 0
        for end in texts.ends.tolist():
            for raw in _PIECE.findall(texts.data[start:end]):
                if piece := raw.strip(_EDGES):
                    found.append(numbers.setdefault(piece, len(numbers)))
            ends.append(len(found))
            start = end + 1
        return Found(np.array(found, dtype=np.uint32), np.array(ends, dtype=np.uint32))

    def since(self, number: int) -> Bytes:
        """The pieces from `number` on."""
        return _lines(islice(self._numbers, number, None))


class PythonNames:
    """`Names` as a dictionary.

    >>> table = PythonNames()
    >>> table.numbers(np.frombuffer(b"ore\\n\\ndig\\nore\\n", np.uint8)).tolist()
    [0, 4294967295, 1, 0]
    >>> lines, starts = table.packed()
    >>> lines.tobytes(), starts.tolist()
    (b'ore\\ndig\\n', [0, 4, 8])
    """

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._packed = Packed(np.empty(0, np.uint8), np.zeros(1, np.uint32))

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self, lines: Bytes) -> Uint32s:
        """The number of each line."""
        numbers, names = self._numbers, lines.tobytes().split(b"\n")[:-1]
        found = [numbers.setdefault(name, len(numbers)) if name else NONE for name in names]
        return np.array(found, dtype=np.uint32)

    def packed(self) -> Packed:
        """All names; those packed before are not looked at again."""
        lines, starts = self._packed
        if len(starts) <= len(self):
            more = _lines(islice(self._numbers, len(starts) - 1, None))
            ends = np.flatnonzero(more == LINE_FEED).astype(np.uint32) + np.uint32(1)
            self._packed = Packed(
                np.concatenate([lines, more]), np.concatenate([starts, ends + starts[-1]])
            )
        return self._packed


def _lines(names: Iterable[bytes]) -> Bytes:
    return np.frombuffer(b"\n".join([*names, b""]), np.uint8)
