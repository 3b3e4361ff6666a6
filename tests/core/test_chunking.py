"""Chunks: what must hold for any text, and how they should look."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import CONTEXT_TOKENS, chunk, context, embedding_text
from app.core.model import Block, Chunk, Document
from app.errors import InputError
from app.formats.code import read_code
from app.formats.markdown import read_markdown

WORDS = re.compile(r"\w+|[^\w\s]")


def count_words(text: str) -> int:
    """A counter as simple as can be: words and signs."""
    return len(WORDS.findall(text))


def count_unknown(text: str) -> int:
    """As BERT does it: a very long word is one token, cut in two it may be a hundred."""
    return sum(1 if len(word) > 100 else -(-len(word) // 2) for word in text.split())


COUNTERS = [count_words, estimate_tokens, count_unknown, len]

PIECES = st.sampled_from(
    [
        *("word", "Sentence one. Sentence two! Three?", "\n", "\n\n", " ", "\t", "\f", "x" * 300),
        *("深圳是中国的城市。这里很热，", "👩‍👩‍👧‍👦", "e\u0301" * 40, "مرحبا بالعالم؟ نعم."),
        *("| a | b |\n", "# Heading\n", "- item\n", "    code line\n", "```\n", "\u200d" * 70),
        *("𝔘", "\r\n", ". " * 30, "\u00a0", "\x01", "한국어 문장입니다.", "ไม่มีช่องว่าง" * 5),
        *("e.g. Dr. Who 3.14", "\u2028"),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def document(text: str, blocks: tuple[Block, ...] = (), kind: str = "text") -> Document:
    """A document of this text."""
    return Document("Title", text, blocks, kind)


def slices(doc: Document, chunks: list[Chunk]) -> list[str]:
    """The texts of the chunks."""
    return [doc.text[part.start : part.end] for part in chunks]


def check(doc: Document, chunks: list[Chunk], count, size: int) -> None:
    """What must hold for every document."""
    position = 0
    for part in chunks:
        assert part.start < part.end
        assert not doc.text[position : part.start].strip(), "text left out"
        assert (
            doc.text[part.start : part.end].strip(" \t") == doc.text[part.start : part.end].strip()
        )
        assert count(doc.text[part.start : part.end]) <= size
        position = max(position, part.end)
    assert not doc.text[position:].strip(), "text left out at the end"
    for before, after in pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end


@given(
    TEXTS,
    st.sampled_from(COUNTERS),
    st.sampled_from([16, 30, 200]),
    st.sampled_from([0, 0.15, 0.5]),
)
@settings(max_examples=150, deadline=None)
def test_every_text_is_covered_in_order_and_in_size(text, count, size, overlap):
    """Any mixture of scripts and structure: nothing is lost, out of order or too long."""
    doc = document(text)
    check(doc, chunk(doc, count_tokens=count, size=size, overlap=overlap), count, size)


@given(TEXTS, st.sampled_from([16, 60]))
@settings(max_examples=100, deadline=None)
def test_the_same_holds_for_documents_with_blocks(text, size):
    """Blocks of all kinds as the Markdown reader makes them, of which some text has none."""
    doc = read_markdown("a.md", text.encode("utf-8", "surrogatepass"))
    check(doc, chunk(doc, count_tokens=estimate_tokens, size=size), estimate_tokens, size)


@given(st.text(max_size=400), st.integers(0, 400), st.integers(0, 400))
@settings(deadline=None)
def test_text_outside_of_the_blocks_is_covered_too(text, a, b):
    """A reader that forgets some text cannot make it disappear from the index."""
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    blocks = (Block("table", start, end),) if start < end else ()
    doc = document(text, blocks)
    check(doc, chunk(doc, count_tokens=len, size=20), len, 20)


ENDLESS = {
    "word": "x" * 10_000,
    "cjk": "深圳" * 5_000,
    "family": "👩‍👩‍👧‍👦" * 1_000,
    "flags": "🇩🇪🇫🇷" * 2_000,
    "arabic": "ا" * 10_000,
    "dots": "." * 10_000,
    "accents": "a\u0301" * 5_000,
}


@pytest.mark.parametrize("count", COUNTERS)
@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS.keys())
def test_text_without_spaces(count, text):
    """One endless word still comes in pieces that the model takes whole."""
    doc = document(text)
    chunks = chunk(doc, count_tokens=count)
    check(doc, chunks, count, 200)
    assert max(part.end - part.start for part in chunks) <= 200 * 16 + 200


@pytest.mark.parametrize("cluster", ["👩‍👩‍👧‍👦", "🇩🇪", "a\u0301\u0323", "👍🏽", "한\u11a8", "\r\n"])
def test_graphemes_stay_whole(cluster):
    """Families, flags, accents and skin tones are not torn apart."""
    text = cluster.strip() * 700
    for part in chunk(document(text), count_tokens=len, size=50):
        assert part.start % len(cluster.strip() or "x") == 0 or not cluster.strip()


def test_a_short_document_is_one_chunk():
    """What fits stays together, without the blank space around it."""
    doc = document("\n\n  One. Two.\n\nThree.  \n")
    assert slices(doc, chunk(doc, count_tokens=count_words)) == ["One. Two.\n\nThree."]


@pytest.mark.parametrize("text", ["", " \n\t\f ", "\u3000"])
def test_no_text_no_chunks(text):
    """Blank documents have no chunks."""
    assert chunk(document(text), count_tokens=count_words) == []


def sentences(count: int, words: int = 9, name: str = "S") -> str:
    """Prose of `count` different sentences of `words` words and a full stop each."""
    return " ".join(
        f"{name}{number} " + " ".join(["word"] * (words - 2)) + " end." for number in range(count)
    )


def test_prose_is_cut_between_sentences_and_repeats_whole_ones():
    """Chunks begin and end with sentences; about 15 % is repeated."""
    doc = document(sentences(200))
    chunks = chunk(doc, count_tokens=count_words, size=100)
    for text in slices(doc, chunks):
        assert text.startswith("S")
        assert text.endswith("end.")
    shared = [before.end - after.start for before, after in pairwise(chunks)]
    assert all(part > 0 for part in shared)
    assert 0.08 < sum(shared) / len(doc.text) < 0.25


def test_no_overlap_when_none_is_asked_for():
    """With overlap 0 no character is in two chunks."""
    doc = document(sentences(100))
    chunks = chunk(doc, count_tokens=count_words, size=60, overlap=0)
    assert all(before.end <= after.start for before, after in pairwise(chunks))


def test_no_tiny_tail():
    """A text a little longer than one chunk is halved, not cut into a full one and a scrap."""
    doc = document(sentences(21))
    sizes = [
        count_words(text) for text in slices(doc, chunk(doc, count_tokens=count_words, overlap=0))
    ]
    assert len(sizes) == 2
    assert min(sizes) > 80


def test_cuts_prefer_the_ends_of_paragraphs():
    """Given a choice, a paragraph is not cut in two."""
    paragraphs = [sentences(7, name=f"P{number}x") for number in range(6)]
    doc = document("\n\n".join(paragraphs))
    texts = slices(doc, chunk(doc, count_tokens=count_words, size=150, overlap=0))
    assert texts == ["\n\n".join(paragraphs[n : n + 2]) for n in (0, 2, 4)]


MARKDOWN = """\
# Guide

Intro to the guide, with a sentence that is long enough to be something of its own, and then \
some more words so that it is not tiny at all, because tiny ones are joined with the next.

## Setup

Run this:

```sh
make one

make two
```

## Use

### Search

Type words into the box. They are found wherever they are in your files, whatever the format \
of these files is, and they are shown with the words around them, the matching ones marked.
"""


def test_markdown_sections_and_heading_paths():
    """Chunks end at headings, carry the path, and know their lines."""
    doc = read_markdown("guide.md", MARKDOWN.encode())
    chunks = chunk(doc, count_tokens=count_words)
    texts = slices(doc, chunks)
    paths = [part.address.heading for part in chunks]
    assert paths == [("Guide",), ("Guide", "Setup"), ("Guide", "Use", "Search")]
    assert texts[0].startswith("# Guide\n\nIntro")
    assert texts[1].startswith("## Setup\n\nRun this:\n\n```sh")
    assert texts[1].endswith("make two\n```")
    assert texts[2].startswith("## Use\n\n### Search\n\nType")
    lines = [(part.address.line, part.address.end_line) for part in chunks]
    assert lines == [(1, 3), (5, 13), (15, 19)]


def test_a_fence_that_fits_is_never_cut():
    """Whatever stands before it, a fence goes into one chunk."""
    fence = "```\n" + "\n".join(f"line {number}" for number in range(30)) + "\n\nlast\n```"
    for before in range(1, 12):
        doc = read_markdown("a.md", f"{sentences(before)}\n\n{fence}\n\n{sentences(5)}".encode())
        texts = slices(doc, chunk(doc, count_tokens=count_words, size=100))
        assert any(fence in text for text in texts), before


def test_a_fence_too_long_is_cut_between_lines():
    """No line of code is cut as long as it fits."""
    lines = [f"call_{number}(argument, other)" for number in range(200)]
    doc = read_markdown("a.md", ("```\n" + "\n".join(lines) + "\n```").encode())
    texts = slices(doc, chunk(doc, count_tokens=count_words, size=50))
    assert [line for text in texts for line in text.split("\n") if line.startswith("call")] == lines


PYTHON = """\
import os


class Prospector:
    \"\"\"Looks for gold.\"\"\"

    def dig(self, depth):
        for step in range(depth):
            self.remove(step)

        return self.found

    def wash(self, sand):
        water = self.river()

        return [grain for grain in sand if grain.heavy and not water.muddy]


def main():
    print(Prospector().dig(10))
"""


def test_code_is_cut_between_definitions_then_members():
    """Functions stay whole as long as they fit; methods keep their indentation."""
    doc = read_code("gold.py", PYTHON.encode())
    texts = slices(doc, chunk(doc, count_tokens=count_words, size=45))
    assert [text.split("\n")[0] for text in texts] == [
        "import os",
        "    def wash(self, sand):",
        "def main():",
    ]
    lines = [part.address.line for part in chunk(doc, count_tokens=count_words, size=45)]
    assert lines == [1, 13, 19]


def test_rows_of_a_table_are_not_cut():
    """A table too long for one chunk is cut between its rows."""
    rows = ["| name | value |", "|---|---|"] + [f"| row {n} | {n * 7} |" for n in range(120)]
    doc = read_markdown("a.md", "\n".join(rows).encode())
    texts = slices(doc, chunk(doc, count_tokens=count_words, size=60))
    assert len(texts) > 5
    assert "\n".join(texts).split("\n") == rows


def test_list_items_stay_whole():
    """A list is cut between its items."""
    items = [
        f"- item {n} has a few words.\n  And a second line. With sentences." for n in range(40)
    ]
    doc = read_markdown("a.md", "\n".join(items).encode())
    for text in slices(doc, chunk(doc, count_tokens=count_words, size=60, overlap=0)):
        assert text.startswith("- item")
        assert text.endswith("With sentences.")


def test_a_heading_sticks_to_what_follows():
    """No chunk ends with a heading that has text below it, wherever it falls."""
    for length in range(1, 25):
        source = f"{sentences(length)}\n\n## Next\n\n{sentences(12)}"
        doc = read_markdown("a.md", source.encode())
        for text in slices(doc, chunk(doc, count_tokens=count_words, size=60)):
            assert not text.endswith("## Next")


def test_tiny_sections_are_joined():
    """Sections of a few words share a chunk with the next one under the same heading."""
    source = "# Words\n\n" + "\n\n".join(f"## Term {n}\n\nShort." for n in range(20))
    doc = read_markdown("a.md", source.encode())
    chunks = chunk(doc, count_tokens=count_words)
    assert len(chunks) < 12
    assert {part.address.heading for part in chunks[:-1]} == {("Words",)}


def test_tiny_sections_join_neither_a_higher_nor_a_lower_one():
    """The last words of a chapter do not go into the next, the first ones not into a section."""
    source = b"# A\n\nOf A.\n\n## A1\n\nEnd of A.\n\n# B\n\nBegin of B.\n"
    chunks = chunk(read_markdown("a.md", source), count_tokens=count_words)
    assert [part.address.heading for part in chunks] == [("A",), ("A", "A1"), ("B",)]


def test_pages_are_counted_through_form_feeds():
    """A chunk over several pages has its first and its last page."""
    pages = [sentences(4, name=f"P{number}x") for number in range(1, 5)]
    text, blocks, position = "\f".join(pages), [], 0
    for number, page in enumerate(pages, start=1):
        blocks.append(Block("paragraph", position, position + len(page), page=number))
        position += len(page) + 1
    doc = document(text, tuple(blocks), "pdf")
    chunks = chunk(doc, count_tokens=count_words, size=80, overlap=0)
    places = [(part.address.page, part.address.end_page) for part in chunks]
    assert places == [(1, 2), (3, 4)]
    assert all(part.address.line is None for part in chunks)


@pytest.mark.parametrize(("size", "overlap"), [(15, 0.15), (200, 0.6), (200, -0.1)])
def test_senseless_sizes_are_refused(size, overlap):
    """Out of range is an error of the caller, named."""
    with pytest.raises(InputError):
        chunk(document("a"), count_tokens=len, size=size, overlap=overlap)


@pytest.mark.lengthy
@pytest.mark.parametrize(
    "unit", ["One sentence here. ", "a\n", "x", ". ", "\x01 ", "# H\n\ntext\n\n", "    indent\n"]
)
def test_time_grows_with_the_length(unit):
    """Eight times the text takes about eight times as long, not sixty-four."""

    def seconds(length: int) -> float:
        doc = read_markdown("a.md", (unit * (length // len(unit))).encode())
        started = time.process_time()
        chunk(doc, count_tokens=count_words)
        return time.process_time() - started

    small = min(seconds(40_000) for _ in range(2))
    assert seconds(320_000) < 24 * small + 0.5


# Context


def test_context_says_nothing_twice():
    """Title and first heading are often the same."""
    assert context("Guide", ["guide", "Setup"], count_words) == "Guide > Setup"
    assert context("", [], count_words) == ""
    assert embedding_text("", "body") == "body"
    assert embedding_text("Guide", "body") == "Guide\nbody"


def test_context_keeps_title_and_innermost_heading():
    """Of a long path the middle goes first."""
    path = [f"part {number} of the path" for number in range(12)]
    text = context("Title", path, count_words)
    assert text.startswith("Title > ")
    assert text.endswith(path[-1])
    assert count_words(text) <= CONTEXT_TOKENS


@given(
    st.text(max_size=300), st.lists(st.text(max_size=200), max_size=6), st.sampled_from(COUNTERS)
)
@settings(deadline=None)
def test_context_never_exceeds_its_limit(title, headings, count):
    """Title and headings of any length and script leave room for the body."""
    text = context(title, headings, count)
    assert count(text) <= CONTEXT_TOKENS
    assert "\n" not in text


def test_a_full_chunk_with_context_fits_the_model():
    """Body, context and the two special tokens are 256 at most."""
    assert 200 + CONTEXT_TOKENS + 2 <= 256
