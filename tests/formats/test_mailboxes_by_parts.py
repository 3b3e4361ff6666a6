"""Large mailboxes are read by parts, to the same end as in memory."""

from __future__ import annotations

import asyncio
import base64
import random
import tracemalloc
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis.wordpiece import estimate_tokens
from app.errors import FileError
from app.formats import mailbox, slices, sources
from app.formats.inside import inside
from app.formats.limits import Limits
from app.formats.mail_headers import ENVELOPE
from app.formats.parsing import Parser
from app.formats.slices import LARGE, PIECE
from app.formats.sources import BytesSource, InlineParser
from app.host.files import FileSource
from tests.formats.test_slices import Watched, outcomes, sliced

LINE = b"From ada@example.org Fri May 17 10:30:00 2024\n"
HEADER = b"Subject: Gold\nDate: Fri, 17 May 2024 10:30:00 +0200\n\n"


def spans(data: bytes) -> list[bytes]:
    """The messages of a mailbox as one looks for them who has all of it before his eyes."""
    begins = [
        at
        for at in range(len(data))
        if data.startswith(b"From ", at)
        and (at == 0 or data[:at].endswith((b"\n\n", b"\n\r\n")))
        and ENVELOPE.match(data[at : at + 500])
    ]
    messages = [data[a:b] for a, b in pairwise([*begins, len(data)])]
    return [one[one.index(b"\n") + 1 :] for one in messages]


def unquoted(message: bytes) -> bytes:
    """Without the marks before "From "."""
    lines = message.split(b"\n")
    marked = [line.startswith(b">") and line.lstrip(b">").startswith(b"From ") for line in lines]
    return b"\n".join(line[mark:] for line, mark in zip(lines, marked, strict=True))


def by_parts(data: bytes, size: int) -> list[tuple[object, ...]]:
    """The messages, where no more than `size` bytes are looked at in one go, and some beside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mailbox, "STEP", size)
        patch.setattr(slices, "PIECE", size)
        return facts(Watched(data))


def facts(data) -> list[tuple[object, ...]]:
    """All that is said of each message, and how it ends."""
    found: list[tuple[object, ...]] = []
    try:
        for one in mailbox.messages("Inbox", data):
            problem = one.problem and one.problem.code
            found.append((one.path, one.data, one.modified, problem, one.left))
    except FileError as error:
        found.append((error.code,))
    return found


BOX = (
    LINE + HEADER + b"Gold is heavy.\n>From the start\n>>From twice\nFrom here it is prose.\n\n"
    + LINE.replace(b"\n", b"\r\n") + HEADER.replace(b"\n", b"\r\n") + b"x\r\n\r\n"
    + b"From the bank, at 10:30, no header follows\n\nFrom x 10:30\n\n"
    + LINE + b">From strange@example.org\nSubject: Gold\n\n\n\n\n" + LINE + b"\n"
    + LINE + b"Subject: last\n\ny"
)  # fmt: skip


def test_parts_that_end_anywhere():
    """A part of any size: its end falls upon each byte of what begins a message."""
    whole = facts(BOX)
    assert [one[1] for one in whole] == [unquoted(one) for one in spans(BOX) if len(one) > 2]
    assert len(whole) == 4 and b"\n>From twice" in whole[0][1]
    for size in range(1, len(BOX) + 2):
        assert by_parts(BOX, size) == whole, size


@given(
    st.lists(
        st.sampled_from(
            [
                LINE, HEADER, b"\n", b"\r\n", b"\n\n", b"From ", b">", b"x", b"10:30", b"X-Y: z\n",
                b"From a 10:30\nTo: b\n", b"\x00\xff", b"y" * 300, LINE[:-1] + b"z" * 70 + b"\n",
            ]
        ),
        max_size=40,
    ),
    st.integers(1, 700),
)  # fmt: skip
def test_any_bytes_by_parts_of_any_size(some, size):
    """The same messages, names and errors as in memory, and as a plain search finds them."""
    for data in (b"".join(some), LINE + HEADER + b"".join(some)):
        whole = facts(data)
        assert by_parts(data, size) == whole
        if spans(data):
            assert [one[1] for one in whole] == [unquoted(o) for o in spans(data) if len(o) > 2]
        else:
            assert whole == [("damaged",)]


def boxed(*bodies: bytes) -> bytes:
    """A mailbox with these texts."""
    return b"".join(LINE + HEADER + body + b"\n\n" for body in bodies)


SMALL = 5000
"""Bytes of a part in tests that read much text."""
LIE = b"From the first day on, at 10:30\n"
MAILBOXES = {
    "some.mbox": boxed(b"gold", b"silver " * 1000, b"tin"),
    "Inbox": boxed(b"gold", b"silver"),
    "one line.mbox": LINE + b"Subject: x\n\n" + b"gold " * SMALL,
    "one line without an end of its header.mbox": LINE + b"Subject: " + b"x" * (20 * SMALL),
    "lies.mbox": LIE + b"gold is heavy\n" * 100,
    "lies.txt": LIE + HEADER + b"gold is heavy\n",
    "a letter.mbox": HEADER + b"From: a@b.org\nTo: c\nMessage-ID: 1\n\n" + boxed(b"gold"),
    "first line alone.mbox": LINE,
    "zeros.mbox": LINE + b"X: y\n\n" + bytes(5 * SMALL) + b"\n\n" + boxed(b"gold"),
    "holds a PDF.mbox": boxed(b"%PDF-1.7\n\x00\x01\x02\x03" * 40, b"gold"),
    "begins late.mbox": LINE[:-1] + b" " * 70 + b"\n" + HEADER + b"\n\n" + boxed(b"gold"),
    **{f"cut at {n}.mbox": boxed(b"gold " * 9, b"tin")[:n] for n in range(0, 260, 13)},
}


@pytest.mark.parametrize("name", MAILBOXES)
def test_the_same_as_in_memory(name, monkeypatch):
    """Every message, or why not; those that are no mailboxes are read whole, as ever."""
    monkeypatch.setattr(sources, "LARGE", 1)
    monkeypatch.setattr(slices, "PIECE", SMALL)
    monkeypatch.setattr(mailbox, "STEP", SMALL - PIECE + mailbox.STEP)
    data = MAILBOXES[name]
    for limits in ({}, {"members": 1}, {"file_bytes": 300}, {"archive_bytes": 90}, {"depth": 1}):
        source = sliced(name, data)
        found = outcomes(source, **limits)
        expected = outcomes(BytesSource(name, data, 5.0), **limits)
        if not name.endswith(".mbox") and limits in ({"file_bytes": 300}, {"archive_bytes": 90}):
            continue  # the name does not say that it may be larger; see below
        assert found == expected
        if any(members for _, _, members, _, _ in expected):
            assert not source.whole and source.watched.most <= 1 << 16  # what tells its family


def test_mailboxes_are_known_by_how_they_begin(monkeypatch):
    """The limit of mailboxes holds whatever they are called; each message keeps to its own."""
    monkeypatch.setattr(sources, "LARGE", 1)
    data = boxed(b"gold", b"silver " * 200, b"tin")
    found = outcomes(sliced("Inbox", data), file_bytes=300)
    assert [(path, code) for path, _, _, code, _ in found] == [
        ("Inbox/Gold.eml", None),
        ("Inbox/Gold (2).eml", "too-large"),
        ("Inbox/Gold (3).eml", None),
        ("Inbox", None),
    ]
    assert outcomes(sliced("Inbox", data), archive_bytes=300)[0][3] == "too-large"


def test_signs_of_life():
    """While a message of many parts is passed over, and for each message."""
    data = boxed(b"gold", b"silver\n" * (3 * LARGE // 7), b"tin")
    heard: list[str] = []
    parser = Parser(count_tokens=estimate_tokens, tell=heard.append, limits=Limits(file_bytes=999))

    async def read():
        return [one async for one in parser.parse_large("Inbox", Watched(data), None, {})]

    found = asyncio.run(read())
    assert [one.problem and one.problem.code for one in found] == [None, "too-large", None, None]
    first = heard.index("Inbox/Gold.eml")
    assert heard[:first].count("Inbox") >= 6, "its digest, its messages counted"
    assert heard[first : heard.index("Inbox/Gold (3).eml")].count("Inbox") >= 2
    assert parser.heard(Watched(b"gold"))[1:3] == b"ol"


def test_a_file_within_a_message():
    """Is found by its path, as in memory; a mailbox that goes away meanwhile says so."""
    note = base64.encodebytes(b"Gold is heavy.")
    parts = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nSubject: Plan\n\n"
    parts += b"--b\n\nSee there.\n--b\nContent-Disposition: attachment; filename=n.txt\n"
    parts += b"Content-Transfer-Encoding: base64\n\n" + note + b"--b--\n\n"
    data = boxed(b"tin") + LINE + parts + boxed(b"silver")
    assert inside("Inbox", Watched(data), "Plan.eml/n.txt") == b"Gold is heavy."
    assert inside("Inbox", Watched(data), "Gold (2).eml").endswith(b"silver\n\n")
    assert inside("Inbox", Watched(data), "Gold (3).eml") is None
    with pytest.raises(FileError) as caught:
        inside("Inbox", Watched(data, end=300), "Gold (2).eml")
    assert caught.value.code == "unreadable"


async def found(file: Path) -> int:
    """How many messages there are."""
    slices = await FileSource.of(file).slices()
    return sum(1 for _ in mailbox.messages("Inbox", slices))


async def read(file: Path) -> int:
    """How many of them become documents."""
    parser = InlineParser(Parser(count_tokens=estimate_tokens))
    parsed = [one async for some in parser.parse([FileSource.of(file)], {}) for one in some]
    return sum(1 for one in parsed if one.document is not None)


def with_peak(work: Callable[[Path], Coroutine[None, None, int]], file: Path) -> tuple[int, int]:
    """What some work on a file gives, and the most bytes that it took at a time."""
    tracemalloc.start()
    try:
        count = asyncio.run(work(file))
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.lengthy
def test_memory(tmp_path):
    """A mailbox of 60 MB takes what its largest message takes, of 1 MB, and a few MB."""
    file = tmp_path / "Inbox"
    rng, largest = random.Random(1), 0
    head = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nSubject: x\n\n--b\n"
    attached = b"--b\nContent-Disposition: attachment; filename=n.bin\n"
    attached += b"Content-Transfer-Encoding: base64\n\n"
    with file.open("wb") as out:
        for number in range(60):
            encoded = (base64.encodebytes if number < 3 else base64.b64encode)(
                rng.randbytes(760_000)
            )
            message = LINE + head + b"\nGold %d.\n" % number + attached + encoded + b"\n--b--\n\n"
            largest = max(largest, out.write(message))
    assert FileSource.of(file).size > 58 * PIECE
    # Python's `email` takes eight times the length of a message, in lines.
    for work, most in ((found, 2 * PIECE + 3 * largest), (read, 4 * PIECE + 10 * largest)):
        # In a process of its own: what other tests have left may end, and take memory, any time.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
            count, peak = processes.submit(with_peak, work, file).result()
        assert count == 60
        assert peak < most, f"{work.__name__}: {peak / PIECE:.1f} MB"
