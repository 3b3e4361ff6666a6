"""Words in any spelling, found by prefix and by likeness, beside a count of every chunk."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.analysis import entries, fold
from app.core.lexical import Lexicon
from app.core.lexical.dictionary import TermDictionary
from app.core.lexical.distance import LONGEST, Characters, distances
from app.core.lexical.sketch import Sketch, hashes, hashes_of, resemble
from app.core.lexical.spellings import Spellings
from tests.fixtures.keyword import bodies, found, index_of
from tests.fixtures.naive import edits

WORDS = [
    *("run", "Run", "RUN", "runs", "running", "runner", "RUNS", "résumé", "resume", "Resume"),
    *("rune", "ruin", "urn", "gold", "golden", "gild", "goldMine", "Ölung", "oelung", "olung"),
    *(f"rust{n:02}" for n in range(30)),
]
FIELDS = ("", "body", "headings", "title")
TEXT = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
CHUNKS = st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=25)
"""Title, headings, body."""
CUTS = st.sets(st.integers(0, 25), max_size=3)
LETTERS = st.text("abcdé我😀", max_size=9)


def counted(chunks, field=""):
    """For each name the chunks that hold it, and how many hold each form of it."""
    totals: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for title, headings, body in chunks:
        texts = {"title": title, "headings": headings, "body": body}
        wanted = [text for name, text in texts.items() if field in ("", name)]
        held = {entry.form for text in wanted for entry in entries(text)}
        totals.update({fold(form) for form in held})
        for form in held:
            forms[fold(form)][form] += 1
    return totals, forms


def kept(chunks, bits):
    """Flags of the chunks that live, and those chunks."""
    live = [bool(bits >> number & 1) for number in range(len(chunks))]
    return live, [chunk for chunk, lives in zip(chunks, live, strict=True) if lives]


@settings(max_examples=300, deadline=None)
@given(
    CHUNKS,
    CUTS,
    st.integers(0, 2**25 - 1),
    st.sampled_from(["", "r", "ru", "run", "rust", "res", "gol", "o", "x"]),
    st.sampled_from(FIELDS),
    st.integers(1, 12),
)
def test_completions_are_the_most_frequent_words(chunks, cuts, bits, prefix, field, limit):
    """Over any segments and deletes, in one field or all: names, counts, spellings, and ties."""
    live, alive = kept(chunks, bits)
    index = index_of(chunks, cut_at=cuts, live=live)
    totals, forms = counted(alive, field)
    wanted = [name for name in totals if name.startswith(prefix) and name != "runs"]
    wanted.sort(key=lambda name: (-totals[name], name))
    got = Spellings(index.segments, field).completing(prefix, limit, hashes_of(["runs"]))
    assert [(word.name, word.count) for word in got] == [
        (name, totals[name]) for name in wanted[:limit]
    ]
    for word in got:
        own = forms[word.name]
        assert set(word.texts) == set(own)
        assert own[word.text] == max(own.values())


@settings(max_examples=200, deadline=None)
@given(
    CHUNKS,
    CUTS,
    st.integers(0, 2**25 - 1),
    st.one_of(st.sampled_from([*WORDS, "rnu", "gole", "resumee", "résume", "gol"]), LETTERS),
    st.integers(0, 2),
    st.integers(0, 1),
)
def test_near_words_are_those_of_a_scan(chunks, cuts, bits, typed, distance, keep):
    """As they are spelled or folded, nearest first, then most frequent."""
    live, alive = kept(chunks, bits)
    index = index_of(chunks, cut_at=cuts, live=live)
    totals, forms = counted(alive)
    near = {}
    for name in totals:
        spelled = [name, *forms[name]] if any(form != name for form in forms[name]) else [name]
        alike = [edits(typed, each) for each in spelled if each.startswith(typed[:keep])]
        if alike and min(alike) <= distance:
            near[name] = min(alike)
    wanted = sorted(near, key=lambda name: (near[name], -totals[name], name))
    got = Spellings(index.segments).near(typed, distance, 50, keep=keep)
    assert [(word.name, far, word.count) for word, far in got] == [
        (name, near[name], totals[name]) for name in wanted
    ]


def test_a_prefix_with_capitals_or_marks_is_meant_as_it_is():
    """ "NAS" goes on to NASA, not to nasal; "nas" to both."""
    lexicon = Lexicon(index_of(bodies("NASA", "nasal", "résumé", "resume")).segments)
    assert [word.texts for word in lexicon.completions("NAS", 9)] == [("NASA",)]
    assert [word.texts for word in lexicon.completions("nas", 9)] == [("NASA",), ("nasal",)]
    assert [word.texts for word in lexicon.completions("rés", 9)] == [("résumé",)]
    assert [word.texts for word in lexicon.completions("res", 9)] == [("resume", "résumé")]


def test_a_wrong_first_letter_is_forgiven_where_nothing_else_is_near():
    """One edit, and only without words that begin alike."""
    index = index_of(bodies("gold", "quartz", "goal"))
    assert found(index, "qold ") == [0]
    assert found(index, "ogld ") == [0]
    assert found(index, "kwuartz ") == []
    assert found(index_of(bodies("pool", "goal")), "gool ") == [1], "this one begins alike"


@settings(deadline=None)
@given(LETTERS, st.lists(LETTERS, max_size=6))
@example("a" * LONGEST, ["a" * LONGEST, "b" * LONGEST, "a" * (LONGEST - 1), ""])
def test_distances(word, others):
    """Those of the table that every textbook has, for any script."""
    table = Characters.of(others)
    assert distances(word, table).tolist() == [edits(word, other) for other in others]
    assert distances(word, table, is_begun=True).tolist() == [
        min(edits(word, other[:end]) for end in range(len(other) + 1)) for other in others
    ]


@settings(deadline=None)
@given(LETTERS.filter(bool), st.sets(LETTERS.filter(bool), max_size=20), st.integers(0, 2))
def test_no_near_word_is_left_out_by_its_letters(word, others, limit):
    """What is not decoded is not near; a word alone is judged as in a dictionary."""
    names = sorted(others)
    terms = TermDictionary(*TermDictionary.pack(names))
    likely = {names[number] for number in terms.resembling(word, limit).tolist()}
    assert {name for name in names if edits(word, name) <= limit} <= likely
    assert all(resemble(word, name, limit) for name in names if edits(word, name) <= limit)


@given(st.sets(st.text(max_size=30).filter(lambda text: "\0" not in text), max_size=20))
def test_hashes_tell_terms_apart_wherever_they_stand(texts):
    """The same in every dictionary, for every stretch of it."""
    names = sorted(texts)
    blob, offsets = TermDictionary.pack(names)
    whole = hashes(blob, offsets)
    assert len(set(whole.tolist())) == len(names)
    assert whole.tolist() == hashes_of(names).tolist()
    assert whole[3:9].tolist() == hashes(blob, offsets[3:10]).tolist()


def test_tails():
    """Terms without what they have in common at their beginning."""
    terms = TermDictionary(*TermDictionary.pack(["en:a", "fold:é", "fold:gold", "x"]))
    assert list(terms.tails(range(1, 3), 5)) == ["é", "gold"]
    assert list(terms.tails(range(2, 2), 5)) == []


def test_nothing():
    """No segments, no words."""
    spellings = Spellings([])
    assert spellings.completing("a", 5) == []
    assert spellings.near("abc", 2, 5) == []
    assert spellings.named("abc") is None
    empty = Sketch.of(np.empty(0, np.uint8), np.zeros(1, np.uint32))
    assert empty.resembling("abc", 2, range(0)).tolist() == []


@pytest.mark.parametrize("typed", ["resume", "RESUME", "résumé"])
def test_named(typed):
    """A word by its name, whichever way it is spelled."""
    index = index_of(bodies("résumé Resume", "resume", "gold"), cut_at=[1])
    word = Spellings(index.segments).named(fold(typed))
    assert word is not None
    assert (word.texts, word.count) == (("resume", "résumé"), 2)
