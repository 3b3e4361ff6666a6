"""The bridge without a browser: plain data in, plain data out, calls that can be stopped."""

import asyncio
import time

import numpy as np
import pytest

from app.browser.bridge import Bridge
from app.browser.passphrase import Passphrase
from app.browser.plain import plain, utf16_spans
from app.browser.requests import Request
from app.core.model import Address, Hit, LegResult
from app.engine import BytesSource, Collection, HashEmbedder
from app.engine.searcher import STILL_LOADING
from app.errors import CancelledError, EmbedderError, InputError, StorageError
from app.host.ciphers import HostCiphers
from app.storage import sealing
from app.storage.memory_store import MemoryStore
from app.storage.portable import BytesRanges


class Loading(HashEmbedder):
    """A model that has been there, and is loaded again."""

    state = "ready"


async def opened(embedder=None, **options):
    """A bridge over an empty collection."""
    embedder = embedder or HashEmbedder()
    collection = await Collection.open(
        MemoryStore(), embedder=embedder, clock=time.perf_counter, count_tokens=len
    )
    return Bridge(collection, **options)


def request(number=1):
    """A request whose progress is kept in `told`."""
    told = []
    made = Request(number, told.append)
    return made, told


def run(scenario):
    """What a coroutine gives."""
    return asyncio.run(scenario)


GOLD = BytesSource("gold.md", "# Gold 😀\n\nThere is gold in the river.".encode())


def test_answers_are_plain():
    """Every answer is made of what JavaScript knows too."""

    async def scenario():
        bridge = await opened()
        added, told = request()
        report = await bridge.add(added, [GOLD])
        hits = await bridge.search(request()[0], "gold", {"k": 3})
        rest = [
            await bridge.get(request()[0], "gold.md"),
            await bridge.documents(request()[0]),
            await bridge.stats(request()[0]),
            await bridge.context(request()[0], "gold", max_tokens=100),
            await bridge.remove(request()[0], ["gold.md"]),
        ]
        return report, told, hits, rest

    report, told, hits, rest = run(scenario())
    assert (report["added"], report["failed"]) == (1, [])
    assert told[-1]["phase"] == "index"
    assert hits["hits"][0]["documentId"] == "gold.md"
    assert rest[-1] == 1
    for value in (report, told, hits, rest):
        assert_plain(value)


def assert_plain(value):
    """Fail on anything but None, numbers, texts, lists and dicts."""
    if isinstance(value, dict):
        assert all(isinstance(key, str) and "_" not in key for key in value)
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            assert_plain(one)
    else:
        assert value is None or type(value) in {bool, int, float, str}, value


def test_facets_are_plain():
    """Names as JavaScript has them; what was not asked for is not there."""

    async def scenario():
        bridge = await opened()
        await bridge.add(request()[0], [GOLD, BytesSource("a/b.txt", b"gold")])
        options = {"facets": True, "sort": "name", "order": "desc", "mode": "keyword"}
        return (
            await bridge.search(request()[0], "gold", options),
            await bridge.search(request()[0], "gold"),
        )

    found, plainly = run(scenario())
    assert_plain(found)
    assert [hit["path"] for hit in found["hits"]] == ["gold.md", "a/b.txt"]
    assert found["facets"]["folder"] == [{"value": "a", "count": 1, "filter": "dir:/a"}]
    assert found["facets"]["author"] == []
    assert (found["documents"], found["moreFacets"]) == (2, {})
    assert not {"facets", "moreFacets", "documents"} & set(plainly)


def test_highlights_count_as_javascript_counts():
    """Characters beyond the basic plane are two units; ranks and scores keep their keys."""
    hit = Hit(
        id="a#0",
        document_id="a",
        path="a",
        title="",
        text="😀 gold 😀 gold",
        score=1.0,
        rank=1,
        highlights=((2, 6), (9, 13)),
        snippet=(2, 8),
        address=Address(page=2),
        start=0,
        legs={"keyword": LegResult(1, 2.5)},
    )
    out = plain([hit])[0]
    assert out["highlights"] == [[3, 7], [11, 15]]
    assert out["snippet"] == [3, 10]
    assert out["address"] == {"page": 2, "heading": []}
    assert out["legs"] == {"keyword": {"rank": 1, "score": 2.5}}


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("abc", [(0, 1), (1, 3)], [[0, 1], [1, 3]]),
        ("😀", [(0, 1)], [[0, 2]]),
        ("a😀b😀c", [(1, 2), (4, 5)], [[1, 3], [6, 7]]),
        ("é", [(0, 1)], [[0, 1]]),
        ("", [], []),
    ],
)
def test_utf16_spans(text, spans, expected):
    """Each span slices in UTF-16 what it slices in code points."""
    found = utf16_spans(text, spans)
    assert found == expected
    units = text.encode("utf-16-le")
    for (start, end), (a, b) in zip(spans, found, strict=True):
        assert units[2 * a : 2 * b].decode("utf-16-le") == text[start:end]


def test_suggestions_count_as_javascript_counts():
    """New stretches and corrected words stand where they slice in UTF-16."""

    async def scenario():
        bridge = await opened()
        await bridge.add(request()[0], [GOLD])
        suggested = await bridge.suggest(request()[0], "😀 gol", limit=1)
        searched = await bridge.search(request()[0], "😀 glod ", {"mode": "keyword"})
        with pytest.raises(InputError):
            await bridge.suggest(request()[0], 5)
        return suggested, searched["corrected"]

    suggested, corrected = run(scenario())
    assert suggested["completions"] == [
        {"text": "😀 gold", "count": 1, "changed": [[3, 7]], "unit": "passage"}
    ]
    assert suggested["corrections"] == []
    assert set(suggested) == {"completions", "corrections", "known", "timings"}
    assert corrected == [{"from": "glod", "to": ["gold"], "start": 3, "end": 7, "known": False}]
    assert_plain(suggested)


def test_search_need_not_wait_for_the_model():
    """Told not to wait, a search answers by words and says so; keyword searches have no note."""

    async def scenario():
        model = Loading()
        bridge = await opened(model)
        await bridge.add(request()[0], [GOLD])
        model.state = "loading"
        unwilling = await bridge.search(request()[0], "gold", {"waitForModel": False})
        words = {"waitForModel": False, "mode": "keyword"}
        return unwilling, await bridge.search(request()[0], "gold", words)

    unwilling, words = run(scenario())
    assert unwilling["notes"] == [STILL_LOADING]
    assert list(unwilling["hits"][0]["legs"]) == ["keyword"]
    assert words["notes"] == []


def test_cancel_stops_a_call():
    """A call that is cancelled before its first step fails; unknown ids change nothing."""

    async def scenario():
        bridge = await opened()
        adding, _ = request(7)
        stopped = []
        adding.stop = lambda: stopped.append(True)
        bridge.requests[7] = adding
        await bridge.cancel(request()[0], 7)
        await bridge.cancel(request()[0], 99)
        with pytest.raises(CancelledError):
            await bridge.add(adding, [GOLD])
        return stopped

    assert run(scenario()) == [True]


class Failing(HashEmbedder):
    """Fails until it is mended."""

    broken = True

    async def embed(self, texts, role):
        """Fail, or not."""
        if self.broken:
            raise EmbedderError("the line is dead")
        return await super().embed(texts, role)


def test_an_embedder_that_failed_is_tried_again():
    """Vectors of texts come from the best that works; one that was left comes back when asked."""

    async def scenario():
        best = Failing(8)
        collection = await Collection.open(
            MemoryStore(), embedder=best, clock=time.perf_counter, count_tokens=len
        )
        bridge = Bridge(collection)
        with pytest.raises(EmbedderError) as caught:
            await bridge.embed(request()[0], ["gold"])
        best.broken = False
        with pytest.raises(EmbedderError):  # it was left
            await bridge.embed(request()[0], ["gold"])
        await bridge.retry_model(request()[0])
        return caught.value.code, await bridge.embed(request()[0], ["gold", "rivers"])

    code, found = run(scenario())
    assert code == "model-missing"
    assert (found["dim"], found["tokens"], found["vectors"].shape) == (8, [4, 6], (16,))
    assert np.linalg.norm(found["vectors"][:8]) == pytest.approx(1)


def test_texts_are_checked():
    """What is no text is refused by name."""

    async def scenario():
        bridge = await opened()
        with pytest.raises(InputError, match="not int"):
            await bridge.get(request()[0], 5)

    run(scenario())


class Kept:
    """Where an export goes, kept."""

    def __init__(self):
        self.parts = []
        self.aborted = False

    async def write(self, data):
        """Append bytes."""
        self.parts.append(bytes(data))

    async def finish(self):
        """All of them."""
        return b"".join(self.parts)

    async def abort(self):
        """Note it."""
        self.aborted = True


class Lent:
    """A store that is given back."""

    def __init__(self):
        self.store = MemoryStore()
        self.released = False

    async def opened(self):
        """The store, which is plain."""
        return self.store

    async def release(self):
        """Note it."""
        self.released = True


def test_export_and_import():
    """A collection goes out and comes in; bytes are counted, what was lent is given back."""

    async def scenario():
        bridge = await opened()
        await bridge.add(request()[0], [GOLD])
        asked, told = request()
        done = await bridge.export(asked, Kept(), "notes", sources=["a"], settings={"b": 1})
        assert (done["documents"], done["leftOut"]) == (1, [])
        assert told[-1]["unit"] == "bytes" and told[-1]["done"] == told[-1]["total"] > 0
        place = Lent()
        got = await bridge.import_file(request()[0], BytesRanges(done["blob"]), place)
        assert (got["documents"], got["collection"], got["sources"]) == (1, "notes", ["a"])
        assert got["settings"] == {"b": 1} and place.released
        sink, place = Kept(), Lent()
        stopped, _ = request()
        stopped.cancellation.cancel()
        with pytest.raises(CancelledError):
            await bridge.export(stopped, sink, "notes")
        with pytest.raises(CancelledError):
            await bridge.import_file(stopped, BytesRanges(done["blob"]), place)
        assert sink.aborted and place.released and await place.store.names() == []
        for odd in ({"portion": {"source": 1}}, {"portion": {"texts": "no"}}, {"colour": "red"}):
            with pytest.raises(InputError):
                await bridge.export(request()[0], Kept(), "notes", **odd)

    run(scenario())


def test_another_passphrase():
    """That of an open collection; what was sealed behind a plain one is not taken over."""

    async def scenario():
        ciphers, raw = HostCiphers(), MemoryStore()
        sealed = await sealing.unlocked(raw, "old", ciphers)
        found = await Collection.open(
            sealed, embedder=HashEmbedder(), clock=time.perf_counter, count_tokens=len
        )
        bridge = Bridge(found, passphrase=Passphrase(raw, sealed, ciphers))
        await bridge.change_passphrase(request()[0], "old", "new")
        await bridge.check_passphrase(request()[0], "new")
        for call in (bridge.check_passphrase(request()[0], "old"),
                     bridge.change_passphrase(request()[0], "old", "x")):  # fmt: skip
            with pytest.raises(StorageError) as caught:
                await call
            assert caught.value.code == "wrong-passphrase"
        await bridge.take_over(request()[0])
        plain = await opened()
        for call in (plain.check_passphrase(request()[0], "x"),
                     plain.change_passphrase(request()[0], "x", "y")):  # fmt: skip
            with pytest.raises(InputError):
                await call
        late = Bridge(found, follows=True, passphrase=Passphrase(raw, raw, ciphers))
        with pytest.raises(StorageError) as caught:
            await late.take_over(request()[0])
        assert caught.value.code == "locked"

    run(scenario())
