"""Building, opening and merging the arrays of the inverted index."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.kernels import NumpyKernels
from app.core.kernels.indexing import joined
from app.core.lexical import FIELDS, Postings, Row, build_postings, merge_postings
from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.patterns import Wildcard
from app.core.lexical.postings import GAP
from app.errors import StorageError
from tests.fixtures.keyword import bodies, postings_of
from tests.fixtures.naive import positions

WORDS = ["a", "b", "bé", "be", "c", "我爱你", "𠮷", "a-b", "zz", "running", "runs", "US"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
CHUNKS = st.lists(st.tuples(*[TEXTS] * (len(FIELDS) + 1)), max_size=10)


def built(chunks):
    """Postings of chunks of (repeated, rest of the body, headings, title, path)."""
    return build_postings(Row(*chunk) for chunk in chunks)


def unfold(postings):
    """What the arrays say: {(form, ordinal): positions}."""
    found = {}
    for number, form in enumerate(postings.terms):
        at = postings.slice_of(number)
        keys = NumpyKernels().positions(
            postings.positions,
            postings.arrays,
            at.start,
            at.stop,
            int(postings.position_offsets[number]),
            None,
        )
        for key in keys.tolist():
            found.setdefault((form, key >> 32), []).append(key & 0xFFFFFFFF)
    return found


def placed(chunks):
    """The same by counting words: body, then the other fields, each a gap behind."""
    found = {}
    for ordinal, (repeated, rest, *others) in enumerate(chunks):
        base = 0
        for number, text in enumerate((repeated, rest, *others)):
            words = positions(text)
            for form, at in words:
                found.setdefault((form, ordinal), []).append(base + at)
            base += (words[-1][1] + 1 if words else 0) + (GAP if number > 0 else 0)
    return found


@given(CHUNKS)
def test_postings_hold_every_position(chunks):
    """Each form's chunks and positions are those that counting gives."""
    postings = built(chunks)
    expected = placed(chunks)
    assert unfold(postings) == expected
    assert list(postings.terms) == sorted({form for form, _ in expected})
    counts = {key: len(value) for key, value in expected.items()}
    assert sorted(postings.counts.tolist()) == sorted(counts.values())


@given(CHUNKS)
def test_fields_are_counted_apart(chunks):
    """Headings, title, path and what is repeated: each with the postings that stand there."""
    postings = built(chunks)
    sizes = np.diff(postings.posting_offsets).astype(np.intp)
    heads = np.repeat(np.arange(len(postings.terms)), sizes)
    for name, column in (("repeated", 0), ("headings", 2), ("title", 3), ("path", 4)):
        places = getattr(postings, f"{name}_postings").tolist()
        counts = getattr(postings, f"{name}_counts").tolist()
        told = {
            (postings.terms[int(heads[place])], int(postings.ordinals[place])): count
            for place, count in zip(places, counts, strict=True)
        }
        assert told == {
            (form, ordinal): count
            for ordinal, chunk in enumerate(chunks)
            for form, count in Counter(form for form, _ in positions(chunk[column])).items()
        }
        assert places == sorted(places)
    lengths = [[len(positions(text)) for text in chunk] for chunk in chunks]
    assert postings.body_lengths.tolist() == [row[0] + row[1] for row in lengths]
    assert postings.repeated_lengths.tolist() == [row[0] for row in lengths]


def test_the_last_occurrences_of_many_stay():
    """A word that fills a chunk is counted as far as a byte goes, its length in full."""
    postings = postings_of([("gold", "", "gold " * 1000)])
    assert postings.counts.tolist() == [255]
    assert postings.title_counts.tolist() == [1]
    assert postings.body_lengths.tolist() == [1000]
    assert unfold(postings)["gold", 0] == [*range(746, 1000), 1000 + 2 * GAP]


def test_groups_of_forms():
    """Forms that fold together, and stems of the languages that they stand in."""
    rows = [
        Row("", "running runs résumé NASA", language="en"),
        Row("", "Häuser Haus runs", language="de"),
    ]
    postings = build_postings(rows)
    names = list(postings.keys.names)
    groups = postings.keys.groups(joined(map(str.encode, names)), NumpyKernels())
    told = {
        key: [postings.terms[number] for number in group]
        for key, group in zip(names, groups, strict=True)
    }
    assert told["en:run"] == ["running", "runs"]
    assert told["fold:resume"] == ["résumé"]
    assert told["fold:nasa"] == ["NASA"]
    assert told["de:haus"] == ["häuser"], "the form that is spelt as the key is not listed"
    assert told["de:run"] == ["runs"]
    assert "en:haus" not in told


@given(CHUNKS)
def test_arrays_are_opened_without_a_copy(chunks):
    """What `to_arrays` gives opens to the same index over the same memory."""
    arrays = built(chunks).to_arrays()
    opened = Postings.from_arrays(arrays)
    assert unfold(opened) == placed(chunks)
    for name, array in arrays.items():
        assert getattr(opened, name) is array
        assert array.flags.c_contiguous


@pytest.mark.parametrize("name", sorted(built([]).to_arrays()))
def test_damaged_arrays_are_refused(name):
    """An array that is missing or too short is told, not searched."""
    arrays = built([("gold", "ore", "dig", "Gold", "a/b")]).to_arrays()
    with pytest.raises(StorageError, match=name):
        Postings.from_arrays({key: array for key, array in arrays.items() if key != name})
    with pytest.raises(StorageError, match="do not fit"):
        other = arrays[name][:-1] if len(arrays[name]) else np.zeros(1, arrays[name].dtype)
        Postings.from_arrays({**arrays, name: other})


@given(st.lists(st.tuples(CHUNKS, st.integers(0, 2**10 - 1), st.booleans()), max_size=4))
def test_merging_equals_building_afresh(parts):
    """Postings of merged segments are those of the live rows, to the last byte."""
    segments, chunks = [], []
    for part, bits, all_live in parts:
        live = np.array([all_live or bool(bits >> i & 1) for i in range(len(part))], dtype=np.bool_)
        segments.append((built(part), None if all_live else live))
        chunks += [chunk for chunk, kept in zip(part, live, strict=True) if kept]
    merged, fresh = merge_postings(segments).to_arrays(), built(chunks).to_arrays()
    for name, array in fresh.items():
        assert merged[name].dtype == array.dtype
        assert merged[name].tolist() == array.tolist(), name


def test_positions_of_a_long_text():
    """Numbers of one, two and three bytes."""
    text = " ".join(f"w{number}" for number in range(20_000))
    postings = postings_of(bodies(text))
    told = unfold(postings)
    assert [told[f"w{at}", 0] for at in (0, 127, 128, 16_383, 16_384)] == [
        [at] for at in (0, 127, 128, 16_383, 16_384)
    ]


FORMS = st.lists(st.text(st.sampled_from("abé我𠮷"), min_size=1, max_size=4), unique=True).map(
    sorted
)


@given(FORMS, st.text(st.sampled_from("abé我𠮷"), max_size=3))
def test_dictionary_finds_what_a_list_would(forms, wanted):
    """Bisecting the blob finds forms, prefixes and patterns as looking at each form does."""
    dictionary = TermDictionary(*TermDictionary.pack(forms))
    assert list(dictionary) == forms
    assert dictionary.find(wanted) == (forms.index(wanted) if wanted in forms else None)
    prefixed = [number for number, form in enumerate(forms) if form.startswith(wanted)]
    assert list(dictionary.with_prefix(wanted)) == prefixed
    numbers = range(len(forms))
    if wanted:
        holding = [number for number in prefixed if wanted in forms[number]]
        assert dictionary.containing(wanted, range(len(forms))).tolist() == [
            number for number in numbers if wanted in forms[number]
        ]
        assert dictionary.containing(wanted, dictionary.with_prefix(wanted)).tolist() == holding
    every = np.arange(len(forms))
    assert dictionary.ending(wanted, every).tolist() == [
        number for number in numbers if forms[number].endswith(wanted)
    ]
    assert dictionary.lengths(every).tolist() == [len(form) for form in forms]


GLOBS = st.text(st.sampled_from("abé我𠮷**??"), min_size=1, max_size=6)


@given(FORMS, GLOBS)
def test_globs_match_what_a_regular_expression_would(forms, glob):
    """Whatever their parts are, with nothing to gain from one."""
    dictionary = TermDictionary(*TermDictionary.pack(forms))
    pattern = re.compile("".join({"*": ".*", "?": "."}.get(sign, sign) for sign in glob))
    numbers, weights = Wildcard(glob).find(dictionary)
    assert numbers.tolist() == [
        number for number, form in enumerate(forms) if pattern.fullmatch(form)
    ]
    assert weights.tolist() == [1.0] * len(numbers)
    assert all(Wildcard(glob).matches(forms[number]) for number in numbers)
