"""docs/parameters.md and docs/index-format.md against the code they tell of."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from fractions import Fraction
from importlib import import_module
from typing import Any

import pytest

from app.core.lexical import Postings, Ranker, Reading
from app.core.lexical.lookup import Likeness
from app.engine.committing import Rhythm
from app.storage.chunk_table import ChunkTable
from app.storage.document_table import DocumentTable
from app.storage.merge import MergePolicy
from app.storage.sections import VERSION

SET_IN = re.compile(r"^Set in `(.+?)\.py`\.$")
ROW = re.compile(r"^\| `([\w.]+)` \| (.+?) \|")
ELSEWHERE = {"likeness", "is_late"}
"""Of `Reading`: told as `Likeness`; asked by the engine."""


def told(root):
    """(module, name, default as it is written) of every row."""
    module = ""
    for line in (root / "docs" / "parameters.md").read_text("utf-8").splitlines():
        if match := SET_IN.match(line):
            module = match[1].replace("/", ".")
        elif match := ROW.match(line):
            yield module, match[1], match[2]


def value_of(module: str, name: str) -> Any:
    """The value in the code; of a class or a function, the default."""
    head, _, rest = name.partition(".")
    found = getattr(import_module(module), head)
    if not rest:
        return found
    if inspect.isfunction(found):
        return inspect.signature(found).parameters[rest].default
    return getattr(found() if isinstance(found, type) else found, rest)


def written(value: Any, default: str) -> str:
    """A value as the page writes it, as a fraction if `default` is one."""
    if re.fullmatch(r"\d+/\d+", default):
        return default if value == float(Fraction(default)) else str(value)
    if isinstance(value, tuple):
        return ", ".join(written(each, "") for each in value)
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}".removesuffix(".0")


def test_defaults_are_those_of_the_code(root):
    """Each row names a parameter that is there, with its default."""
    rows = list(told(root))
    assert len(rows) > 30
    wrong = [
        f"{module}.{name} is {value_of(module, name)}, not {default}"
        for module, name, default in rows
        if written(value_of(module, name), default) != default
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", [Ranker, Likeness, Reading, Rhythm, MergePolicy])
def test_no_field_is_left_out(root, kind):
    """Whoever adds a parameter to one of these tells what it is."""
    names = {name for _, name, _ in told(root)}
    wanted = {
        f"{kind.__name__}.{field.name}" for field in fields(kind) if field.name not in ELSEWHERE
    }
    assert wanted - names == set()


def test_no_constant_of_the_query_is_left_out(root):
    """The same for numbers in capitals of the modules that the page names."""
    rows = list(told(root))
    for module in {module for module, _, _ in rows if ".lexical." in module}:
        loaded = import_module(module)
        numbers = {
            name
            for name, value in vars(loaded).items()
            if re.fullmatch(r"[A-Z][A-Z_]+", name) and isinstance(value, int | float)
        }
        own = {
            name for name in numbers if re.search(rf"^{name} = ", inspect.getsource(loaded), re.M)
        }
        assert own - {name for place, name, _ in rows if place == module} == set(), module


def test_every_section_of_a_segment_is_described(root):
    """The page on the format names each column, and the version that is written."""
    page = (root / "docs" / "index-format.md").read_text("utf-8")
    tables = {"lex": Postings, "doc": DocumentTable, "chunk": ChunkTable}
    named = [f"{name}.{field.name}" for name, kind in tables.items() for field in fields(kind)]
    assert [name for name in named if f"`{name}`" not in page] == []
    assert f"Format version: **{VERSION}**" in page


def test_search_options_are_described(root):
    """docs/protocol.md has a row for every option of `search` that a caller can set."""
    page = (root / "docs" / "protocol.md").read_text("utf-8")
    types = (root / "static" / "fossick.d.ts").read_text("utf-8")
    body = re.search(r"interface SearchOptions extends \w+ \{(.*?)^\}", types, re.S | re.M)
    assert body
    options = set(re.findall(r"^  (\w+)\?:", body[1], re.M))
    assert len(options) > 6
    assert [name for name in sorted(options) if f"| `{name}` |" not in page] == []
