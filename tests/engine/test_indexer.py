"""Adding: bad files, failing models, cancels, full devices, searches meanwhile."""

import asyncio
import io
import itertools
import zipfile

import pytest

from app.engine import BytesSource, Cancellation, PlainChunk
from app.engine.committing import Rhythm
from app.errors import CancelledError, FileError, StorageError
from app.storage.memory_store import MemoryStore
from tests.engine.helpers import ConceptEmbedder, chain, collection, paths, run, source

QUICK = Rhythm(seconds=0.0, first_chunks=4, smallest=4, largest=4)
"""Commits after every few chunks."""


def many(count, words="gold river"):
    """Files that differ in one word."""
    return [source(f"f{n:03d}.txt", f"{words} {name(n)}") for n in range(count)]


def name(number):
    """A word of its own for each number."""
    return "zq" + "".join("bdfghjklmn"[int(digit)] for digit in str(number))


class Vanishing(BytesSource):
    """A file that is gone when it is read."""

    async def read(self):
        """Fail as the platform does."""
        raise FileNotFoundError(2, "No such file or directory")


class Locked(BytesSource):
    """A file that its adapter refuses with a code."""

    async def read(self):
        """Fail with a code."""
        raise FileError("locked.txt is locked by another program.", code="unreadable")


def test_bad_files_stop_nothing():
    """Each bad file is listed with a code and a way out; the rest is indexed."""

    async def test():
        found = await collection()
        report = await found.add(
            [
                source("good.txt", "gold"),
                Vanishing("gone.txt", b""),
                Locked("locked.txt", b""),
                source("empty.txt", ""),
                BytesSource("binary.txt", bytes(range(256)) * 40),
                BytesSource("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(100)),
                BytesSource("paper.pdf", b"%PDF-1.4 nothing"),
                source("also.md", "# Silver"),
            ]
        )
        assert report.added == 2
        assert [(failure.path, failure.code) for failure in report.failed] == [
            ("gone.txt", "unreadable"),
            ("locked.txt", "unreadable"),
            ("empty.txt", "empty"),
            ("binary.txt", "not-text"),
            ("photo.png", "unsupported"),
            ("paper.pdf", "unsupported"),
        ]
        assert all(failure.message and failure.hint for failure in report.failed)

    run(test())


def test_reader_that_breaks(monkeypatch):
    """An exception that no reader should raise is a damaged file, not the end of the work."""

    def broken(family, path, data, limits):
        if path == "bad.txt":
            raise ZeroDivisionError
        return original(family, path, data, limits)

    from app import formats

    original = formats.read_as
    monkeypatch.setattr(formats, "read_as", broken)

    async def test():
        found = await collection()
        report = await found.add([source("bad.txt", "x"), source("good.txt", "gold")])
        assert [failure.code for failure in report.failed] == ["damaged"]
        assert report.added == 1

    run(test())


def test_too_large_is_not_read():
    """A file that is too large by its size is refused before a byte is read."""

    class Huge(BytesSource):
        size = 200 << 20

        async def read(self):
            raise AssertionError("was read")

    async def test():
        found = await collection()
        report = await found.add([Huge("huge.txt", b"")])
        assert [failure.code for failure in report.failed] == ["too-large"]

    run(test())


def test_failed_replacement_keeps_the_old():
    """A file that cannot be read any more leaves its last good version in place."""

    async def test():
        found = await collection()
        await found.add([source("a.txt", "gold")])
        report = await found.add([BytesSource("a.txt", bytes(range(256)) * 4)])
        assert len(report.failed) == 1
        assert paths(await found.search("gold")) == ["a.txt"]

    run(test())


def test_strange_names():
    """Paths are identities, not places: dots, emoji and marks come back as they are."""

    async def test():
        names = ["../../etc/passwd", "a/./b.txt", "😀 ½.txt", "\u202egpj.txt", "a\udcff.txt", " "]
        found = await collection()
        await found.add([source(name, f"gold {n}") for n, name in enumerate(names)])
        assert sorted(paths(await found.search("gold"))) == sorted(names)

    run(test())


def test_lone_surrogates_in_text():
    """A text that is no Unicode is taken, with a question mark in the place."""

    async def test():
        found = await collection(embedder=ConceptEmbedder())
        await found.add([PlainChunk("p", "gold \ud800 river")])
        assert (await found.search("gold")).hits[0].text == "gold ? river"

    run(test())


def test_twice_in_one_call():
    """The last of several sources with one path wins."""

    async def test():
        found = await collection()
        report = await found.add([source("a.txt", "first"), source("a.txt", "second")])
        assert report.added == 1
        assert (await found.get("a.txt")).text == "second"
        assert (await found.stats()).documents == 1

    run(test())


def test_embedder_fails_in_the_middle():
    """The chain falls to the next embedder, says so, and everything is indexed."""

    async def test():
        found = await collection(embedder=chain(ConceptEmbedder(fails_after=3)), rhythm=QUICK)
        report = await found.add(many(40))
        assert report.added == 40
        assert any("concept/1 failed" in note and "hash/1" in note for note in report.notes)
        models = {m.model: m.chunks for m in (await found.stats()).models}
        assert set(models) == {"concept/1", "hash/1"}
        assert sum(models.values()) == 40
        result = await found.search(f"gold river {name(7)}")
        assert len(result.hits) == 10
        assert any("concept/1" in note for note in result.notes)
        assert paths(await found.search(name(7), {"mode": "keyword"})) == ["f007.txt"]

    run(test())


def test_wrong_vectors_are_a_failure():
    """NaN and wrong shapes count as a failing device."""

    class Broken(ConceptEmbedder):
        async def embed(self, texts, role):
            return await super().embed(texts, role) * float("nan")

    async def test():
        found = await collection(embedder=chain(Broken()))
        report = await found.add(many(3))
        assert report.added == 3 and len(report.notes) == 1
        assert [m.model for m in (await found.stats()).models] == ["hash/1"]

    run(test())


def test_no_embedder():
    """Without any embedder everything is found by words."""

    async def test():
        from app.engine import EmbedderChain

        found = await collection(embedder=EmbedderChain([]))
        await found.add(many(5))
        assert paths(await found.search(name(3))) == ["f003.txt"]
        assert (await found.stats()).models == ()
        assert paths(await found.search(name(3), {"mode": "vector"})) == []

    run(test())


def test_same_text_is_embedded_once():
    """Texts that return within a group share one vector."""

    async def test():
        embedder = ConceptEmbedder()
        found = await collection(embedder=embedder)
        await found.add([PlainChunk(f"p{n}", "gold river") for n in range(30)])
        assert sum(map(len, embedder.batches)) == 1
        assert (await found.stats()).models[0].chunks == 30

    run(test())


def test_searchable_meanwhile():
    """What is committed is found while the rest is being indexed."""

    async def test():
        found = await collection(embedder=ConceptEmbedder(delay=0.002), rhythm=QUICK)
        adding = asyncio.ensure_future(found.add(many(60)))
        seen = []
        while not adding.done():
            result = await found.search("gold", {"k": 100, "mode": "keyword"})
            seen.append(len(result.hits))
            await asyncio.sleep(0.005)
        assert (await adding).added == 60
        assert any(0 < count < 60 for count in seen)
        assert seen == sorted(seen)

    run(test())


def test_cancel_keeps_what_is_committed():
    """After a cancel the call fails with its code, and the next call goes on from there."""

    async def test():
        store = MemoryStore()
        found = await collection(store, ConceptEmbedder(delay=0.02), rhythm=QUICK)
        cancel = Cancellation()

        def progress(state):
            if state.chunks >= 12:
                cancel.cancel()

        with pytest.raises(CancelledError):
            await found.add(many(60), on_progress=progress, cancel=cancel)
        kept = (await found.stats()).documents
        assert 0 < kept < 60
        report = await found.add(many(60))
        assert (report.added, report.skipped) == (60 - kept, kept)
        assert (await (await collection(store)).stats()).documents == 60

    run(test())


def test_close_while_adding():
    """Closing stops the work; the call settles."""

    async def test():
        found = await collection(embedder=ConceptEmbedder(delay=0.01), rhythm=QUICK)
        adding = asyncio.ensure_future(found.add(many(60)))
        await asyncio.sleep(0.05)
        await found.close()
        with pytest.raises(Exception) as caught:
            await adding
        assert caught.value.code == "closed"

    run(test())


@pytest.mark.lengthy
def test_cancelled_task():
    """A task that is cancelled at any moment leaves a whole index and a usable collection."""

    class SlowStore(MemoryStore):
        async def write(self, name, parts):
            await asyncio.sleep(0.002)
            await super().write(name, parts)

    async def test():
        stopped = 0
        for delay in (0.001, 0.005, 0.011, 0.02, 0.03, 0.05):
            store = SlowStore()
            found = await collection(store, rhythm=QUICK)
            adding = asyncio.ensure_future(found.add(many(60)))
            await asyncio.sleep(delay)
            adding.cancel()
            try:
                await adding  # a fast machine may be done by now
            except asyncio.CancelledError:
                stopped += 1
            report = await found.add(many(60))
            assert report.added + report.updated + report.skipped == 60
            again = await collection(store)
            assert (await again.stats()).documents == 60
            assert len((await again.search("gold", {"k": 100})).hits) == 60
        assert stopped

    run(test())


def test_full_device():
    """A full device is an error with a code; what was committed is found, also later."""

    async def test():
        store = MemoryStore(quota=60_000)
        found = await collection(store, rhythm=QUICK)
        with pytest.raises(StorageError) as caught:
            await found.add(many(400))
        assert caught.value.code == "quota-exceeded"
        kept = (await found.stats()).documents
        assert kept > 0
        again = await collection(store)
        assert (await again.stats()).documents == kept
        assert len((await again.search("gold")).hits) == 10

    run(test())


def test_segments_stay_few():
    """Hundreds of commits leave few segments, and a search finds across them."""

    async def test():
        store = MemoryStore()
        found = await collection(store, rhythm=QUICK)
        report = await found.add(many(300))
        stats = await found.stats()
        assert report.added == stats.documents == 300
        assert stats.generation > 60 and stats.segments <= 12
        assert paths(await found.search(name(123)))[0] == "f123.txt"
        names = await store.names()
        assert len(names) == 2 + 2 * stats.segments

    run(test())


def test_two_at_a_time():
    """Two calls of add run beside each other; both are complete."""

    async def test():
        found = await collection(embedder=ConceptEmbedder(delay=0.001), rhythm=QUICK)
        first = many(30)
        second = [source(f"g{n}.txt", f"silver {n}") for n in range(30)]
        reports = await asyncio.gather(found.add(first), found.add(second), found.add(first))
        assert sum(report.added for report in reports) >= 60
        assert (await found.stats()).documents == 60

    run(test())


def test_progress():
    """Progress never goes back, names what is done, and ends at the total."""

    async def test():
        told = []
        found = await collection(embedder=ConceptEmbedder(delay=0.005), rhythm=QUICK)
        await found.add([*many(40), source("empty.txt", "")], on_progress=told.append)
        assert [state.done for state in told] == sorted(state.done for state in told)
        assert told[-1].done == told[-1].total == 41
        assert told[-1].chunks == 40
        assert {state.phase for state in told} == {"index"}
        assert any(state.rate > 0 and state.seconds_left is not None for state in told)

    run(test())


def test_progress_of_an_archive():
    """The files in it count, as soon as their number is known."""

    async def test():
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for number in range(40):
                archive.writestr(f"{number}.txt", f"gold {name(number)}")
        box = BytesSource("x.zip", packed.getvalue())
        told = []
        found = await collection(embedder=ConceptEmbedder(delay=0.01), rhythm=QUICK)
        await found.add([box, *many(4)], on_progress=told.append)
        assert [state.done for state in told] == sorted(state.done for state in told)
        assert {state.total for state in told[1:]} == {45}
        assert any(0 < state.done < 40 for state in told)
        assert told[-1].done == 45

    run(test())


class Slowing(ConceptEmbedder):
    """Takes a millisecond a text, and after a thousand texts fifty times as long."""

    now = 0.0

    async def embed(self, texts, role):
        """As the clock of the test has it."""
        slow = sum(map(len, self.batches)) > 1000
        self.now += (0.05 if slow else 0.001) * len(texts)
        return await super().embed(texts, role)


@pytest.mark.lengthy
def test_commits_keep_their_rhythm():
    """However large a group has become while things went fast: seconds are between commits."""

    async def test():
        embedder = Slowing()
        found = await collection(embedder=embedder)
        found._clock = lambda: embedder.now
        commits = [0.0]
        commit = found._state.commit

        async def noted(group, vectors, timings):
            commits.append(embedder.now)
            return await commit(group, vectors, timings)

        found._state.commit = noted
        report = await found.add(many(4000))
        assert report.added == (await found.stats()).documents == 4000
        assert max(after - before for before, after in itertools.pairwise(commits)) < 10
        assert len(commits) < 100

    run(test())


class Stuck(BytesSource):
    """A file that takes its time to be read."""

    async def read(self):
        """Until the test says so."""
        await self.go.wait()
        return self.data


def test_a_file_that_takes_long_holds_up_no_commit():
    """What was read before it is found while it is waited for."""

    async def test():
        slow = Stuck("slow.txt", b"silver")
        object.__setattr__(slow, "go", asyncio.Event())
        found = await collection(rhythm=Rhythm(seconds=0.1))
        adding = asyncio.ensure_future(found.add([*many(5), slow]))
        async with asyncio.timeout(5):
            while (await found.stats()).documents < 5:
                await asyncio.sleep(0.02)
        assert not adding.done()
        slow.go.set()
        assert (await adding).added == 6

    run(test())


async def paused(found, **more):
    """An `add` of sixty files that was paused on the way, and the documents that are there."""
    told = []
    adding = asyncio.ensure_future(found.add(many(60), on_progress=told.append, **more))
    async with asyncio.timeout(5):
        while (await found.stats()).documents < 8:
            await asyncio.sleep(0.01)
        found.adding_gate.hold("test")
        while not told[-1].paused:
            await asyncio.sleep(0.01)
    return adding, told, (await found.stats()).documents


def test_pause_and_resume():
    """What was read is committed, then nothing happens until it goes on."""

    async def test():
        found = await collection(embedder=ConceptEmbedder(delay=0.01), rhythm=QUICK)
        adding, told, documents = await paused(found)
        assert (told[-1].chunks, told[-1].done) == (documents, documents)
        await asyncio.sleep(0.6)
        assert (await found.stats()).documents == documents < 60
        found.adding_gate.free("test")
        assert (await adding).added == 60
        assert not told[-1].paused

    run(test())


def test_cancel_and_close_while_paused():
    """Both end the call; what was committed stays."""

    async def test():
        found = await collection(embedder=ConceptEmbedder(delay=0.01), rhythm=QUICK)
        cancel = Cancellation()
        adding, _, documents = await paused(found, cancel=cancel)
        cancel.cancel()
        with pytest.raises(CancelledError):
            await adding
        assert (await found.stats()).documents == documents
        found.adding_gate.free("test")
        await found.remove([one.id for one in await found.documents()])
        adding, *_ = await paused(found)
        await found.close()
        with pytest.raises(Exception) as caught:
            await adding
        assert caught.value.code == "closed"

    run(test())
