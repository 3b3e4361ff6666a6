"""Folders are kept in step: what is gone goes, what moved keeps its vectors, what was refused is
remembered."""

import io
import zipfile
from email.message import EmailMessage

import pytest

from app.engine import BytesSource, Cancellation
from app.errors import CancelledError
from app.storage import ledger
from app.storage.memory_store import MemoryStore
from tests.engine.helpers import ConceptEmbedder, chain, collection, run, source


class Counted(BytesSource):
    """A file that counts how often it is read."""

    reads = 0

    async def read(self):
        """The bytes."""
        Counted.reads += 1
        return self.data


@pytest.fixture(autouse=True)
def _from_zero():
    Counted.reads = 0


def files(**texts):
    """Files of the folder "notes", by name."""
    return [Counted(f"notes/{name}.txt", text.encode(), 5.0) for name, text in texts.items()]


def numbers(report):
    """The counts of a report."""
    return report.added, report.updated, report.skipped, report.removed, report.moved


async def paths(found):
    """Paths of all documents."""
    return [one.path for one in await found.documents()]


def test_what_is_gone_is_removed():
    """Below the folder that is given whole, and nowhere else."""

    async def test():
        found = await collection()
        await found.add([source("notes-old/a.txt", "lead"), *files(a="gold", b="silver")])
        report = await found.add(files(a="gold", c="tin"), whole=["notes"])
        assert numbers(report) == (1, 0, 1, 1, 0)
        assert await paths(found) == ["notes-old/a.txt", "notes/a.txt", "notes/c.txt"]
        assert numbers(await found.add([], whole=["notes"])) == (0, 0, 0, 2, 0)
        assert await paths(found) == ["notes-old/a.txt"]

    run(test())


def test_paths_that_are_given_whole():
    """A file or a folder in the folder: nothing else of it is looked at, and none of its name."""

    async def test():
        found = await collection()
        single = source("notes", "a file that is called like the folder")
        deep = [Counted(f"notes/deep/{name}.txt", name.encode(), 5.0) for name in "xy"]
        await found.add([single, *files(a="gold", b="silver", c="tin"), *deep])
        [x, _] = deep
        report = await found.add([x, *files(b="silver")], whole=["notes/a.txt", "notes/deep"])
        assert numbers(report) == (0, 0, 2, 2, 0)
        left = ["notes", "notes/b.txt", "notes/c.txt", "notes/deep/x.txt"]
        assert await paths(found) == left
        moved = [Counted("notes/new.txt", b"tin", 5.0)]
        report = await found.add(moved, whole=["notes/c.txt", "notes/new.txt"])
        assert numbers(report) == (1, 0, 0, 0, 1)
        await found.add([], whole=["notes"])
        assert await paths(found) == ["notes"]

    run(test())


def test_only_what_changed_is_read():
    """Size and time tell; the rest is not touched."""

    async def test():
        found = await collection()
        texts = {f"f{n}": f"gold {n}" for n in range(50)}
        await found.add(files(**texts), whole=["notes"])
        Counted.reads = 0
        texts |= {"f3": "silver changed", "new": "tin"}
        del texts["f9"]
        report = await found.add(files(**texts), whole=["notes"])
        assert numbers(report) == (1, 1, 48, 1, 0)
        assert Counted.reads == 2

    run(test())


def test_what_has_moved_keeps_its_vectors():
    """It is found under its new name, and no model is asked."""

    async def test():
        model = ConceptEmbedder()
        found = await collection(embedder=chain(model))
        await found.add(files(a="the dog barks", b="a fast car"), whole=["notes"])
        nearest = {"mode": "vector", "k": 1}
        before = (await found.search("puppy", nearest)).hits[0].legs["vector"].score
        asked = len(model.batches)
        moved = [Counted("notes/deep/dog.txt", b"the dog barks", 5.0), *files(b="a fast car")]
        report = await found.add(moved, whole=["notes"])
        assert numbers(report) == (1, 0, 1, 0, 1)
        assert len(model.batches) == asked
        [hit] = (await found.search("puppy", nearest)).hits
        assert (hit.path, hit.legs["vector"].score) == ("notes/deep/dog.txt", before)
        assert await paths(found) == ["notes/b.txt", "notes/deep/dog.txt"]

    run(test())


def test_refused_files_are_remembered():
    """They are told of again without being read; a change, or a removal, ends that."""

    async def test():
        store = MemoryStore()
        found = await collection(store)
        bad = Counted("notes/bad.txt", b"\x00\x01\x02\xff" * 300, 5.0)
        report = await found.add([bad, *files(a="gold")], whole=["notes"])
        assert [failure.code for failure in report.failed] == ["not-text"]
        found = await collection(store)
        Counted.reads = 0
        again = await found.add([bad, *files(a="gold")], whole=["notes"])
        assert (again.failed, Counted.reads) == (report.failed, 0)
        [entry] = await found.unread()
        assert (entry.path, entry.code, entry.size) == ("notes/bad.txt", "not-text", 1200)
        good = Counted("notes/bad.txt", b"now it is text", 6.0)
        assert (await found.add([good, *files(a="gold")], whole=["notes"])).added == 1
        assert await found.unread() == []
        await found.add([bad], whole=["notes"])
        await found.add([], whole=["notes"])
        assert await found.unread() == []

    run(test())


def test_a_refused_file_can_be_dismissed():
    """Removing it takes it off the list."""

    async def test():
        found = await collection()
        await found.add([source("bad.txt", "")])
        assert [entry.code for entry in await found.unread()] == ["empty"]
        await found.remove(["bad.txt"])
        assert await found.unread() == []

    run(test())


def test_a_cancelled_call_removes_nothing():
    """Neither documents that seem to be gone, nor what is known of files."""

    async def test():
        found = await collection()
        await found.add(files(a="gold", b="silver"), whole=["notes"])
        cancel = Cancellation()
        cancel.cancel()
        with pytest.raises(CancelledError):
            await found.add(files(c="tin"), whole=["notes"], cancel=cancel)
        assert await paths(found) == ["notes/a.txt", "notes/b.txt"]

    run(test())


def zipped(**texts):
    """An archive of texts by name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.txt", text)
    return Counted("x.zip", packed.getvalue(), 5.0)


def test_an_archive_is_opened_again_when_something_of_it_is_missing():
    """It is passed over while all that came of it is there, and not after a removal."""

    async def test():
        found = await collection()
        box = zipped(a="gold", b="silver")
        assert numbers(await found.add([box])) == (2, 0, 0, 0, 0)
        assert (numbers(await found.add([box])), Counted.reads) == ((0, 0, 1, 0, 0), 1)
        await found.remove(["x.zip/a.txt"])
        assert numbers(await found.add([box])) == (1, 0, 1, 0, 0)
        assert await paths(found) == ["x.zip/a.txt", "x.zip/b.txt"]

    run(test())


def test_an_archive_whose_commit_failed_is_read_again():
    """What is known of it counts only with the documents that came of it."""

    async def test():
        found = await collection()
        cancel = Cancellation()
        box = zipped(a="gold", b="silver")

        async def stopped(*_given):
            raise CancelledError("stopped before the commit")

        commit, found._state.commit = found._state.commit, stopped
        with pytest.raises(CancelledError):
            await found.add([box], cancel=cancel)
        found._state.commit = commit
        assert await paths(found) == []
        assert numbers(await found.add([box])) == (2, 0, 0, 0, 0)

    run(test())


def mail(subject="Gold", **texts):
    """A mail that came with texts, by name."""
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@example.org", subject
    message.set_content(f"{subject} in the river.")
    for name, text in texts.items():
        message.add_attachment(text, filename=f"{name}.txt")
    return message.as_bytes()


def damage(found, path):
    """Have a document look damaged from now on."""
    sound = type(found._state.view.snapshot.segments[0].segment).is_sound

    def is_sound(segment, ordinal):
        return segment.documents.id[ordinal] != path and sound(segment, ordinal)

    return is_sound


@pytest.mark.parametrize("lost", ["m.eml", "m.eml/a.txt"])
@pytest.mark.parametrize("touched", [5.0, 6.0])
def test_a_mail_of_which_something_is_lost_is_opened_again(lost, touched, monkeypatch):
    """Whether it or what came with it is removed or damaged, looked at by time or by hash."""

    async def test():
        found = await collection()
        box = mail(a="tin", b="zinc")
        assert numbers(await found.add([Counted("m.eml", box, 5.0)])) == (3, 0, 0, 0, 0)
        assert numbers(await found.add([Counted("m.eml", box, 5.0)])) == (0, 0, 1, 0, 0)
        assert Counted.reads == 1
        assert await found.unread() == []
        await found.remove([lost])
        again = Counted("m.eml", box, touched)
        assert numbers(await found.add([again])) == (1, 0, 2, 0, 0)
        assert await paths(found) == ["m.eml", "m.eml/a.txt", "m.eml/b.txt"]
        segment = type(found._state.view.snapshot.segments[0].segment)
        monkeypatch.setattr(segment, "is_sound", damage(found, lost))
        assert numbers(await found.add([again])) == (0, 1, 2, 0, 0)

    run(test())


def test_mails_in_a_mailbox_keep_what_came_with_them():
    """Of a mailbox that has grown, mails that were there are not opened, and lose nothing."""

    async def test():
        found = await collection()
        from_line = b"From ada@example.org Mon Jan  5 10:00:00 2026\n"
        first = from_line + mail("Gold", a="tin") + b"\n\n"
        second = from_line + mail("Lead") + b"\n"
        await found.add([Counted("x.mbox", first, 5.0)])
        before = await paths(found)
        assert [path.count("/") for path in before] == [1, 2]
        report = await found.add([Counted("x.mbox", first + second, 6.0)])
        assert numbers(report) == (1, 0, 1, 0, 0)
        assert set(before) < set(await paths(found))
        assert numbers(await found.add([Counted("x.mbox", first + second, 6.0)])) == (0, 0, 1, 0, 0)
        await found.remove([before[1]])
        report = await found.add([Counted("x.mbox", first + second, 6.0)])
        assert numbers(report) == (1, 0, 2, 0, 0)
        assert numbers(await found.add([Counted("x.mbox", second, 7.0)])) == (0, 0, 1, 2, 0)

    run(test())


def test_what_a_rule_leaves_out_is_named():
    """Until it is left out no longer; one that was read before goes from a whole folder."""

    async def test():
        found = await collection()
        await found.add(files(a="gold", b="silver"), whole=["notes"])
        ignored = {"notes/b.txt": "the pattern leaves it out", "notes/build": "so does another"}
        report = await found.add(files(a="gold"), whole=["notes"], ignored=ignored)
        assert numbers(report) == (0, 0, 1, 1, 0)
        assert [(one.path, one.code) for one in await found.unread()] == [
            ("notes/b.txt", "ignored"), ("notes/build", "ignored"),
        ]  # fmt: skip
        [entry, _] = await found.unread()
        assert entry.message == "notes/b.txt is left out: the pattern leaves it out."
        report = await found.add(files(a="gold", b="silver"), whole=["notes"])
        assert numbers(report) == (1, 0, 1, 0, 0)
        assert await found.unread() == []

    run(test())


def test_two_copies_of_what_has_gone():
    """One has moved, the other is new; nothing is counted below zero."""

    async def test():
        found = await collection()
        await found.add(files(a="the same gold"), whole=["notes"])
        report = await found.add(files(b="the same gold", c="the same gold"), whole=["notes"])
        assert numbers(report) == (2, 0, 0, 0, 1)

    run(test())


@pytest.mark.parametrize("damage", ["cut", "other", "readers"])
def test_a_ledger_that_cannot_be_read_is_done_without(damage, monkeypatch):
    """Files are then read again, and nothing else is lost."""

    async def test():
        store = MemoryStore()
        found = await collection(store)
        await found.add([source("bad.txt", "", modified=1.0), source("a.txt", "gold")])
        data = bytes(await store.read(ledger.NAME))
        if damage == "readers":
            monkeypatch.setattr(ledger, "READERS", ledger.READERS + 1)
        else:
            await store.write(ledger.NAME, [data[:-9] if damage == "cut" else b"{}" * 50])
        found = await collection(store)
        assert await found.unread() == []
        assert await paths(found) == ["a.txt"]
        report = await found.add([source("bad.txt", "", modified=1.0)])
        assert [failure.code for failure in report.failed] == ["empty"]

    run(test())
