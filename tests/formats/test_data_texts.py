"""JSON, YAML and TOML: the source with its lines, and paths that lead to what they name."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import chunk
from app.formats import detect, read
from app.formats.partition import child_path

LONG = "Gold is heavy, and it does not rust, which is why people have looked for it. " * 3
ITEMS = {
    "name": "mine",
    "items": [
        {"id": number, "name": f"nugget {number}", "odd key": ["a", "b"], "text": LONG}
        for number in range(5)
    ],
    "deep": {"er": {"still": [{"x": 1}, {"y": "ö"}]}},
    "numbers": list(range(400)),
}

_STEP = re.compile(r'\[(\d+)\]|\["((?:\\.|[^"\\])*)"\]|\.?([^.\[\]]+)')


def resolved(value, path):
    """The value that a path leads to."""
    for number, quoted, plain in _STEP.findall(path):
        value = value[int(number) if number else re.sub(r"\\(.)", r"\1", quoted) or plain]
    return value


def texts_of(value):
    """All keys and scalars in a value, as they are shown."""
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in [key, *texts_of(each)]]
    if isinstance(value, list):
        return [text for each in value for text in texts_of(each)]
    return [str(value)]


def check_places(document, value):
    """Each block begins with what its path leads to, or with a part of that."""
    assert document.blocks
    for block in document.blocks:
        found = resolved(value, block.place)
        shown = " ".join(document.text[block.start : block.end].split())
        first = " ".join(texts_of(found)[0].split()) if texts_of(found) else ""
        assert first[:50] in shown


def test_values_have_paths_and_lines():
    """Small ones stay whole; what is large is taken apart; long texts are paragraphs."""
    document = read("a.json", json.dumps(ITEMS, indent=1).encode())
    check_places(document, ITEMS)
    places = {block.place: block for block in document.blocks}
    text = places["items[3].text"]
    assert text.kind == "paragraph"
    assert LONG.strip() in document.text[text.start : text.end]
    assert document.text.split("\n")[text.line - 1].strip().startswith('"text": "Gold is')
    assert places["items[3].id"].kind == "code"
    assert not [place for place in places if place.startswith("deep.er")]


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_the_text_is_the_source(indent):
    """Lines hold, and no word is lost, however it is written."""
    data = json.dumps(ITEMS, indent=indent, ensure_ascii=False)
    document = read("a.json", data.encode())
    assert document.text == data
    for block in document.blocks:
        assert block.line == 1 + data.count("\n", 0, block.start)


def test_escapes_hide_no_words():
    """Line ends of long texts are line ends; those of short ones are spaces."""
    value = {
        "path": "C:\\new\\table",
        "tab": "a\tb",
        "music": "\U0001d11e",
        "poem": "one\ntwo",
        "q": '"',
    }
    document = read("a.json", json.dumps(value | {"long": LONG + "\n\nEnd."}).encode())
    for words in ("C:\\new\\table", "\U0001d11e", "one two", '"""', "\n\nEnd."):
        assert words in document.text
    (long,) = [block for block in document.blocks if block.place == "long"]
    assert long.line is None
    assert "\\u" not in read("b.json", json.dumps("Größe ⚖ 黄金").encode()).text


def test_packed_bytes_are_cut_short():
    """A picture in letters is no text; what only looks like it is."""
    packed = "iVBORw0KGgo" * 1000
    document = read("a.json", json.dumps({"picture": packed, "data": "x y" * 3000}).encode())
    assert len(document.text) < 9200
    assert packed[:80] in document.text
    assert "x y" * 3000 in document.text


def test_json_lines():
    """Each line is a value with its number."""
    lines = [{"id": number, "text": f"nugget {number} " + "x" * 150} for number in range(20)]
    data = "\n".join(map(json.dumps, lines))
    document = read("a.jsonl", data.encode())
    assert [block.place for block in document.blocks] == [f"[{number}]" for number in range(20)]
    assert [block.line for block in document.blocks] == list(range(1, 21))


@pytest.mark.parametrize(
    "source",
    [
        "// settings\n{a: 1, /* no */ 'b': [1, 2,], }",
        '{"a": 1',
        '{"a": [1, 2}',
        "]]]}}}",
        '"unclosed',
        "{{{{",
        ":::,,,",
        "NaN",
    ],
)
def test_errors_in_the_notation_do_no_harm(source):
    """Comments, single quotes and what is broken are read as far as they go."""
    document = read("a.json", source.encode())
    assert document.text == source
    assert "".join(document.text[b.start : b.end] for b in document.blocks).strip()


keys = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(keys, inner, max_size=6),
    max_leaves=60,
)


@given(json_values, st.sampled_from([None, 1]))
def test_any_json(value, indent):
    """Every path of every block leads somewhere, and all the text is in blocks."""
    document = read("a.json", json.dumps(value, indent=indent).encode())
    position = 0
    for block in document.blocks:
        assert not document.text[position : block.start].strip()
        if "…" not in block.place:
            resolved(value, block.place)
        position = block.end
    assert not document.text[position:].strip()


def test_passages_keep_the_places_of_their_blocks():
    """What search gives is where it says."""
    document = read("a.json", json.dumps(ITEMS, indent=1).encode())
    for part in chunk(document, count_tokens=estimate_tokens):
        value = resolved(ITEMS, part.address.place)
        begin = " ".join(document.text[part.start : part.end].split())
        assert isinstance(value, str) or texts_of(value)[0][:20] in begin


YAML = f"""\
# how we test
name: CI
on: [push, pull_request]
jobs:
  # units
  test:
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4
    - name: Run
      run: |
        make test
        make lint
    - name: {LONG}
  "odd key":
    - - nested: 1
      - 2
    - text: >
        {LONG}

        {LONG}
      after: x
"""


def test_yaml():
    """Indentation says what is inside of what; comments stay with what they stand before."""
    document = read("ci.yml", YAML.encode())
    assert (document.kind, document.text) == ("yaml", YAML)
    yaml = pytest.importorskip("yaml")  # not where only a browser's packages are
    check_places(document, yaml.safe_load(YAML.replace("\non:", '\n"on":')))
    places = {block.place: block for block in document.blocks}
    assert places['jobs["odd key"][1].text'].kind == "paragraph"
    assert document.text[places["jobs.test"].start :].startswith("jobs:\n  # units")
    for block in document.blocks:
        assert block.line == 1 + YAML.count("\n", 0, block.start)


def test_yaml_of_several_documents():
    """Paths begin with the number of the document."""
    source = "---\na: 1\nb:\n- x\n---\n" + "c: " + "d " * 600 + "\n---\nlast: y\n"
    assert [block.place for block in read("a.yaml", source.encode()).blocks] == [
        "[0]",
        "[1].c",
        "[2]",
    ]


@pytest.mark.parametrize(
    "source", ["a", "- - - -", "a: b: c", "? a\n: b", "\t- x", "*a", "&a *a", "%TAG"]
)
def test_yaml_of_any_kind(source):
    """What is odd or broken is text all the same."""
    document = read("a.yaml", source.encode())
    assert document.text == source
    assert document.blocks


TOML = f"""\
# a package
[project]
name = "fossick"
dependencies = [
  "numpy>=2.3", # arrays ]
  "olefile",
]
description = '''
{LONG}
{LONG}'''
[tool.ruff."per-file"]
line-length = 100
[[mirror]]
url = "a"
note = "{LONG * 4}"
[[mirror]]
url = "b"
note = "{LONG * 4}"
"""


def test_toml():
    """Tables and keys have paths; arrays of tables have numbers."""
    document = read("pyproject.toml", TOML.encode())
    assert (document.kind, document.text) == ("toml", TOML)
    check_places(document, tomllib.loads(TOML))
    places = {block.place: block for block in document.blocks}
    assert {"mirror[0].url", "mirror[1].note", "project.description"} <= set(places)
    assert places["project.description"].kind == "paragraph"
    for block in document.blocks:
        assert block.line == 1 + TOML.count("\n", 0, block.start)


def test_detection():
    """By the content where the name says nothing."""
    assert detect("export", b'[{"id": 1}]') == "json"
    assert detect("notes.txt", b'{"id": 1}') == "text"
    assert detect("Cargo.lock", b"[[package]]") == "toml"
    assert detect("a.webmanifest", b"{}") == "json"


def test_paths():
    """Long keys are cut, quotes in them are escaped."""
    assert child_path("a", 'say "x"') == 'a["say \\"x\\""]'
    assert len(child_path("", "x" * 1000)) < 100
