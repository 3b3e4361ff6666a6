"""Files are read in processes, which a file may hang or end without harm."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from app.core.analysis.wordpiece import estimate_tokens
from app.formats import parsing
from app.formats.limits import Limits
from app.formats.parsing import Parser
from app.formats.sources import BytesSource, InlineParser
from app.host.files import FileSource
from app.host.parse_worker import serve
from app.host.process_parser import FEW, ProcessParser
from tests.fixtures.pdf_files import write_pdf

NOWHERE = Path("no model")


def serve_badly(pipe, model, limits):
    """As `serve`, with a reader that some files hang, and some end."""
    read_as = parsing.formats.read_as

    def read(family, path, data, limits):
        if path.endswith("hang.rst"):
            time.sleep(60)
        if path.endswith("die.rst"):
            os._exit(3)
        return read_as(family, path, data, limits)

    parsing.formats.read_as = read
    serve(pipe, model, limits)


def parser_of(*, seconds=20, serve=serve_badly):
    """A parser with one process."""
    limits = Limits(seconds=seconds)
    inline = InlineParser(Parser(count_tokens=estimate_tokens, limits=limits))
    return ProcessParser(inline, model=NOWHERE, limits=limits, size=1, serve=serve)


@pytest.fixture
def put(tmp_path):
    """`put(name, ...)`: sources of files that hold their names."""

    def make(*names):
        for name in names:
            (tmp_path / name).write_text(f"in {name}")
        return [FileSource.of(tmp_path / name) for name in names]

    return make


def outcome(parsed):
    """Its name, and the code, the text or nothing."""
    name = parsed.path.rpartition("/")[2]
    if parsed.problem:
        return name, parsed.problem.code
    return name, parsed.document.text if parsed.document else None


async def said(parser, sources, known=None):
    """Name and outcome of each, in the order in which they come."""
    return [outcome(one) async for some in parser.parse(sources, known or {}) for one in some]


def test_a_file_that_ends_its_reader(put):
    """Is damaged; what comes behind it is read by another process, and none is said twice."""

    async def test():
        parser = parser_of()
        began = time.monotonic()
        assert await said(parser, put("a.rst", "die.rst", "c.rst")) == [
            ("a.rst", "in a.rst"), ("die.rst", "damaged"), ("c.rst", "in c.rst"),
        ]  # fmt: skip
        assert await said(parser, put("d.rst")) == [("d.rst", "in d.rst")]
        assert time.monotonic() - began < 20
        parser.close()

    asyncio.run(test())


@pytest.mark.lengthy
def test_a_file_that_hangs(put):
    """Is damaged after the time of silence that is allowed."""

    async def test():
        parser = parser_of(seconds=2)
        found = await said(parser, put("a.rst", "hang.rst", "c.rst"))
        assert found == [("a.rst", "in a.rst"), ("hang.rst", "damaged"), ("c.rst", "in c.rst")]
        parser.close()

    asyncio.run(test())


def test_giving_up(put):
    """Ends the process with the file that it has open, at once."""

    async def test():
        parser = parser_of()
        task = asyncio.ensure_future(said(parser, put("hang.rst")))
        await asyncio.sleep(1)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 5
        assert await said(parser, put("a.rst")) == [("a.rst", "in a.rst")]
        parser.close()

    asyncio.run(test())


def test_what_is_read_where_it_is_called(put, monkeypatch):
    """Few small files of text, and sources that are no files; no process is started."""

    async def test():
        parser = parser_of()
        monkeypatch.setattr(parser, "_start", None)
        found = await said(parser, put("a.txt", "b.md"))
        assert found == [("a.txt", "in a.txt"), ("b.md", "in b.md")]
        assert await said(parser, [BytesSource("x.rst", b"gold")]) == [("x.rst", "gold")]

    asyncio.run(test())


def test_pdfs_and_what_is_known(put, tmp_path):
    """All of it reaches the process."""
    (tmp_path / "a.pdf").write_bytes(write_pdf([["Gold is heavy."]]))
    sources = [FileSource.of(tmp_path / "a.pdf"), *put(*(f"{n}.txt" for n in range(FEW + 1)))]

    async def test():
        parser = parser_of(serve=serve)
        found = await said(parser, sources)
        assert found[0] == ("a.pdf", "Gold is heavy.")
        assert len(found) == FEW + 2
        digests = {}
        async for some in parser.parse(sources, {}):
            digests |= {one.path: one.digest for one in some}
        assert {outcome for _, outcome in await said(parser, sources, digests)} == {None}
        parser.close()

    asyncio.run(test())
