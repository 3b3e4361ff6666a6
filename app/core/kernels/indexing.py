"""The hot loops of indexing: what they are given, and what they give.

A *piece* is a stretch of text without anything that parts words for sure: spaces, brackets,
quotation marks, commas but between digits. No word goes from one piece into another, so what words
a piece holds need be found out only once, and most pieces of a text have been seen before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.port import Bytes, Sparse, Uint32s

Float64s = NDArray[np.float64]
Uint64s = NDArray[np.uint64]

PARTS = 5
"""Parts of a row, each a text: the two of the body, headings, title, path."""

STAY = 1 << 31
"""The bit set in the number of a form that stands in the same position as the form before."""

LINE_FEED = ord("\n")
"""Behind each line; it is below all other bytes of a name."""

NONE = 0xFFFF_FFFF
"""In place of a number: there is none."""


class Texts(NamedTuple):
    """Texts in UTF-8 with a line feed between them, and where each ends."""

    data: bytes
    ends: Uint32s


class Found(NamedTuple):
    """The pieces of texts by number, in order: text i has those in ``ends[i - 1]:ends[i]``."""

    pieces: Uint32s
    ends: Uint32s


class Pieces(Protocol):
    """Numbers pieces from 0 in the order in which they come; remembers all."""

    def __len__(self) -> int:
        """How many different ones there are."""

    def find(self, texts: Texts) -> Found:
        """The pieces of texts."""

    def since(self, number: int) -> Bytes:
        """The pieces from `number` on, as lines."""


class Packed(NamedTuple):
    """Names by number: number i is ``lines[starts[i]:starts[i + 1]]``, with its line feed."""

    lines: Bytes
    starts: Uint32s


class Names(Protocol):
    """Numbers names from 0 in the order in which they come; remembers all.

    Lines are UTF-8 with a line feed behind each.
    """

    def __len__(self) -> int:
        """How many different ones there are."""

    def numbers(self, lines: Bytes) -> Uint32s:
        """The number of each line; new ones get theirs, an empty one has `NONE`."""

    def packed(self) -> Packed:
        """All of them."""


class Inverted(NamedTuple):
    """The columns of `Postings` that come of one row a number; see there."""

    posting_offsets: Uint32s
    ordinals: Uint32s
    counts: Bytes
    position_offsets: Uint32s
    positions: Bytes
    field_starts: Uint32s
    sparse: tuple[Sparse, Sparse, Sparse, Sparse]
    """Of what is repeated, headings, title and path."""


class Numbered(NamedTuple):
    """Numbers of names in some texts, one text after another, and how many each has.

    The size is `NONE` where that is not known.
    """

    numbers: Uint32s
    sizes: Uint32s


class Said(NamedTuple):
    """What signs say: sign i something of each of ``columns[offsets[i]:offsets[i + 1]]``.

    `points` and `different` float64, one for each of `columns`: multiples of 1/64, so that sums of
    them hang on no order.
    """

    offsets: Uint32s
    columns: Uint32s
    points: Float64s
    different: Float64s


class Told(NamedTuple):
    """Words of each text, and sums float64 (texts, columns) of what they say."""

    sizes: Uint32s
    points: Float64s
    different: Float64s


class Indexing(Protocol):
    """One implementation of the loops of indexing."""

    def new_pieces(self) -> Pieces:
        """An empty table of pieces."""

    def expand(
        self, found: Found, sequence: Uint32s, offsets: Uint32s, numbers: Uint32s
    ) -> tuple[Uint32s, Uint32s]:
        """The numbers of forms of texts, and how many each has.

        Piece i has the numbers ``numbers[offsets[i]:offsets[i + 1]]``; `sequence` names texts of
        `found`, in any order and as often as wanted.
        """

    def count(self, texts: Texts, wanted: bytes) -> Uint32s:
        """How many bytes of each text are wanted: where the 256 bytes of `wanted` are not 0."""

    def tell(
        self,
        found: Found,
        offsets: Uint32s,
        words: Uint32s,
        signs: Uint32s,
        said: Said,
        width: int,
        share: float,
    ) -> Told:
        """What the words of texts say of `width` columns.

        Piece i has the words ``words[offsets[i]:offsets[i + 1]]``, word j the sign ``signs[j]``; 0
        is none. In a text of n words one counts ``1 + share * n`` times at most, in full 64ths, to
        the points, and once to what is different.
        """

    def invert(
        self, numbers: Uint32s, sizes: Uint32s, terms: Uint32s, n_terms: int, gap: int, most: int
    ) -> Inverted:
        """The postings of rows, each of `PARTS` parts; part j has ``sizes[j]`` of the numbers.

        Form i is the term ``terms[i]``. A number with `STAY` has the position of the one before.
        Every part but the second begins `gap` positions behind the one before. Of a term's
        occurrences in a row the last `most`, up to 255, are kept.
        """

    def fingerprints(
        self, numbers: Uint32s, sizes: Uint32s, terms: Uint32s, hashes: Uint64s
    ) -> Uint64s | None:
        """The fingerprints of rows by the words of their bodies, of which term i has ``hashes[i]``.

        What `duplicates.fingerprint.fingerprints` makes of them; the rows are those of `invert`.
        None where there is nothing in C.
        """

    def sort_names(self, blob: Bytes, offsets: Uint32s, numbers: Uint32s) -> Uint32s:
        """Numbers of names, sorted by the bytes ``blob[offsets[i]:offsets[i + 1]]`` of each."""

    def new_names(self) -> Names:
        """An empty table of names."""

    def plain_forms(self, pieces: Bytes, forms: Names) -> Numbered | None:
        """The numbers of the forms of pieces, as far as they are plain and of ASCII.

        What `analysis.plain.plain_forms` makes of these lines. None where there is nothing in C.
        """

    def words(self, pieces: Bytes, words: Names) -> Numbered | None:
        """The numbers of the rows of letters in pieces, in lower case, where all is ASCII.

        None where there is nothing in C.
        """

    def english_stems(self, words: Bytes, prefix: bytes) -> Bytes | None:
        """The stems of words by the English stemmer of Snowball, as lines, with `prefix` before.

        The words are lines, all in lower-case ASCII letters; the line of a word that is its own
        stem is empty. None where there is nothing in C.
        """

    def cut_out(self, data: Bytes, starts: Uint32s, ends: Uint32s) -> Bytes:
        """The stretches ``data[starts[i]:ends[i]]`` end to end, in the order they are given."""


def joined(texts: Iterable[bytes]) -> Texts:
    """Texts with a line feed between them, as a gap."""
    parts = list(texts)
    sizes = np.fromiter(map(len, parts), np.uint32, len(parts))
    gaps = np.arange(len(parts), dtype=np.uint32)
    return Texts(b"\n".join(parts), np.cumsum(sizes, dtype=np.uint32) + gaps)


def lines_of(texts: Iterable[str]) -> Bytes:
    """Texts without line feeds as lines.

    >>> lines_of(["gold", "Öl"]).tobytes()
    b'gold\\n\\xc3\\x96l\\n'
    """
    return np.frombuffer("\n".join([*texts, ""]).encode(), np.uint8)


def line_count(lines: Bytes) -> int:
    """How many lines there are."""
    return int(np.count_nonzero(lines == LINE_FEED))


def texts_of(lines: Bytes) -> list[str]:
    """What `lines_of` made lines of."""
    return lines.tobytes().decode().split("\n")[:-1]
