"""Jobs of files: how they are cut, run ahead of their turn, come back in order and are given up."""

import asyncio
import time

import pytest

from app.engine import BytesSource, PlainChunk, reading_ahead
from app.engine.reading_ahead import JOB_BYTES, JOB_FILES, PASSAGES, ReadAhead, jobs
from app.errors import FileError
from app.formats.parsing import Parsed
from tests.engine.helpers import collection, run, source


class Slow:
    """A parser of several jobs at a time; later ones are done first."""

    def __init__(self, ahead, *, fails=()):
        self.ahead = ahead
        self.fails = fails
        self.running = self.most = self.begun = self.ended = 0

    async def parse(self, sources, known):
        """One outcome a file, after a while."""
        self.begun += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            for one in sources:
                await asyncio.sleep(0.02 / self.begun)
                if one.path in self.fails:
                    raise ZeroDivisionError
                yield [Parsed(one.path, one.size, b"", known.get(one.path))]
        finally:
            self.running -= 1
            self.ended += 1


def big(number):
    """A file that fills a job."""
    return BytesSource(f"{number}.txt", bytes(JOB_BYTES))


async def order(parser, sources, known=None):
    """Paths in the order in which they come back."""
    found = []
    work = jobs(sources, [known or {}] * len(sources))
    async for outcome in ReadAhead(parser).outcomes(work):
        if isinstance(outcome, list):
            found += [plain.id for plain in outcome]
        else:
            found += [one.path for one in outcome[1]]
    return found


def test_small_files_share_a_job():
    """Up to a number and a size; passages stand between jobs."""
    small = [source(f"{n}.txt", "x") for n in range(JOB_FILES + 2)]
    cut = list(jobs([*small, PlainChunk("p", "text"), big(1), small[0]], [{}] * (JOB_FILES + 5)))
    assert [len(job if isinstance(job, list) else job.sources) for job in cut] == [
        JOB_FILES,
        2,
        1,
        1,
        1,
    ]


def test_passages_come_together():
    """So many at a time, and files are not overtaken by them."""
    passages = [PlainChunk(f"p{n}", "text") for n in range(PASSAGES + 1)]
    sources = [*passages, source("a.txt", "x"), *passages[:2]]
    cut = list(jobs(sources, [{}] * len(sources)))
    sizes = [len(job) if isinstance(job, list) else "file" for job in cut]
    assert sizes == [PASSAGES, 1, "file", 2]


@pytest.mark.parametrize("ahead", [0, 2])
def test_as_many_passages_as_one_likes(ahead):
    """None is looked at twice: twice as many take about twice as long."""
    passages = [PlainChunk(str(n), "text") for n in range(40_000)]

    def seconds(count):
        begun = time.process_time()
        found = run(order(Slow(ahead), [big(0), *passages[:count], big(1)]))
        assert found == ["0.txt", *map(str, range(count)), "1.txt"]
        return time.process_time() - begun

    few, many = seconds(4_000), seconds(40_000)
    assert many < 40 * few + 0.2


@pytest.mark.parametrize("ahead", [0, 1, 3])
def test_order_is_kept(ahead):
    """Whichever is done first, and with passages between."""
    sources = [big(1), big(2), PlainChunk("p", "text"), big(3), big(4), big(5)]
    parser = Slow(ahead)
    assert run(order(parser, sources)) == ["1.txt", "2.txt", "p", "3.txt", "4.txt", "5.txt"]
    assert parser.most == ahead + 1
    assert parser.begun == parser.ended == 5


def test_bytes_ahead_are_bounded(monkeypatch):
    """However many jobs the parser would take."""
    monkeypatch.setattr(reading_ahead, "MOST_BYTES", 2 * JOB_BYTES)
    parser = Slow(8)
    run(order(parser, [big(n) for n in range(6)]))
    assert parser.most == 3


def test_a_parser_that_fails_is_heard():
    """What it raises comes out in its turn."""
    with pytest.raises(ZeroDivisionError):
        run(order(Slow(2, fails={"2.txt"}), [big(1), big(2), big(3)]))


def test_what_is_given_up_ends():
    """No job goes on behind the back of a call that has ended."""

    async def test():
        parser = Slow(3)
        ahead = ReadAhead(parser)
        sources = [big(n) for n in range(6)]
        async for _ in ahead.outcomes(jobs(sources, [{}] * 6)):
            break
        await ahead.close()
        assert parser.running == 0
        assert parser.begun == parser.ended

    run(test())


class Boxes:
    """A parser of boxes: each line of a file is one inside of it."""

    ahead = 1

    def __init__(self):
        self.read = []

    async def parse(self, sources, known):
        """The lines, then the box; a line "!" is damage."""
        found = await collection()
        for one in sources:
            problem, count = None, 0
            for line in one.data.decode().split("\n"):
                if line == "!":
                    problem = FileError("cut off", code="damaged")
                    break
                count += 1
                async for some in found._parser.parse(
                    [source(f"{one.path}/{line.split()[0]}.txt", line)], known
                ):
                    self.read += [parsed.path for parsed in some if parsed.document]
                    yield some
            yield [Parsed(one.path, one.size, b"", one.modified, problem=problem, members=count)]


def test_an_archive_is_kept_in_step():
    """Its files are documents; those that are gone from it go, unless it is damaged."""

    async def test():
        boxes = Boxes()
        found = await collection(parser=boxes)

        async def add(text):
            report = await found.add([source("x.box", text)])
            return report.added, report.updated, report.skipped, report.removed

        async def documents():
            return [one.path for one in await found.documents()]

        assert await add("gold one\nsilver two\nlead three") == (3, 0, 0, 0)
        boxes.read.clear()
        assert await add("gold one\nsilver new") == (0, 1, 1, 1)
        assert boxes.read == ["x.box/silver.txt"]
        assert await documents() == ["x.box/gold.txt", "x.box/silver.txt"]
        assert await add("gold one\n!") == (0, 0, 1, 0)
        assert await documents() == ["x.box/gold.txt", "x.box/silver.txt"]

    run(test())
