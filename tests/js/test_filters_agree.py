"""The page finds the same filters in a query as the engine does."""

import json
import random
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.lexical import tree
from app.core.lexical.grammar import parse
from app.core.lexical.notation import to_text

TODAY = date(2024, 5, 15)
FILTERS = (tree.Filter, tree.Dates, tree.Sizes, tree.Pages)
PIECES = (
    *("gold", "type:pdf", "LANG:de", 'dir:"My Documents"', "size>1M", "page:3..7", "title:x"),
    *("AND", "OR", "NOT", "&&", "||", "-", "+", "!", "(", ")", '"', "“", "”", "»", "\\", "/a b/"),
    *("type:", "type:(", "ext:.md,", "date:<=2024", "~2", "^3", "5", ":", "year", "=2024", "*"),
)
"""What queries are made of at random."""

READ = """
import { filters, withFilter } from "%s";
let text = "";
for await (const part of process.stdin) text += part;
console.log(JSON.stringify(JSON.parse(text).map((query) => %s)));
"""


ADDED = "withFilter(query, 'author:=\"Ada B\"')"


def in_the_page(root: Path, queries: list[str]) -> list[list[str]]:
    """The filters of each query as the page finds them."""
    return [[one["text"] for one in found] for found in asked(root, queries, "filters(query)")]


def asked(root: Path, queries: list[str], expression: str) -> list[Any]:
    """What the page makes of each query."""
    node = shutil.which("node")
    if not node:
        pytest.skip("Node is not installed")
    code = READ % ((root / "static" / "ui" / "query-filters.js").as_uri(), expression)
    done = subprocess.run(
        [node, "--input-type=module", "--eval", code],
        input=json.dumps(queries),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def in_the_engine(query: str) -> tuple[list[str], list[str]]:
    """The filters at the top of the query that the page should find, and those that it may."""
    parsed = parse(query, TODAY)
    top = parsed.tree.nodes if isinstance(parsed.tree, tree.Sequence) else (parsed.tree,)
    spans = []
    for node in top:
        inner = node.node if isinstance(node, tree.Not | tree.Required) else node
        if isinstance(inner, FILTERS):
            spans.append((node.start, node.end))
    # What the engine found odd is no filter to it; the page learns that from its answer.
    may = spans + [(error.start, error.end) for error in parsed.errors]
    plain = [span for span in spans if "(" not in query and is_plain(query, *span)]
    return [query[slice(*span)] for span in plain], [query[slice(*span)] for span in may]


def is_plain(query: str, start: int, end: int) -> bool:
    """Whether the page takes the filter: no operator beside it."""
    joined = re.search(r"(?:AND|OR|NOT|&&|\|\|)\W*$", query[:start])
    joins = re.match(r"\W*(?:AND|OR|&&|\|\|)", query[end:])
    return not joined and not joins and not query[start:end].startswith("NOT")


def test_the_examples_of_the_language(root: Path) -> None:
    """Every query of its page in the docs."""
    text = (root / "docs" / "query-language.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)
    queries = [part.replace(r"\|", "|") for part in cells]
    assert len(queries) > 80
    compare(root, queries)


def test_queries_at_random(root: Path) -> None:
    """Pieces of queries in any order, with spaces between them or not."""
    compare(root, at_random(7))


def test_a_filter_that_is_added_is_one(root: Path) -> None:
    """The page puts it where the engine takes it for a filter, and the rest as it did before."""
    # Operators in signs before everything else are left out, however many there are.
    queries = [query for query in at_random(8) if not re.match(r"[^\w*]*(?:&&|\|\|)", query)]
    assert len(queries) > 2500
    wrong = []
    for query, longer in zip(queries, asked(root, queries, ADDED), strict=True):
        before, after = parse(query, TODAY).tree, parse(longer, TODAY).tree
        top = after.nodes if isinstance(after, tree.Sequence) else (after,)
        others = [node for node in top if node != tree.Filter("author", ("=Ada B",))]
        if len(others) == len(top) or not same(before, others):
            wrong.append((query, longer))
    assert not wrong


def same(before: tree.Node, nodes: list[tree.Node]) -> bool:
    """Whether the nodes side by side say what a tree says."""
    alone = before.nodes if isinstance(before, tree.Sequence) else (before,)
    if alone == (tree.Wildcard("*"),) and not nodes:
        return True  # all that passes the filter
    said = [to_text(node).strip() for node in nodes]
    return said in ([to_text(node).strip() for node in alone], [to_text(before).strip()])


def at_random(seed: int) -> list[str]:
    """Queries of pieces."""
    chance = random.Random(seed)
    return [
        "".join(
            chance.choice(PIECES) + " " * (chance.random() < 0.8)
            for _ in range(chance.randrange(1, 9))
        )
        for _ in range(3000)
    ]


def compare(root: Path, queries: list[str]) -> None:
    """Fail with the queries that are read differently."""
    wrong = []
    for query, found in zip(queries, in_the_page(root, queries), strict=True):
        should, may = in_the_engine(query)
        if not (
            set(should) <= set(found)
            and all(any(one.lstrip("+-!") in m for m in may) for one in found)
        ):
            wrong.append((query, found, should))
    assert not wrong
