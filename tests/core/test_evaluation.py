"""Metrics against values worked out by hand, and reading judged collections."""

from __future__ import annotations

import math
from itertools import product

import pytest

from app.core.evaluation import (
    average_precision,
    by_query,
    evaluate,
    load_beir,
    mrr,
    ndcg,
    paired_randomisation,
    ranking,
    recall,
)
from app.errors import InputError

GRADES = {"a": 3, "b": 1, "c": 0, "d": 2}


def test_ndcg_by_hand():
    """DCG 1/1 + 0 + 3/2 + 0 = 2.5; ideal 3 + 2/log2(3) + 1/2 = 4.7618595."""
    assert ndcg(["b", "x", "a"], GRADES) == pytest.approx(2.5 / 4.7618595)


def test_ndcg_is_linear_in_the_grade():
    """The gain is the grade, not 2^grade - 1: trec_eval and BEIR count so."""
    assert ndcg(["b", "a"], {"a": 3, "b": 1}) == pytest.approx(
        (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
    )


def test_ndcg_cuts_the_ideal_too():
    """With k = 1 a single document of the best grade is perfect."""
    assert ndcg(["a", "x"], GRADES, 1) == 1.0
    assert ndcg(["x", "a"], GRADES, 1) == 0.0


def test_negative_grades_gain_nothing():
    """Some collections mark spam with -1 or -2."""
    assert ndcg(["s", "a"], {"a": 1, "s": -2}) == pytest.approx(1 / math.log2(3))


def test_recall_counts_grades_above_zero():
    """Of a, b, d two are among the first three."""
    assert recall(["c", "b", "a", "d"], GRADES, 3) == pytest.approx(2 / 3)


def test_mrr_is_cut():
    """A first relevant document after rank k counts as none."""
    assert mrr(["x", "c", "b"], GRADES) == pytest.approx(1 / 3)
    assert mrr(["x", "c", "b"], GRADES, 2) == 0.0


def test_average_precision_by_hand():
    """Found at ranks 1 and 4 of three relevant: (1/1 + 2/4) / 3."""
    assert average_precision(["a", "x", "c", "d"], GRADES) == pytest.approx(0.5)


@pytest.mark.parametrize("metric", [ndcg, recall, mrr, average_precision])
def test_nothing_relevant_is_zero(metric):
    """No division by zero, no perfect score for nothing."""
    assert metric(["a"], {"a": 0}) == metric([], {"a": 1}) == metric([], {}) == 0.0


def test_ties_go_by_falling_id():
    """As in trec_eval, so that numbers can be compared with published ones."""
    assert ranking({"d1": 0.5, "d3": 0.5, "d2": 0.9}) == ["d2", "d3", "d1"]


def test_evaluate_means_over_judged_queries():
    """A query without judgements is left out, one without results counts as 0."""
    qrels = {"q1": {"a": 1}, "q2": {"b": 1}, "q3": {}}
    run = {"q1": {"a": 1.0}, "q3": {"a": 1.0}, "q4": {"a": 1.0}}
    assert evaluate(run, qrels) == {
        **dict.fromkeys(["ndcg@10", "recall@10", "recall@100", "mrr@10", "map"], 0.5),
        "queries": 2,
    }


@pytest.fixture
def beir(tmp_path):
    """A collection of two documents, two queries, one of them judged."""
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text(
        '{"_id": "d1", "title": "Gold", "text": "Rüsh"}\n\n{"_id": 2, "text": "Sand"}\n', "utf-8"
    )
    (tmp_path / "queries.jsonl").write_text(
        '{"_id": "q1", "text": "nugget"}\n{"_id": "q2", "text": "beach"}\n', "utf-8"
    )
    (tmp_path / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq2\t2\t1\nq2\td1\t0\n", "utf-8"
    )
    return tmp_path


def test_load_beir(beir):
    """Ids are strings, titles optional, queries without judgements left out."""
    collection = load_beir(beir)
    assert [(d.id, d.title, d.text) for d in collection.documents] == [
        ("d1", "Gold", "Rüsh"),
        ("2", "", "Sand"),
    ]
    assert collection.queries == {"q2": "beach"}
    assert collection.qrels == {"q2": {"2": 1, "d1": 0}}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("corpus.jsonl", '{"_id": "d1"}\n', "corpus.jsonl, line 1 lacks"),
        ("corpus.jsonl", '{"_id": "d1", "text": ""}\n{"_id', "corpus.jsonl, line 2 is not JSON"),
        ("queries.jsonl", '{"_id": "q1", "text": ""}\n', "lacks 1 judged queries: q2"),
        ("qrels/test.tsv", "h\nq2\td1\tgood\n", "qrels/test.tsv, line 2 is not"),
    ],
)
def test_damaged_collections_name_the_line(beir, name, content, message):
    """The message says where to look."""
    (beir / name).write_text(content, "utf-8")
    with pytest.raises(InputError, match=message):
        load_beir(beir)


def test_missing_split_is_named(beir):
    """The code is that of things not found."""
    with pytest.raises(InputError, match=r"qrels/dev\.tsv") as caught:
        load_beir(beir, "dev")
    assert caught.value.code == "not-found"


def test_metrics_of_each_query():
    """Their means are what `evaluate` gives; queries without judgements are left out."""
    qrels = {"q1": {"a": 1}, "q2": {"b": 1}, "q3": {}}
    run = {"q1": {"a": 1.0}, "q2": {"x": 2.0, "b": 1.0}}
    each = by_query(run, qrels)
    assert (each["q1"]["mrr@10"], each["q2"]["mrr@10"]) == (1.0, 0.5)
    assert evaluate(run, qrels)["mrr@10"] == 0.75
    assert evaluate(run, qrels)["queries"] == len(each) == 2


@pytest.mark.parametrize("differences", [[0.4] * 9, [0.5, -0.1, 0.2, 0.3, -0.05, 0.4, 0.1, 0.0]])
def test_randomisation_beside_all_changes(differences):
    """So many changes by chance come near to all changes that there are, in both directions."""
    one = {str(number): 0.5 + value for number, value in enumerate(differences)}
    other = dict.fromkeys(one, 0.5)
    seen = abs(sum(differences))
    changes = [
        abs(sum(sign * value for sign, value in zip(signs, differences, strict=True)))
        for signs in product((-1, 1), repeat=len(differences))
    ]
    exact = sum(change >= seen - 1e-9 for change in changes) / len(changes)
    found = paired_randomisation(one, other, rounds=50_000)
    assert found == pytest.approx(exact, abs=0.005)
    assert found == paired_randomisation(one, other, rounds=50_000)
    assert paired_randomisation(other, one, rounds=50_000) == pytest.approx(found, abs=0.005)


def test_randomisation_wants_the_same_queries():
    """Else there are no pairs."""
    with pytest.raises(ValueError, match="different queries"):
        paired_randomisation({"a": 1.0}, {"b": 1.0})
