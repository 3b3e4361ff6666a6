"""Exports for others: lines of JSON with vectors, Markdown for language models."""

import io
import json
import zipfile

import numpy as np
import pytest

from app.engine import llm
from app.engine.publishing import WRITERS, writer_of
from app.errors import InputError
from app.storage.portable import Portion, about
from tests.engine.helpers import ConceptEmbedder, collection, run, source
from tests.storage.portable_helpers import BytesSink, KeptStore

PAGES = "# Report\n\nThe first page has gold.\f\n\nThe second page has silver."


async def library(store=None):
    """Documents with headings, in folders, one replaced and one removed."""
    found = await collection(store or KeptStore(), ConceptEmbedder())
    long = "\n\n".join(f"## Part {n}\n\nCopper and stone, number {n}. " * 12 for n in range(8))
    await found.add(
        [
            source("notes/gold.md", "# Gold [x]\n\nGold does not rust 😀.", modified=86_400.0),
            source("notes/long.md", long),
            source("letters/dog.md", "Dear puppy, <b>bring</b> cash."),
            source("gone.md", "Never to be seen."),
        ]
    )
    await found.add([source("notes/gold.md", "# Gold [x]\n\nGold does not rust, ever.")])
    await found.remove(["gone.md"])
    return found


async def published(found, name, **portion):
    """What is written, and what is said of it."""
    sink = BytesSink()
    told = about(app="test", collection="my library", portion=Portion(**portion))
    return sink, await found.export(told, sink, write=writer_of(name))


def test_lines_of_json():
    """Each passage is a line with its text, place and vector; nothing that was removed is there."""

    async def test():
        found = await library()
        sink, done = await published(found, "jsonl")
        lines = [json.loads(line) for line in sink.data.splitlines()]
        stats = await found.stats()
        assert (len(lines), done.chunks, done.documents) == (stats.chunks, stats.chunks, 3)
        assert done.bytes == len(sink.data) and done.left_out == ()
        (gold,) = [line for line in lines if line["path"] == "notes/gold.md"]
        assert gold["id"] == "notes/gold.md#0" and gold["document_id"] == "notes/gold.md"
        assert "ever" in gold["text"] and "page" not in gold
        whole = await found.get("notes/long.md")
        parts = [line for line in lines if line["path"] == "notes/long.md"]
        assert [part["chunk"] for part in parts] == list(range(len(parts))) and len(parts) > 3
        for part in parts:
            assert part["text"] == whole.text[part["start"] : part["end"]]
            assert part["model"] == "concept/1" and part["heading"]
            assert abs(float(np.linalg.norm(part["vector"])) - 1) < 1e-5
            passage = await found.get(part["id"])
            assert passage.text == part["text"]

    run(test())


def test_portions_of_lines():
    """One folder, without texts or without vectors."""

    async def test():
        found = await library()
        sink, done = await published(found, "jsonl", source="letters", vectors=False)
        (line,) = [json.loads(line) for line in sink.data.splitlines()]
        assert line["path"] == "letters/dog.md" and "vector" not in line and done.documents == 1
        sink, _ = await published(found, "jsonl", texts=False)
        lines = [json.loads(line) for line in sink.data.splitlines()]
        assert {line["text"] for line in lines} == {""} and "vector" in lines[0]

    run(test())


def test_what_is_damaged_is_told():
    """A text that cannot be read is left out and named."""

    async def test():
        store = KeptStore()
        found = await library(store)
        (name,) = [name for name in await store.names() if name == "seg-00000001.txt"]
        data = bytearray(await store.read(name))
        data[data.index(b"Dear puppy")] ^= 1
        await store.write(name, [data])
        sink, done = await published(found, "jsonl")
        assert [(left.what, left.paths) for left in done.left_out] == [
            ("documents", ("letters/dog.md",))
        ]
        assert b"Gold does not rust" in sink.data and b"puppy" not in sink.data

    run(test())


def test_one_markdown_file():
    """A table of contents, then every document under its number, with its source."""

    async def test():
        found = await library()
        sink, _ = await published(found, "llm-md")
        text = sink.data.decode()
        assert text.startswith("# my library\n\n3 documents.")
        contents = text[: text.index("\n---\n")]
        assert "(`notes/gold.md`)" in contents and "Gold \\[x\\]" in contents
        for number in (1, 2, 3):
            assert f"\n## [{number}] " in text and f"\n{number}. " in contents
        assert "Source: `letters/dog.md`" in text and "<b>bring</b>" in text

    run(test())


@pytest.mark.lengthy
def test_files_of_bounded_size():
    """A zip of Markdown: files within their limit, all text in them, and lists for both readers."""

    async def test():
        found = await library()
        many = [source(f"many/{n}.md", f"# Number {n}\n\n" + "word " * 9000) for n in range(12)]
        await found.add([*many, source("huge.txt", "A line of it.\n" * 30_000)])
        sink, done = await published(found, "llm-zip")
        with zipfile.ZipFile(io.BytesIO(sink.data)) as archive:
            assert archive.testzip() is None
            texts = {name: archive.read(name).decode() for name in archive.namelist()}
        told = json.loads(texts["manifest.json"])
        assert (told["format"], len(told["documents"])) == ("fossick-llm/1", done.documents)
        files = {name: text for name, text in texts.items() if name.startswith("documents/")}
        assert len(files) > 4
        assert all(len(text) <= llm.LIMIT + 100 for text in files.values())
        assert sum(text.count("A line of it.") for text in files.values()) == 30_000
        for each in told["documents"]:
            assert all(name in files for name in each["files"])
            assert f"## [{each['number']}]" in files[each["files"][0]]
            assert f"(`{each['path']}`) in {', '.join(each['files'])}" in texts["llm.md"]

    run(test())


def test_pages_are_marked():
    """A document with pages can be cited by page."""
    marked = llm._marked(7, PAGES, [])
    assert marked.startswith("[7, page 1]\n\n# Report") and "[7, page 2]\n\n" in marked


def test_formats_have_names():
    """A format that there is not is refused."""
    assert set(WRITERS) == {"jsonl", "llm-md", "llm-zip"}
    for odd in ("pdf", None, 3):
        with pytest.raises(InputError, match="no format"):
            writer_of(odd)
