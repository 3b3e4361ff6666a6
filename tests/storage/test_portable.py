"""A collection as a portable file and back: the same results, all of it or a portion."""

import numpy as np
import pytest

from app.engine import Vectors
from app.errors import StorageError
from app.storage import vectors_file
from app.storage.portable import Portion
from tests.engine.helpers import collection, paths, run, source
from tests.forms import IN_BROWSER
from tests.storage.portable_helpers import (
    ConceptEmbedder,
    KeptStore,
    answers,
    archive,
    exported,
    filled,
    imported,
    looked_into,
    queries,
    with_vectors,
)

ASKED = queries(20 if IN_BROWSER else 100)
"""Browsers ask as many of a page: tests/browser/test_portable.py."""


@pytest.mark.lengthy
def test_the_same_results():
    """Many queries have the same answers after import, and in the file where it lies."""

    async def test():
        store = KeptStore()
        found = await filled(store)
        before = await answers(found, ASKED, k=20)
        assert sum(bool(hits) for hits, _, _ in before) > 0.8 * len(ASKED)
        sink, done = await exported(found)
        stats = await found.stats()
        assert (done.documents, done.chunks) == (stats.documents, stats.chunks)
        assert (done.bytes, done.left_out) == (len(sink.data), ())
        again, told = await imported(sink.data)
        assert (told.documents, told.chunks) == (stats.documents, stats.chunks)
        assert await answers(again, ASKED, k=20) == before
        assert [each.path for each in await again.unread()] == ["notes/blank.pdf"]
        assert (await again.check()).damage == ()
        where_it_lies = await looked_into(sink.data)
        assert await answers(where_it_lies, ASKED, k=20) == before
        assert await again.documents() == await found.documents()

    run(test())


def test_it_goes_on():
    """What was imported is a collection like any other: it takes files, merges, and vacuums."""

    async def test():
        sink, _ = await exported(await filled(KeptStore()))
        store = KeptStore()
        found, _ = await imported(sink.data, store)
        report = await found.add([source("new.md", "A candle in the harbour.")])
        assert report.added == 1
        await found.remove(["notes/1-1.md"])
        await found.vacuum()
        await found.settle()
        before = await answers(found, ASKED[:30])
        await found.close()
        again = await collection(store, ConceptEmbedder())
        assert await answers(again, ASKED[:30]) == before
        assert paths(await again.search("path:new harbour")) == ["new.md"]

    run(test())


def test_the_same_bytes():
    """What was imported and exported again is the same file, the numbers of its parts aside."""

    async def test():
        one, _ = await exported(await filled(KeptStore()))
        two, _ = await exported((await imported(one.data))[0])
        three, _ = await exported((await imported(two.data))[0])
        first, second = [await archive(sink.data) for sink in (two, three)]
        assert [file.sha256 for file in first.contents.files if "seg-" in file.name] == [
            file.sha256 for file in second.contents.files if "seg-" in file.name
        ]

    run(test())


def test_an_empty_collection():
    """Nothing goes out, and nothing comes in."""

    async def test():
        sink, done = await exported(await collection(KeptStore()))
        assert (done.documents, done.chunks) == (0, 0)
        found, _ = await imported(sink.data)
        assert await found.documents() == []

    run(test())


def test_nothing_that_was_removed():
    """Not a byte of the text, the path or the words of a removed document is in the file."""

    async def test():
        found = await collection(KeptStore())
        await found.add(
            [source("secret.md", "Xyzzyplugh abracadabra."), source("open.md", "Gold.")]
        )
        await found.remove(["secret.md"])
        sink, _ = await exported(found)
        for word in (b"yzzyplugh", b"bracadabra", b"secret"):
            assert word not in sink.data
        assert b"open.md" in sink.data

    run(test())


@pytest.mark.lengthy
def test_while_files_are_added():
    """The file holds the commit that was there when it was begun, whatever is written meanwhile."""

    async def test():
        store = KeptStore()
        found = await filled(store)
        before = await answers(found, ASKED)

        class Slow:
            def __init__(self):
                self.parts = []

            async def write(self, data):
                self.parts.append(bytes(data))
                if len(self.parts) in (3, 6, 9):
                    await found.add([source(f"{len(self.parts)}.md", "gold silver copper " * 30)])
                    await found.remove(["notes/1-2.md"])

        from app.storage.portable import about

        sink = Slow()
        await found.export(about(app="test", collection="x"), sink)
        assert (await found.search("path:9.md")).hits
        again, _ = await imported(b"".join(sink.parts))
        assert await answers(again, ASKED) == before

    run(test())


def test_vector_indexes():
    """Vector indexes that have a name travel with their graphs; search finds the same."""

    async def test():
        store = KeptStore()
        found = await filled(store)
        faces = await with_vectors(store)
        sink, done = await exported(found)
        assert done.left_out == () and (await archive(sink.data)).contents.vector_indexes == (
            "faces",
        )
        other = KeptStore()
        _, told = await imported(sink.data, other)
        assert told.vector_indexes == ("faces",)
        again = await Vectors.open(other, "faces")
        asked = np.random.default_rng(8).normal(size=(20, 8)).astype(np.float32)
        for one, two in zip(
            faces.index.search_batch(asked, 5), again.index.search_batch(asked, 5), strict=True
        ):
            assert one.ids == two.ids and np.array_equal(one.scores, two.scores)
        await again.add("more", asked[0])
        assert len((await Vectors.open(other, "faces")).index) == len(faces.index) + 1

    run(test())


def test_one_source():
    """With a source only what lies below it is in the file, in words and bytes."""

    async def test():
        found = await filled(KeptStore())
        await found.add([source("notes2/x.md", "Zweihundert Brücken.")])
        sink, done = await exported(found, Portion("letters"))
        again, _ = await imported(sink.data)
        listed = [info.path for info in await again.documents()]
        assert len(listed) == done.documents == 11
        assert all(path.startswith("letters/") for path in listed)
        assert b"notes/" not in sink.data and b"Zweihundert" not in sink.data
        asked = [query for query in ASKED if "path:" in query]
        before = await answers(found, asked, mode="vector")
        after = await answers(again, asked, mode="vector")
        assert [[hit[0] for hit in hits] for hits, _, _ in after] == [
            [hit[0] for hit in hits if hit[1].startswith("letters/")] for hits, _, _ in before
        ]

    run(test())


@pytest.mark.lengthy
def test_without_vectors():
    """Words find what they found; vectors can be made again."""

    async def test():
        found = await filled(KeptStore())
        sink, _ = await exported(found, Portion(vectors=False))
        again, _ = await imported(sink.data)
        before = await answers(found, ASKED, mode="keyword")
        assert await answers(again, ASKED, mode="keyword") == before
        assert (await again.stats()).models == ()
        await again.upgrade()
        assert (await again.stats()).models[0].chunks == (await found.stats()).chunks

    run(test())


@pytest.mark.lengthy
def test_without_texts():
    """Passages are found where they were, with nothing to show; their files count as changed."""

    async def test():
        found = await filled(KeptStore())
        sink, _ = await exported(found, Portion(texts=False))
        again, _ = await imported(sink.data)
        before = await answers(found, ASKED, collapse=False)
        after = await answers(again, ASKED, collapse=False)
        for (one, _, _), (two, _, damage) in zip(before, after, strict=True):
            assert [hit[:3] + hit[4:5] + hit[6:] for hit in one] == [
                hit[:3] + hit[4:5] + hit[6:] for hit in two
            ]
            assert {hit[3] for hit in two} <= {""} and damage == ()
        assert (await again.check()).damage == ()
        report = await again.add(
            [source("notes/1-4.md", "Gold again, and cash."), source("other.md", "Gold.")]
        )
        assert (report.added, report.updated) == (1, 1)

    run(test())


def test_vectors_only():
    """Without words passages are found by meaning alone."""

    async def test():
        found = await filled(KeptStore())
        sink, _ = await exported(found, Portion(words=False, texts=False))
        again, _ = await imported(sink.data)
        asked = [query for query in ASKED if query.replace(" ", "").isalpha()]
        before = await answers(found, asked, mode="vector", collapse=False, correct=False)
        after = await answers(again, asked, mode="vector", collapse=False, correct=False)
        assert [[hit[0] for hit in hits] for hits, _, _ in before] == [
            [hit[0] for hit in hits] for hits, _, _ in after
        ]
        assert (await again.search("gold", {"mode": "keyword"})).hits == ()
        assert (await again.stats()).terms == 0
        with pytest.raises(Exception, match="nothing could be found"):
            Portion(words=False, vectors=False)

    run(test())


def test_read_only_where_it_lies():
    """A file that is open without import takes no changes."""

    async def test():
        sink, _ = await exported(await filled(KeptStore()))
        found = await looked_into(sink.data)
        with pytest.raises(StorageError) as caught:
            await found.add([source("a.md", "b")])
        assert caught.value.code == "read-only"
        assert (await found.stats()).storage == "file"
        passage = await found.get("notes/1-1.md")
        assert passage.text.startswith("# ")
        with pytest.raises(StorageError) as caught:
            await Vectors.open(found._state.store, "faces", dim=3)
        assert caught.value.code == "read-only"
        assert await vectors_file.names(found._state.store) == []

    run(test())
