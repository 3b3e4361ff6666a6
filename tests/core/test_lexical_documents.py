"""Whole documents are scored as if each were one chunk, whatever it was cut into."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.lexical import (
    Cut,
    DocumentIndex,
    KeywordIndex,
    Lexicon,
    Ranker,
    Reading,
    Row,
    SearchedSegment,
    build_postings,
    merge_postings,
    parse,
    plan,
)
from tests.fixtures.keyword import TODAY

RANKER = Ranker(coverage=0.2, proximity=0.0)
WORDS = st.lists(st.sampled_from(["gold", "mine", "mines", "Gold", "ore", "deep", "x"]), max_size=4)
TEXTS = WORDS.map(" ".join)
CHUNKS = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3)
SECTIONS = st.lists(st.tuples(TEXTS, CHUNKS), min_size=1, max_size=2)
DOCUMENTS = st.lists(st.tuples(TEXTS, TEXTS, SECTIONS), max_size=4)
"""(title, path, [(heading, [(what the next chunk repeats of this, the rest)...])...])"""
QUERIES = st.sampled_from(
    [
        *("gold", "gold mine", "mines OR ore", "gold AND ore", "+gold deep", "gold -ore", "-gold"),
        *("title:gold mine", "heading:mine deep", "g*", "gold^2 (mine ore)", "gol~"),
    ]
)

PHRASES = st.sampled_from(
    ['"gold mine"', '"mine gold"', '"gold gold"', '"ore gold-mine"', '"gold * mine"', '"gold mi*"']
)
LONG = st.lists(st.sampled_from(["gold", "mine", "ore", "gold-mine", "x"]), min_size=3, max_size=5)


def rows_of(document):
    """The chunks of a document, with the number of the heading of each, and it as one chunk."""
    title, path, sections = document
    rows, numbers, bodies, headings, before = [], [], [], [], ""
    for number, (heading, chunks) in enumerate(sections):
        headings.append(heading)
        for shared, rest in chunks:
            rows.append(Row(before, f"{rest} {shared}", heading, title, path))
            bodies.append(f"{rest} {shared}")
            numbers.append(number)
            before = shared
    return rows, numbers, Row("", " ".join(bodies), " ".join(headings), title, path)


def cut_of(documents):
    """Rows of all chunks, and how documents were cut into them."""
    parts = [rows_of(document) for document in documents]
    sizes = [len(rows) for rows, _, _ in parts]
    return [row for rows, _, _ in parts for row in rows], Cut(
        np.repeat(np.arange(len(parts), dtype=np.uint32), sizes),
        np.array([number for _, numbers, _ in parts for number in numbers], dtype=np.uint32),
    )


def index_of(documents, live=None):
    """Over documents, in one segment."""
    rows, cut = cut_of(documents)
    return rows, cut, SearchedSegment(build_postings(rows), live, cut=cut)


def planned(query, segments):
    """A plan that takes nothing for an error."""
    return plan(parse(query, TODAY).tree, Lexicon(segments), Reading(correct=False))


def scores_of(hits, document_of):
    """{document: score}"""
    return {
        int(document_of[chunk]): score
        for chunk, score in zip(hits.ordinals.tolist(), hits.scores.tolist(), strict=True)
    }


@given(DOCUMENTS, QUERIES)
def test_a_document_scores_as_one_chunk_of_its_whole_text(documents, query):
    """Frequencies, lengths, idf and conditions are those of the document."""
    _, cut, segment = index_of(documents)
    whole = SearchedSegment(build_postings([rows_of(document)[2] for document in documents]))
    made = planned(query, [whole])
    expected = KeywordIndex([whole], ranker=RANKER).search(made, 100)
    found = DocumentIndex(KeywordIndex([segment], ranker=RANKER)).search(
        planned(query, [segment]), 100, with_matches=True
    )
    assert scores_of(found, cut.document) == pytest.approx(
        dict(zip(expected.ordinals.tolist(), expected.scores.tolist(), strict=True)), rel=1e-5
    )
    assert found.total == expected.total
    assert set(cut.document[found.matches].tolist()) == set(expected.ordinals.tolist())
    scores = found.scores.tolist()
    assert scores == sorted(scores, reverse=True)


@settings(deadline=None)
@given(DOCUMENTS, QUERIES | PHRASES, st.data())
def test_the_cut_into_segments_changes_nothing(documents, query, data):
    """Any split and any deletes rank as a fresh index of what lives, as do merged segments."""
    alive = data.draw(st.lists(st.booleans(), min_size=len(documents), max_size=len(documents)))
    places = sorted(data.draw(st.lists(st.integers(0, len(documents)), max_size=2)))
    kept = [document for document, lives in zip(documents, alive, strict=True) if lives]
    rows, cut, fresh = index_of(kept)
    expected = DocumentIndex(KeywordIndex([fresh], ranker=RANKER)).search(
        planned(query, [fresh]), 100
    )
    segments, merged = [], []
    for first, last in pairwise([0, *places, len(documents)]):
        _, part, _ = index_of(documents[first:last])
        live = np.array(alive[first:last], dtype=np.bool_)[part.document]
        segments.append(index_of(documents[first:last], live)[2])
        merged.append((segments[-1].postings, live))
    index = DocumentIndex(KeywordIndex(segments, ranker=RANKER))
    found = index.search(planned(query, segments), 100)
    lives = np.concatenate([np.empty(0, np.bool_), *(live for _, live in merged)])
    renumbered = np.cumsum(lives) - 1
    assert renumbered[found.ordinals].tolist() == expected.ordinals.tolist()
    assert found.scores.tolist() == pytest.approx(expected.scores.tolist())
    again = SearchedSegment(merge_postings(merged), cut=cut)
    joined = DocumentIndex(KeywordIndex([again], ranker=RANKER)).search(
        planned(query, [again]), 100
    )
    assert joined.ordinals.tolist() == expected.ordinals.tolist()
    assert len(rows) == len(cut.document)


SHARED = st.lists(st.sampled_from(["gold", "mine", "gold-mine", "ore-gold-x"]), max_size=4)
PIECES = st.lists(st.tuples(SHARED.map(" ".join), LONG.map(" ".join)), min_size=1, max_size=4)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=3), PHRASES)
def test_a_phrase_counts_in_a_document_as_in_one_chunk_of_its_text(pieces, query):
    """Over the borders of chunks, and once where neighbours share it, whatever they share."""
    documents = [("gold mine", "mine gold", [("gold gold", each)]) for each in pieces]
    _, cut, segment = index_of(documents)
    whole = SearchedSegment(build_postings([rows_of(document)[2] for document in documents]))
    expected = KeywordIndex([whole], ranker=RANKER).search(planned(query, [whole]), 100)
    found = DocumentIndex(KeywordIndex([segment], ranker=RANKER)).search(
        planned(query, [segment]), 100
    )
    assert scores_of(found, cut.document) == pytest.approx(
        dict(zip(expected.ordinals.tolist(), expected.scores.tolist(), strict=True)), rel=1e-5
    )


@pytest.mark.parametrize(
    ("query", "chunks"),
    [
        ('"gold mine"', [0]),  # over a border where nothing is repeated: where it begins
        ('"deep ore"', [1, 2]),  # in what is repeated: in both chunks
        ('"ore lies"', [2]),  # from what is repeated on: in the later one
        ('"mine lies"~4', [1]),  # over all that is repeated
        ('"mine lies"~>2', []),
        ('"lies water"', []),  # another document
        ('title:"gold mine"', []),
    ],
)
def test_a_phrase_is_found_over_the_border_of_two_chunks(query, chunks):
    """By its chunks as by its documents, where the body goes on."""
    sections = [("", [("", "old gold"), ("deep ore", "mine x x"), ("", "lies")])]
    _, _, segment = index_of([("", "", sections), ("", "", [("", [("", "water")])])])
    index = KeywordIndex([segment], ranker=RANKER)
    made = planned(query, [segment])
    assert sorted(index.search(made, 10).ordinals.tolist()) == chunks
    by_document = DocumentIndex(index).search(made, 10)
    assert by_document.total == bool(chunks)
    assert set(by_document.ordinals.tolist()) <= set(chunks)


def test_the_best_chunk_is_shown():
    """Words that stand apart are found together, by the chunk that has the rarer one."""
    document = ("", "", [("", [("", "gold mine"), ("", "deep ore x x"), ("", "gold")])])
    other = ("", "", [("", [("", "gold gold mine")])])
    _, _, segment = index_of([document, other])
    index = KeywordIndex([segment], ranker=RANKER)
    made = planned("gold AND ore", [segment])
    assert index.search(made, 10).total == 0
    hits = DocumentIndex(index).search(made, 10)
    assert hits.ordinals.tolist() == [1]
    mask = np.array([True, False, False, True])
    assert DocumentIndex(index).search(made, 10, mask).ordinals.tolist() == [0]


@pytest.mark.parametrize(
    ("query", "chunk"),
    [
        ("gold", 0),
        ("gold page:2", 1),
        ("gold page:3", 2),
        ("gold -page:9", 0),
        ("gold ore page:2,3", 2),
        ("gold (page:2 OR page:3)", 1),
        ("gold +(ore OR (page:2 AND mine))", 1),
        ("ore page:2", 1),
        ("page:3", 2),
    ],
)
def test_what_is_shown_passes_the_filters(query, chunk):
    """Where a document is found by one of its pages, a chunk on that page stands for it."""
    sections = [("", [("", "gold gold gold")]), ("", [("", "gold mine")]), ("", [("", "gold ore")])]
    _, _, segment = index_of([("", "", sections)])

    def on_page(_, wanted):
        return np.any(
            [[i.first <= page <= i.last for page in (1, 2, 3)] for i in wanted.intervals], 0
        )

    index = DocumentIndex(KeywordIndex([segment], ranker=RANKER))
    hits = index.search(planned(query, [segment]), 10, passes=on_page)
    assert hits.ordinals.tolist() == [chunk]
