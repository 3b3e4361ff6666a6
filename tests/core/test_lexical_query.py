"""What a line of text means as a query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis import Analyzer
from app.core.lexical import parse
from app.core.lexical.query import MAX_CLAUSES, PART_WEIGHT, of_terms

ANALYZER = Analyzer()


def clauses(text):
    """Terms, weight and prefix of each clause."""
    return [
        (clause.terms, clause.weight, clause.prefix) for clause in parse(text, ANALYZER).clauses
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("?! ...", []),
        ("Digging gold", [(("dig",), 1.0, ""), (("gold",), 1.0, "gold")]),
        ("gold gold dig ", [(("gold",), 2.0, ""), (("dig",), 1.0, "")]),
        ("happines", [(("happin",), 1.0, "happines")]),
        ("happy?", [(("happi",), 1.0, "")]),
        ("what is the gold ", [(("gold",), 1.0, "")]),
        ("gold in the", [(("gold",), 1.0, "")]),
        (
            "to be or not to be",
            [*((("to",), 2.0, ""), (("be",), 2.0, "be")), (("or",), 1.0, ""), (("not",), 1.0, "")],
        ),
        (
            "np.linal",
            [
                (("nplinal",), 1.0, "nplinal"),
                (("np",), PART_WEIGHT, ""),
                (("linal",), PART_WEIGHT, "linal"),
            ],
        ),
        ("猫 food ", [(("猫",), 1.0, "猫"), (("food",), 1.0, "")]),
        ("我爱", [(("我爱",), 1.0, "我爱")]),
    ],
)
def test_clauses(text, expected):
    """Each kind of query gives these clauses."""
    assert clauses(text) == expected


@given(st.text(max_size=40))
def test_every_text_is_a_query(text):
    """No input fails, and each clause has one term that weighs something."""
    query = parse(text, ANALYZER)
    assert len(set(query.terms)) == len(query.clauses)
    assert all(len(clause.terms) == 1 and clause.weight > 0 for clause in query.clauses)
    assert set(query.terms) <= set(ANALYZER.terms(text))


def test_a_pasted_book_is_cut():
    """A query of very many words is answered for the first of them."""
    query = parse(" ".join(f"w{number}" for number in range(5000)), ANALYZER)
    assert query.terms == tuple(f"w{number}" for number in range(MAX_CLAUSES))


def test_terms_given_as_they_are():
    """Terms that were analysed elsewhere count as often as they come, none is open."""
    query = of_terms(["gold", "the", "gold"])
    assert [(clause.terms, clause.weight, clause.prefix) for clause in query.clauses] == [
        (("gold",), 2.0, ""),
        (("the",), 1.0, ""),
    ]
