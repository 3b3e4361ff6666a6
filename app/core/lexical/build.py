"""Chunks to postings: numbers in place of forms, then one sort by the kernels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.duplicates.fingerprint import Uint64s, fingerprints
from app.core.kernels import PARTS, STAY
from app.core.kernels.port import Bytes, Uint32s
from app.core.kernels.scoring import offsets_of, ranges
from app.core.lexical.keys import DEFAULT_LANGUAGE
from app.core.lexical.postings import GAP, MAX_COUNT, Postings
from app.core.lexical.sketch import hashes
from app.core.lexical.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Row:
    """The texts of one chunk, field by field."""

    repeated: str
    """The beginning of the body, which the chunk before of the same document ends with."""
    body: str
    """The rest of the body."""
    headings: str = ""
    title: str = ""
    path: str = ""
    language: str = DEFAULT_LANGUAGE
    """ISO 639-1: decides which stems its forms have."""

    def parts(self) -> tuple[str, ...]:
        """The parts in the order of their positions."""
        return self.repeated, self.body, self.headings, self.title, self.path


class PostingsBuilder:
    """Takes in rows, some at a time, then makes their postings.

    `vocabulary` may serve several builders one after the other: what it knows need not be found
    out again.
    """

    def __init__(self, vocabulary: Vocabulary | None = None) -> None:
        self._vocabulary = Vocabulary() if vocabulary is None else vocabulary
        self._numbering = self._vocabulary.numbering
        self._numbers: list[Uint32s] = [np.empty(0, np.uint32)]
        self._sizes: list[Uint32s] = [np.empty(0, np.uint32)]
        self._languages: list[str] = []
        self.fingerprints: Uint64s = np.empty(0, np.uint64)
        """Of the bodies of all rows, uint64 (rows,), once `build` has made the postings."""

    def add(self, rows: Iterable[Row]) -> None:
        """Take in the next rows; a text that returns among them costs little."""
        places: dict[str, int] = {}
        sequence: list[int] = []
        for row in rows:
            sequence += [places.setdefault(text, len(places)) for text in row.parts()]
            self._languages.append(row.language)
        numbers, sizes = self._numbering.numbers(list(places), sequence)
        self._numbers.append(numbers)
        self._sizes.append(sizes)

    def build(self) -> Postings:
        """Postings of all rows; the ordinal of each is its place among them."""
        numbers, sizes = np.concatenate(self._numbers), np.concatenate(self._sizes)
        terms, places = self._terms(numbers)
        indexing = self._numbering.kernels.indexing
        inverted = indexing.invert(numbers, sizes, places, len(terms), GAP, MAX_COUNT)
        blob, term_offsets = self._numbering.names.packed(terms)
        words = hashes(_lowered(blob), term_offsets)
        found = indexing.fingerprints(numbers, sizes, places, words)
        self.fingerprints = _fingerprints(numbers, sizes, places, words) if found is None else found
        columns = {name: getattr(inverted, name) for name in _SHARED}
        for field, sparse in zip(_SPARSE, inverted.sparse, strict=True):
            columns[f"{field}_postings"], columns[f"{field}_counts"] = sparse
        spoken = _spoken(inverted.posting_offsets, inverted.ordinals, self._languages)
        by_part = sizes.reshape(-1, PARTS)
        return Postings(
            term_blob=blob,
            term_offsets=term_offsets,
            **columns,
            body_lengths=by_part[:, 0] + by_part[:, 1],
            headings_lengths=_short(by_part[:, 2]),
            title_lengths=_short(by_part[:, 3]),
            path_lengths=_short(by_part[:, 4]),
            repeated_lengths=by_part[:, 0].copy(),
            **self._vocabulary.groups(terms, spoken),
        )

    def _terms(self, numbers: Uint32s) -> tuple[Uint32s, Uint32s]:
        """The numbers of the forms that occur, sorted by form, and the place of each form there."""
        used = np.zeros(len(self._numbering), dtype=np.bool_)
        used[numbers & np.uint32(STAY - 1)] = True
        terms = self._vocabulary.sorted_forms(np.flatnonzero(used).astype(np.uint32))
        places = np.zeros(len(used), dtype=np.uint32)
        places[terms] = np.arange(len(terms), dtype=np.uint32)
        return terms, places


_BODY = 2
"""Parts of a row that are its body."""
_SPARSE = ("repeated", "headings", "title", "path")
_SHARED = (
    *("posting_offsets", "ordinals", "counts", "position_offsets", "positions", "field_starts"),
)


def build_postings(rows: Iterable[Row], vocabulary: Vocabulary | None = None) -> Postings:
    """Postings of the chunks in `rows`, whose ordinals are their places in it."""
    builder = PostingsBuilder(vocabulary)
    builder.add(rows)
    return builder.build()


def _fingerprints(numbers: Uint32s, sizes: Uint32s, places: Uint32s, words: Uint64s) -> Uint64s:
    """Of the words of each body, in the order of the text; `words` are hashes of terms."""
    offsets = offsets_of(sizes)
    first, last = offsets[:-1:PARTS], offsets[_BODY::PARTS]
    found = numbers[ranges(first, last)]
    is_word = found < STAY  # other forms of the same word follow it
    counts = np.diff(offsets_of(is_word)[offsets_of(last - first)])
    return fingerprints(words[places[found[is_word]]], counts)


def _lowered(blob: Bytes) -> Bytes:
    """UTF-8 with the letters of ASCII in lower case."""
    return np.where((blob >= ord("A")) & (blob <= ord("Z")), blob | np.uint8(32), blob)


def _spoken(
    posting_offsets: Uint32s, ordinals: Uint32s, languages: Sequence[str]
) -> Mapping[str, Uint32s]:
    """For each language the places of the terms that stand in chunks of it."""
    known = sorted(set(languages))
    n_terms = len(posting_offsets) - 1
    if len(known) < 2:
        return dict.fromkeys(known, np.arange(n_terms, dtype=np.uint32))
    places = {language: place for place, language in enumerate(known)}
    numbers = np.fromiter(map(places.__getitem__, languages), np.uint8, len(languages))
    terms = np.repeat(np.arange(n_terms), np.diff(posting_offsets).astype(np.intp))
    seen = np.zeros((n_terms, len(known)), dtype=np.bool_)
    seen[terms, numbers[ordinals]] = True
    return {
        language: np.flatnonzero(seen[:, place]).astype(np.uint32)
        for language, place in places.items()
    }


def _short(lengths: Uint32s) -> NDArray[np.uint16]:
    return np.minimum(lengths, 0xFFFF).astype(np.uint16)
