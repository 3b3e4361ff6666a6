"""The keyword leg on small judged collections of our own: floors for the mean, names for the top.

Each folder beside this file is a collection in BEIR layout, small enough to be read: `notes` is
what a person keeps, `code` what a programmer does, `languages` one passage in each of many
scripts. A floor is a little under what was measured when it was set; it is there to be raised.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from app.core.evaluation import evaluate, load_beir
from tests.fixtures.keyword import ask, bodies, index_of

HERE = Path(__file__).parent


@cache
def indexed(name):
    """The collection and its index."""
    collection = load_beir(HERE / name)
    return collection, index_of([(each.title, "", each.text) for each in collection.documents])


def found(name, text, *, typing=False):
    """Ids of the documents found, best first, and their scores."""
    collection, index = indexed(name)
    hits = ask(index, text, typing=typing)
    ids = [collection.documents[ordinal].id for ordinal in hits.ordinals.tolist()]
    return dict(zip(ids, hits.scores.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "ndcg", "recall"),
    [("notes", 0.985, 1.0), ("code", 0.96, 0.96), ("languages", 0.995, 1.0)],
)
def test_floors(name, ndcg, recall):
    """Means over all queries of a collection do not fall."""
    collection, _ = indexed(name)
    run = {query: found(name, text) for query, text in collection.queries.items()}
    measured = evaluate(run, collection.qrels)
    assert measured["ndcg@10"] >= ndcg
    assert measured["recall@10"] >= recall


@pytest.mark.parametrize(
    ("name", "text", "first"),
    [
        ("notes", "gold", "gold-rush"),
        ("notes", "gold rush", "gold-rush"),
        ("notes", "how much is the rent?", "lease-2024"),
        ("notes", "fossicker's licence", "fossicking"),
        ("notes", "error E52", "printer"),
        ("notes", "120000 km", "car-service"),
        ("notes", "covid19", "vaccination"),
        ("notes", "wi-fi", "router"),
        ("notes", "wifi", "router"),
        ("notes", "first-aid kit", "packing"),
        ("notes", "firmware 7.58", "router"),
        ("code", "getEntry webkit", "ui/dropZone.js"),
        ("code", "numpy norm", "np/norms.py"),
        ("code", "http://127.0.0.1:8000", "deploy/nginx.conf"),
        ("code", "HttpClient", "http/HTTPClient.java"),
        ("languages", "strasse umleitung", "de-straße"),
        ("languages", "猫", "zh-猫"),
        ("languages", "ｵｰﾌﾞﾝ", "ja-パン"),
        ("languages", "김치", "ko-김치"),
        ("languages", "Ёлку", "ru-ёлка"),
        ("languages", "یقرأ کتابا", "ar-كتاب"),
    ],
)
def test_first_hit(name, text, first):
    """This query has one right answer, and it comes first."""
    assert next(iter(found(name, text)), None) == first


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("fossicking licence", "fossicking"), ("vaccinations", "vaccination"), ("granite", "geology")],
)
def test_every_keystroke_keeps_the_answer(text, wanted):
    """From the fourth letter on the passage is among the first three while the query is typed."""
    for length in range(4, len(text) + 1):
        hits = list(found("notes", text[:length], typing=True))
        assert wanted in hits[:3], text[:length]


def test_whole_identifier_beats_its_parts():
    """A text with the name as it is written ranks above one with all of its parts."""
    texts = ["java script coffee script java", "we use JavaScript", "javascript everywhere"]
    index = index_of(bodies(*texts))
    assert ask(index, "JavaScript ").ordinals.tolist()[0] == 1
    assert ask(index, "javascript ").ordinals.tolist() == [2, 1]


def test_title_counts_more_than_body():
    """Of two passages alike in length the one with the word in its title comes first."""
    index = index_of([("", "", "dig gold"), ("gold", "", "dig")])
    assert ask(index, "gold").ordinals.tolist() == [1, 0]


def test_rare_word_counts_more_than_a_frequent_one():
    """In "licence to bake" the licence decides, many bake."""
    assert next(iter(found("notes", "licence bake"))) == "fossicking"
