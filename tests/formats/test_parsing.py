"""Files and the files inside of them, read and cut, and their way across a border."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest

from app.core.analysis.wordpiece import estimate_tokens
from app.errors import FileError
from app.formats import FAMILIES, Family, Member, families, parsing
from app.formats.crossing import decode, encode
from app.formats.limits import Limits
from app.formats.parsing import Parser
from app.formats.sources import BytesSource, InlineParser
from app.formats.text import read_text

BOX = b"BOX\n"


def boxed(path, data, limits):
    """Members of a box: lines `name=content`; an empty name is damage."""
    for line in data.split(b"\n")[1:]:
        name, _, content = line.partition(b"=")
        if not name:
            raise FileError(f"{path} ends too soon.", code="damaged")
        yield Member(name.decode(), content.replace(b"|", b"\n"), 7.0)


def mailed(path, data, limits):
    """A box with a text of its own, which is all of it."""
    yield from boxed(path, data, limits)
    return read_text(path, data, limits)


@pytest.fixture(autouse=True)
def box(monkeypatch):
    """A family of containers of our own, and one that holds a text besides."""
    kinds = {b"BOX\n": "box", b"MAIL\n": "mail"}
    original = parsing.formats.detect

    def detect(path, data, limits):
        starts = (kind for mark, kind in kinds.items() if data.startswith(mark))
        return next(starts, None) or original(path, data, limits)

    monkeypatch.setattr(parsing.formats, "detect", detect)
    monkeypatch.setattr(families, "_function", _function(families._function))
    monkeypatch.setitem(FAMILIES, "box", Family(members="test:boxed", archive=True))
    monkeypatch.setitem(
        FAMILIES, "mail", Family(read="app.formats.text:read_text", members="test:mailed")
    )


def _function(original):
    own = {"test:boxed": boxed, "test:mailed": mailed}
    return lambda name: own.get(name) or original(name)


def outcomes(path, data, *, known=None, limits=None, **more):
    """All that comes of a file."""

    async def collect():
        parser = Parser(count_tokens=estimate_tokens, limits=limits or Limits(), **more)
        return [one async for one in parser.parse(path, data, 3.0, known or {})]

    return asyncio.run(collect())


def said(found):
    """Path and what became of it."""
    return [
        (
            one.path,
            one.problem.code if one.problem else one.document.text if one.document else None,
            one.members,
        )
        for one in found
    ]


def test_a_file():
    """It comes alone, with digest, time and chunks."""
    [one] = outcomes("a.txt", b"Gold is heavy.")
    assert (one.size, one.modified, one.members) == (14, 3.0, None)
    assert one.digest == hashlib.sha256(b"Gold is heavy.").digest()
    assert [(part.start, part.end) for part in one.document.chunks] == [(0, 14)]


def test_members_come_before_what_they_are_in():
    """At any depth, each with the path of what it is in; what cannot be read stops nothing."""
    inner = BOX + b"deep.txt=silver"
    data = BOX + b"a.txt=gold\nempty.txt=\nin.box=" + inner.replace(b"\n", b"|")
    assert said(outcomes("x.box", data)) == [
        ("x.box/a.txt", "gold", None),
        ("x.box/empty.txt", "empty", None),
        ("x.box/in.box/deep.txt", "silver", None),
        ("x.box/in.box", None, 1),
        ("x.box", None, 3),
    ]


def test_damage_between_members():
    """What came before it stands."""
    found = outcomes("x.box", BOX + b"a.txt=gold\n=\nb.txt=lost")
    assert said(found) == [("x.box/a.txt", "gold", None), ("x.box", "damaged", 1)]


def test_a_container_with_a_text_of_its_own():
    """Mail has both; its own text is told of last."""
    assert said(outcomes("m.eml", b"MAIL\na.txt=gold")) == [
        ("m.eml/a.txt", "gold", None),
        ("m.eml", "MAIL\na.txt=gold", 1),
    ]


def test_what_is_known_is_not_read():
    """Neither a file, nor one inside of a container that has changed elsewhere."""
    data = BOX + b"a.txt=gold\nb.txt=silver"
    known = {"x.box/a.txt": hashlib.sha256(b"gold").digest()}
    found = outcomes("x.box", data, known=known)
    assert said(found)[:2] == [("x.box/a.txt", None, None), ("x.box/b.txt", "silver", None)]
    known = {"x.box": hashlib.sha256(data).digest()}
    assert said(outcomes("x.box", data, known=known)) == [("x.box", None, None)]


def test_boxes_in_boxes_end_somewhere():
    """The depth is bounded."""
    data = BOX + b"in.box=BOX|t.txt=gold"
    assert said(outcomes("x.box", data, limits=Limits(depth=2)))[0][1] == "gold"
    assert said(outcomes("x.box", data, limits=Limits(depth=1))) == [
        ("x.box/in.box", "too-large", 1),
        ("x.box", None, 1),
    ]


def test_a_reader_that_breaks(monkeypatch):
    """Whatever it raises is a code for one file."""
    for error, code in (
        (ZeroDivisionError(), "damaged"),
        (MemoryError(), "too-large"),
        (RecursionError(), "too-large"),
        (FileError("no", code="encrypted"), "encrypted"),
    ):

        def broken(_family, _path, _data, _limits, error=error):
            raise error

        monkeypatch.setattr(parsing.formats, "read_as", broken)
        [one] = outcomes("a.txt", b"gold")
        assert one.problem.code == code


def test_packages_are_asked_for_first(monkeypatch):
    """A family's packages are there before its reader is imported; files are told of."""
    monkeypatch.setitem(
        FAMILIES, "box", Family(members="test:boxed", archive=True, wheels=("boxlib",))
    )
    needed, told = [], []

    async def need(wheels):
        needed.append(wheels)

    outcomes("x.box", BOX + b"a.txt=gold", need=need, tell=told.append)
    assert needed == [("boxlib",)]
    assert told == ["x.box", "x.box/a.txt"]


def test_the_way_across():
    """What is encoded comes back equal, with every field of an address."""
    found = outcomes("x.box", BOX + "a.md=# Gäld||It is \U0001f4b0.\nempty.txt=".encode())
    for one in found:
        back = decode(json.loads(encode(one)))
        if one.problem:
            same = (back.problem.code, back.problem.message, back.problem.hint)
            assert same == (one.problem.code, one.problem.message, one.problem.hint)
        else:
            assert back == one
    assert found[0].document.chunks[0].address.heading == ("Gäld",)


def test_sources_in_order():
    """What was dealt with before is passed over; a source that cannot be read is one outcome."""

    class Gone(BytesSource):
        async def read(self):
            raise FileNotFoundError(2, "gone")

    async def collect():
        parser = InlineParser(Parser(count_tokens=estimate_tokens))
        parser.parser.passed = frozenset({"a.txt", "x.box/a.txt"})
        sources = [
            BytesSource("a.txt", b"gold"),
            Gone("b.txt", b"x"),
            BytesSource("x.box", BOX + b"a.txt=gold\nb.txt=silver"),
        ]
        return [one async for some in parser.parse(sources, {}) for one in some]

    assert said(asyncio.run(collect())) == [
        ("b.txt", "unreadable", None),
        ("x.box/b.txt", "silver", None),
        ("x.box", None, 2),
    ]
