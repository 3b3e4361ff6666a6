"""Every example in docs/query-language.md is read as the page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from app.core.lexical import grammar
from app.core.lexical.fields import EXAMPLES
from app.core.lexical.grammar import parse
from app.core.lexical.notation import to_text

PAGE = Path(__file__).resolve().parents[2] / "docs" / "query-language.md"
TEXT = PAGE.read_text("utf-8") if PAGE.is_file() else ""
TODAY = date(2024, 5, 15)

pytestmark = pytest.mark.skipif(not TEXT, reason="the documents are not here")


def rows():
    """The cells of each row of examples, without the marks of code."""
    lines = [line for line in TEXT.splitlines() if line.startswith("| `")]
    cells = (re.split(r"(?<!\\) \| ", line.strip("|").strip()) for line in lines)
    return [tuple(cell.strip().replace("\\|", "|") for cell in row) for row in cells]


def code(cell):
    """What stands between the two marks of code that a cell consists of."""
    match = re.fullmatch(r"`([^`]+)`", cell)
    assert match, cell
    return match[1]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_an_example_is_read_as_told(row):
    """The canonical text of the tree is in the last column; a message stands in the middle."""
    parsed = parse(f"{code(row[0])} ", TODAY)
    assert to_text(parsed.tree).strip() == code(row[-1])
    assert [error.message for error in parsed.errors] == [
        cell for cell in row[1:-1] if re.search(r" at \d+ ", cell)
    ]


def test_the_page_has_examples_of_everything():
    """No table is overlooked, and each field has an example."""
    queries = [code(row[0]) for row in rows()]
    assert len(queries) == TEXT.count("\n| `") > 80
    for name in EXAMPLES:
        assert any(re.search(rf"\b{name}[:<>]", query) for query in queries), name


def test_the_grammar_is_the_same_in_both_places():
    """The page and the module tell one grammar."""
    told = re.search(r"```ebnf\n(.*?)```", TEXT, re.DOTALL)[1]
    rules = [line.strip().split("  (*")[0].rstrip() for line in told.splitlines()]
    module = [line.strip().split("  (*")[0].rstrip() for line in grammar.__doc__.splitlines()]
    assert [rule for rule in rules if rule not in module] == []


def test_today_is_a_wednesday():
    """As the page says."""
    assert TODAY.weekday() == 2
    assert "today is Wednesday, 15 May 2024" in TEXT
