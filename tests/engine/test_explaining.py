"""Explanations: the parts of every score add up to it, and say what was found where."""

from __future__ import annotations

import pytest

from tests.engine.helpers import ConceptEmbedder, collection, run, source

FILES = [
    source(
        "gold/mine.md", "# Old mine\n\nThe old gold mine lies deep. Mining for gold is dull work."
    ),
    source("gold/rush.md", "# Rush\n\nGold was found, then golden years. A mine, old and deep."),
    source("silver.txt", "Silver is mined where gold is not. A dog guards the resume."),
    source("notes.txt", "A hound, a car and some cash. Gold for everyone who digs."),
    source(
        "long.txt", " ".join(f"Stone{n} stands beside tree{n} and an old mine." for n in range(90))
    ),
]
QUERIES = [
    "gold",
    "old gold mine",
    '"gold mine" deep',
    "gold -silver",
    "title:mine gold^3",
    "gol* mi?e",
    "glod mine",  # a typing error
    "dog",
    "gold path:gold",
    "+gold (deep dull)",
    "old mine recieve~",
    "type:text",
]


async def stocked(embedder=None):
    """A collection of the files."""
    found = await collection(embedder=embedder)
    await found.add(FILES)
    return found


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("mode", ["keyword", "hybrid", "vector"])
def test_the_parts_add_up_to_the_score(mode, grouped):
    """Of the keyword leg, and of the fusion, for every hit of every kind of query."""

    async def test():
        found = await stocked(ConceptEmbedder())
        explained = 0
        for query in QUERIES:
            options = {"mode": mode, "explain": True, "recency": 0.5 if grouped else 0}
            options |= {"groupBy": "document"} if grouped else {}
            for hit in (await found.search(query, options)).hits:
                told = hit.explanation
                shares = sum(leg.share for leg in told.legs.values())
                assert shares * told.recency == pytest.approx(hit.score, rel=1e-6)
                assert set(told.legs) >= set(hit.legs) - {"vector"}
                assert (told.keyword is not None) == ("keyword" in hit.legs)
                if told.keyword is None:
                    continue
                explained += 1
                parts = [term.score for term in told.keyword.terms]
                parts += [told.keyword.coverage.score, told.keyword.proximity.score]
                assert sum(parts) == pytest.approx(hit.legs["keyword"].score, rel=1e-5, abs=1e-9)
                assert told.keyword.score == hit.legs["keyword"].score
        assert explained > (0 if mode == "vector" else 25)

    run(test())


def test_what_was_found_where():
    """Forms, fields, frequencies, and what is missing."""

    async def test():
        found = await stocked()
        result = await found.search("mine silver title:rush", {"mode": "keyword", "explain": True})
        (hit,) = result.hits
        told = hit.explanation.keyword
        assert told.unit == "passage"
        assert told.missing == ("silver",)
        title, mine = sorted(told.terms, key=lambda term: term.text, reverse=True)
        assert (title.text, title.field, dict(title.counts)) == ("rush", "title", {"title": 2})
        assert (mine.text, mine.kind, mine.forms) == ("mine", "word", ("mine",))
        assert mine.counts == {"body": 1}
        assert mine.frequency == 1.0
        assert 0 < told.coverage.share < 1
        assert told.coverage.score < 0
        assert mine.score == pytest.approx(mine.idf / (1 + told.norm))

    run(test())


def test_what_stands_for_a_word():
    """Other endings, what a typing error was meant for, and phrases."""

    async def test():
        found = await stocked()
        (first, *_) = (await found.search("mining", {"mode": "keyword", "explain": True})).hits
        assert set(first.explanation.keyword.terms[0].forms) == {"mine", "mining"}
        (first, *_) = (await found.search("slver", {"mode": "keyword", "explain": True})).hits
        assert first.explanation.keyword.terms[0].forms == ("silver",)
        (first,) = (await found.search('"gold mine"', {"mode": "keyword", "explain": True})).hits
        (term,) = first.explanation.keyword.terms
        assert (term.text, term.kind, term.document_frequency) == ('"gold mine"', "phrase", 1)
        assert set(term.forms) == {"gold", "mine"}

    run(test())


def test_words_side_by_side_are_told():
    """Proximity is part of the score, and says how near."""

    async def test():
        found = await stocked()
        hits = (await found.search("gold mine", {"mode": "keyword", "explain": True})).hits
        near = {hit.path: hit.explanation.keyword.proximity for hit in hits}
        assert near["gold/mine.md"].share == 1.0
        assert near["gold/mine.md"].score > 0
        assert near["notes.txt"].score == 0

    run(test())


def test_how_legs_are_fused():
    """By scores with one model, by ranks where its cosines grade nothing; one leg not at all."""

    async def test():
        found = await stocked(ConceptEmbedder())
        result = await found.search("dog gold", {"explain": True})
        assert {hit.explanation.fusion for hit in result.hits} == {"convex"}
        assert result.hits[0].explanation.legs["vector"].weight == 0.55
        (hit, *_) = (await found.search("gold", {"mode": "vector", "explain": True})).hits
        assert hit.explanation.fusion == "none"
        assert hit.explanation.legs["vector"].share == hit.score
        hashed = await stocked()
        (hit, *_) = (await hashed.search("gold mine deep", {"explain": True})).hits
        assert hit.explanation.fusion == "rrf"
        assert hit.explanation.legs["keyword"].value == pytest.approx(1 / 61)

    run(test())


def test_nothing_is_explained_unasked():
    """It costs what a search costs."""

    async def test():
        found = await stocked()
        assert {hit.explanation for hit in (await found.search("gold")).hits} == {None}

    run(test())


@pytest.mark.parametrize("sort", ["date", "name"])
def test_hits_in_another_order_are_explained_too(sort):
    """By what they would score."""

    async def test():
        found = await stocked()
        for hit in (await found.search("gold mine", {"sort": sort, "explain": True})).hits:
            assert hit.explanation.keyword.terms

    run(test())
