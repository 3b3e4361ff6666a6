"""Building, opening and merging the arrays of the inverted index."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.lexical import FIELDS, Postings, build_postings, merge_postings
from app.core.lexical.dictionary import TermDictionary
from app.errors import StorageError

TERM_LISTS = st.lists(st.sampled_from(["a", "b", "bé", "c", "我", "𠮷", "ab", "zz"]), max_size=6)
ROWS = st.lists(st.tuples(*[TERM_LISTS] * len(FIELDS)), max_size=12)


def unfold(postings):
    """What the arrays say, as {(term, ordinal): frequencies by field}."""
    found = {}
    for number, term in enumerate(postings.terms):
        at = postings.slice_of(number)
        columns = postings.frequencies(at)
        for i, ordinal in enumerate(postings.ordinals[at].tolist()):
            found[term, ordinal] = tuple(int(column[i]) for column in columns)
    return found


def counted(rows):
    """The same from the rows, by counting."""
    return {
        (term, ordinal): tuple(Counter(terms)[term] for terms in row)
        for ordinal, row in enumerate(rows)
        for term in {term for terms in row for term in terms}
    }


@given(ROWS)
def test_postings_hold_every_count(rows):
    """Each term's chunks, frequencies and lengths are those that counting gives."""
    postings = build_postings(rows)
    assert unfold(postings) == counted(rows)
    lengths = [tuple(len(terms) for terms in row) for row in rows]
    assert list(zip(*(field.tolist() for field in postings.lengths), strict=True)) == lengths
    assert list(postings.terms) == sorted({term for row in rows for terms in row for term in terms})


@given(ROWS)
def test_posting_lists_rise(rows):
    """Ordinals within a list are strictly rising, which merging and scoring rely on."""
    postings = build_postings(rows)
    for number in range(len(postings.terms)):
        assert np.all(np.diff(postings.ordinals[postings.slice_of(number)].astype(int)) > 0)


def test_frequencies_saturate():
    """A term that fills a chunk is counted as far as a byte goes, its length in full."""
    postings = build_postings([((), (), ["gold"] * 1000)])
    assert unfold(postings) == {("gold", 0): (0, 0, 255)}
    assert postings.body_lengths.tolist() == [1000]


def test_weighted_frequencies_of_a_slice():
    """Title and headings count where their postings are, wherever the slice begins."""
    postings = build_postings([(["b"], ["b", "b"], ["a"]), (["c"], [], ["b", "b", "b"])])
    number = postings.terms.find("b")
    assert postings.weighted_frequencies(postings.slice_of(number), (2.0, 10.0, 1.0)).tolist() == [
        22.0,
        3.0,
    ]


@given(ROWS)
def test_arrays_are_opened_without_a_copy(rows):
    """What `to_arrays` gives opens to the same index over the same memory."""
    arrays = build_postings(rows).to_arrays()
    opened = Postings.from_arrays(arrays)
    assert unfold(opened) == counted(rows)
    for name, array in arrays.items():
        assert getattr(opened, name) is array
        assert array.ndim == 1
        assert array.flags.c_contiguous


def test_opening_reads_foreign_bytes():
    """Views on read-only file contents do as well as arrays of our own."""
    arrays = build_postings([(["gold"], [], ["dig"])]).to_arrays()
    views = {
        name: np.frombuffer(array.tobytes(), dtype=array.dtype) for name, array in arrays.items()
    }
    assert Postings.from_arrays(views).terms.find("gold") == 1


@pytest.mark.parametrize("name", sorted(build_postings([]).to_arrays()))
def test_damaged_arrays_are_refused(name):
    """An array that is missing or too short is told, not searched."""
    arrays = build_postings([(["gold"], ["ore"], ["dig"])]).to_arrays()
    with pytest.raises(StorageError, match=name):
        Postings.from_arrays({key: array for key, array in arrays.items() if key != name})
    with pytest.raises(StorageError, match="do not agree"):
        Postings.from_arrays({**arrays, name: arrays[name][:-1]})


@given(st.lists(st.tuples(ROWS, st.integers(0, 2**12 - 1), st.booleans()), max_size=4))
def test_merging_equals_building_afresh(parts):
    """Postings of merged segments are those of the live rows, to the last byte."""
    segments, rows = [], []
    for part, bits, all_live in parts:
        live = np.array([all_live or bool(bits >> i & 1) for i in range(len(part))], dtype=np.bool_)
        segments.append((build_postings(part), None if all_live else live))
        rows += [row for row, kept in zip(part, live, strict=True) if kept]
    merged, fresh = merge_postings(segments).to_arrays(), build_postings(rows).to_arrays()
    for name, array in fresh.items():
        assert merged[name].dtype == array.dtype
        assert merged[name].tolist() == array.tolist(), name


WORDS = st.lists(st.text(st.sampled_from("abé我𠮷"), min_size=1, max_size=4), unique=True).map(
    sorted
)


@given(WORDS, st.text(st.sampled_from("abé我𠮷"), max_size=3))
def test_dictionary_finds_what_a_list_would(words, wanted):
    """Bisecting the blob finds terms, prefixes and parts as looking at each term does."""
    dictionary = TermDictionary(*TermDictionary.pack(words))
    assert list(dictionary) == words
    assert dictionary.find(wanted) == (words.index(wanted) if wanted in words else None)
    prefixed = [number for number, word in enumerate(words) if word.startswith(wanted)]
    assert list(dictionary.with_prefix(wanted)) == prefixed
    if wanted:
        inside = [number for number, word in enumerate(words) if wanted in word]
        assert list(dictionary.containing(wanted)) == inside
