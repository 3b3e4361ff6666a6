"""The loops of indexing in Python and NumPy: the reference, and what runs without WebAssembly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels.indexing import (
    PARTS,
    STAY,
    Float64s,
    Found,
    Inverted,
    Names,
    Numbered,
    Pieces,
    Said,
    Texts,
    Told,
    Uint64s,
)
from app.core.kernels.numpy_names import PythonNames, PythonPieces
from app.core.kernels.port import Bytes, Sparse, Uint32s
from app.core.kernels.scoring import offsets_of, ranges


class NumpyIndexing:
    """`Indexing` in Python and NumPy: the reference, and what runs without WebAssembly."""

    def new_pieces(self) -> Pieces:
        """An empty table of pieces."""
        return PythonPieces()

    def expand(
        self, found: Found, sequence: Uint32s, offsets: Uint32s, numbers: Uint32s
    ) -> tuple[Uint32s, Uint32s]:
        """The numbers of forms of texts."""
        edges = np.concatenate([np.zeros(1, np.int64), found.ends.astype(np.int64)])
        pieces = found.pieces[ranges(edges[:-1][sequence], edges[1:][sequence])]
        starts, ends = offsets[pieces].astype(np.int64), offsets[pieces + 1].astype(np.int64)
        sums, at = offsets_of(ends - starts), offsets_of(np.diff(edges)[sequence])
        return numbers[ranges(starts, ends)], np.diff(sums[at]).astype(np.uint32)

    def count(self, texts: Texts, wanted: bytes) -> Uint32s:
        """How many bytes of each text are wanted.

        >>> from app.core.kernels.indexing import joined
        >>> is_bracket = bytes(byte in b"()" for byte in range(256))
        >>> NumpyIndexing().count(joined([b"f(x)", b"", b"()"]), is_bracket).tolist()
        [2, 0, 2]
        """
        is_wanted = np.frombuffer(wanted, np.uint8) != 0
        places = np.flatnonzero(is_wanted[np.frombuffer(texts.data, np.uint8)])
        return np.diff(np.searchsorted(places, texts.ends), prepend=0).astype(np.uint32)

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
        """What the words of texts say."""
        n_texts = len(found.ends)
        numbers, sizes = self.expand(found, np.arange(n_texts, dtype=np.uint32), offsets, words)
        texts = np.repeat(np.arange(n_texts, dtype=np.int64), sizes.astype(np.intp))
        tells = signs[numbers] > 0
        pairs, counts = np.unique(
            texts[tells] << 32 | numbers[tells].astype(np.int64), return_counts=True
        )
        texts, spoken = pairs >> 32, signs[pairs & 0xFFFF_FFFF]
        times = np.minimum(counts, 1 + np.floor(share * sizes[texts] * 64) / 64)
        starts, ends = said.offsets[spoken].astype(np.int64), said.offsets[spoken + 1]
        at = ranges(starts, ends.astype(np.int64))
        each = (ends - starts).astype(np.intp)
        places = _intp(np.repeat(texts, each) * width + said.columns[at].astype(np.int64))
        points = np.bincount(places, np.repeat(times, each) * said.points[at], n_texts * width)
        different = np.bincount(places, said.different[at], n_texts * width)
        shape = n_texts, width
        return Told(sizes, _sums(points).reshape(shape), _sums(different).reshape(shape))

    def invert(
        self, numbers: Uint32s, sizes: Uint32s, terms: Uint32s, n_terms: int, gap: int, most: int
    ) -> Inverted:
        """The postings of rows."""
        positions, field_starts = _positions(numbers, sizes.astype(np.int64), gap)
        part = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes.astype(np.intp))
        forms = terms[numbers & np.uint32(STAY - 1)].astype(np.int64)
        # Occurrences come row by row in order of position, so a stable sort by term is all.
        order = np.argsort(forms, kind="stable")
        forms, part, positions = forms[order], part[order], positions[order]
        rows, field = np.divmod(part, PARTS)
        is_first = _is_new(forms, rows)
        run = np.cumsum(is_first) - 1
        # The last ones of a run stay: headings, title and path come after the body.
        lengths = np.diff(np.flatnonzero(is_first), append=len(forms))
        kept = np.cumsum(lengths)[run] - np.arange(len(forms)) <= most
        forms, rows, field, positions, run = (
            column[kept] for column in (forms, rows, field, positions, run)
        )
        is_first = _is_new(forms, rows)
        starts = np.flatnonzero(is_first)
        stream, bytes_of = encode_positions(positions, is_first)
        by_form = np.bincount(_intp(forms), bytes_of, minlength=n_terms).astype(np.int64)
        sparse = [_sparse(run[field == part]) for part in (0, 2, 3, 4)]
        return Inverted(
            offsets_of(np.bincount(_intp(forms[starts]), minlength=n_terms)).astype(np.uint32),
            rows[starts].astype(np.uint32),
            np.diff(starts, append=len(forms)).astype(np.uint8),
            offsets_of(by_form).astype(np.uint32),
            stream,
            field_starts,
            (sparse[0], sparse[1], sparse[2], sparse[3]),
        )

    def fingerprints(
        self, numbers: Uint32s, sizes: Uint32s, terms: Uint32s, hashes: Uint64s
    ) -> Uint64s | None:
        """None: there is nothing quicker here than the way of NumPy."""
        return None

    def sort_names(self, blob: Bytes, offsets: Uint32s, numbers: Uint32s) -> Uint32s:
        """Numbers of names, sorted by their bytes.

        >>> blob, offsets = np.frombuffer(b"oregoldo", np.uint8), np.uint32([0, 3, 7, 8])
        >>> NumpyIndexing().sort_names(blob, offsets, np.uint32([0, 1, 2])).tolist()
        [1, 2, 0]
        """
        data, edges = blob.tobytes(), offsets.tolist()
        names = {number: data[slice(*edges[number : number + 2])] for number in numbers.tolist()}
        return np.array(sorted(numbers.tolist(), key=names.__getitem__), dtype=np.uint32)

    def new_names(self) -> Names:
        """An empty table of names."""
        return PythonNames()

    def plain_forms(self, pieces: Bytes, forms: Names) -> Numbered | None:
        """None: there is nothing quicker here than the way in Python."""
        return None

    def words(self, pieces: Bytes, words: Names) -> Numbered | None:
        """None: there is nothing quicker here than the way in Python."""
        return None

    def english_stems(self, words: Bytes, prefix: bytes) -> Bytes | None:
        """None: there is nothing quicker here than the stemmer in Python."""
        return None

    def cut_out(self, data: Bytes, starts: Uint32s, ends: Uint32s) -> Bytes:
        """Stretches of bytes, end to end.

        >>> names = np.frombuffer(b"oregold", np.uint8)
        >>> NumpyIndexing().cut_out(names, np.uint32([3, 0]), np.uint32([5, 3])).tobytes()
        b'goore'
        """
        return data[ranges(starts, ends)]


def encode_positions(
    positions: NDArray[np.int64], is_first: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """LEB128 of positions, differences but for the first of a posting, and each one's bytes.

    >>> stream, sizes = encode_positions(np.array([3, 5, 300]), np.array([True, False, True]))
    >>> stream.tolist(), sizes.tolist()
    ([3, 2, 172, 2], [1, 1, 2])
    """
    values = np.diff(positions, prepend=0)
    values[is_first] = positions[is_first]
    sizes = np.ones(len(values), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        sizes += values >= 1 << bits
    ends = np.cumsum(sizes)
    stream = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    starts = ends - sizes
    for byte in range(5):
        has = sizes > byte
        more = np.where(sizes[has] > byte + 1, 0x80, 0)
        stream[starts[has] + byte] = (values[has] >> 7 * byte & 0x7F) | more
    return stream, sizes


def _positions(
    raw: Uint32s, sizes: NDArray[np.int64], gap: int
) -> tuple[NDArray[np.int64], Uint32s]:
    """Position of every occurrence, and where the fields of every row begin, (n, 3)."""
    steps = np.cumsum(raw < STAY)
    ends = np.cumsum(sizes)
    at_end = np.concatenate([[0], steps])[ends].reshape(-1, PARTS)
    words = np.diff(at_end.ravel(), prepend=0).reshape(-1, PARTS)
    starts = np.zeros_like(words)
    starts[:, 1] = words[:, 0]
    for field in range(2, PARTS):
        starts[:, field] = starts[:, field - 1] + words[:, field - 1] + gap
    shift = starts.ravel() - (at_end - words).ravel() - 1
    positions = steps + np.repeat(shift, sizes.astype(np.intp))
    return positions.astype(np.int64), starts[:, 2:].astype(np.uint32)


def _sparse(runs: NDArray[np.int64]) -> Sparse:
    places, found = np.unique(runs, return_counts=True)
    return places.astype(np.uint32), found.astype(np.uint8)


def _is_new(forms: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.bool_]:
    changed: NDArray[np.bool_] = (np.diff(forms, prepend=-1) != 0) | (
        np.diff(rows, prepend=-1) != 0
    )
    return changed


def _intp(numbers: NDArray[np.int64]) -> NDArray[np.intp]:
    """For bincount(), which takes 32 bits only in a browser."""
    return numbers.astype(np.intp)


def _sums(sums: NDArray[Any]) -> Float64s:
    """What bincount() counted, in its type even if there was nothing."""
    return sums.astype(np.float64)
