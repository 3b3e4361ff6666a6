"""The whole life of a collection, stopped at any step of any device: what was committed is there.

After a crash the collection holds what it held when the last call returned, or what the call that
was cut short would have made of it; all of it is found by words and by meaning, can be shown, and
the next commit works. FOSSICK_CRASHES is the number of schedules;
`FOSSICK_CRASHES=2000 python -m tests.engine.test_crashes` is the long form, docs/reliability.md
has its counts.
"""

import asyncio
import os
from collections import Counter
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.storage.names import MANIFEST_SLOTS, is_index_file
from tests.engine.helpers import source
from tests.engine.lives import Content, Life
from tests.fixtures.crashing_store import DEVICES, RecordingStore, left

SCHEDULES = int(os.environ.get("FOSSICK_CRASHES", "20"))
STRIDE = max(1, 2000 // SCHEDULES)
"""Steps of the one long life from crash to crash."""
TORN = frozenset({"manifest", "ledger", "tuning"})
"""Half of a file whose end is there cannot be told from one that was damaged."""
TALLY: Counter[str] = Counter()
"""Crashes by device and world, as `python tests/engine/test_crashes.py` prints them."""

numbers = st.integers(0, 7)
acts = st.one_of(
    st.dictionaries(numbers, st.integers(0, 2), min_size=1, max_size=3)
    .map(lambda versions: ("add", *(each for pair in versions.items() for each in pair))),
    st.lists(numbers, min_size=1, max_size=4, unique=True).map(lambda some: ("remove", *some)),
    st.lists(numbers, min_size=1, max_size=2, unique=True).map(lambda some: ("refuse", *some)),
    st.lists(st.sampled_from([0, 2, 4, 6]), max_size=3, unique=True)
    .map(lambda some: ("whole", *some)),
    st.integers(2, 5).map(lambda factor: ("tune", factor)),
    st.sampled_from([(name,) for name in
                     ("upgrade", "model", "vacuum", "settle", "repair", "reopen")]),
)  # fmt: skip
schedules = st.lists(
    st.tuples(st.lists(acts, min_size=1, max_size=6), st.floats(0, 1)), min_size=1, max_size=3
)


@given(schedules, st.sampled_from(DEVICES), st.booleans(), st.integers(0, 2**32))
@settings(max_examples=SCHEDULES, deadline=None, suppress_health_check=list(HealthCheck))
def test_stopped_anywhere(schedule, device, loose, seed):
    """Lives of a few acts, each ended by a crash somewhere in it, one after the other."""
    asyncio.run(crashed(schedule, device, loose, Random(seed)))


def test_stopped_everywhere():
    """One life with all there is in it, stopped at every one of its steps, on every device."""
    acts = [
        ("add", 0, 0, 1, 0), ("add", 2, 0, 3, 0), ("refuse", 1), ("add", 0, 1), ("upgrade",),
        ("remove", 1), ("tune", 3), ("whole", 2, 4), ("model",), ("add", 5, 0), ("vacuum",),
        ("repair",), ("reopen",),
    ]  # fmt: skip
    for number, device in enumerate(DEVICES):
        asyncio.run(everywhere(acts, device, Random(number)))


async def everywhere(acts, device, random):
    """Live once, and look at what each crash leaves."""
    store, life = RecordingStore(device), Life()
    marks = await lived(store, life, acts)
    for at in range(random.randrange(STRIDE), len(store.log), STRIDE):
        for loose in (False, True):
            files = left({}, store.log, at, random, loose=loose)
            await stood(files, device, may_be(store.log, at, marks), life.model, loose=loose)


async def crashed(schedule, device, loose, random):
    """Live, crash, look; and go on from what the crash has left."""
    files, content, model = {}, Content(), 0
    for acts, share in schedule:
        store, life = RecordingStore(device, files), Life(content, model)
        life.torn = TORN if files and loose else frozenset()
        marks = await lived(store, life, acts)
        at = somewhere(store.log, share, random)
        files = left(files, store.log, at, random, loose=loose)
        allowed = may_be(store.log, at, marks)
        content = await stood(files, device, allowed, life.model, loose=loose)
        model = life.model


async def lived(store, life, acts):
    """Live; what may be there after each mark, by its label."""
    marks = [[life.content]]
    store.mark(0)
    await life.open(store)
    for act in acts:
        marks[-1] = life.after(*act)
        await life.act(store, *act)
        life.content = marks[-1][-1]
        marks.append([life.content])
        store.mark(len(marks) - 1)
    await life.found.close()
    return marks


def somewhere(log, share, random):
    """A step: any of them, or one that is more than a piece of a segment being written."""
    at = min(int(share * len(log)), len(log) - 1)
    if random.random() < 0.3:
        return at
    plain = [step.kind == "write" and "manifest" not in step.file for step in log]
    return next((number for number in range(at, len(log)) if not plain[number]), at)


def may_be(log, at, marks):
    """What a crash at a step may have left: what was acknowledged, or what was under way."""
    label = next(step.label for step in reversed(log[: at + 1]) if step.kind == "mark")
    return marks[label]


async def stood(files, device, allowed, model, *, loose):
    """Open what a crash has left: it is one of `allowed`, whole, and can be added to."""
    TALLY[f"{device}, {'loose' if loose else 'in order'}"] += 1
    store, life = RecordingStore(device, files), Life(model=model)
    await life.open(store)
    found = life.found
    texts = {one.path: (await found.get(one.path)).text for one in await found.documents()}
    content = Content(texts, frozenset(one.path for one in await found.unread()))
    assert content.texts in [one.texts for one in allowed]
    # The ledger is no part of a commit: it is the one before or after, or has to be made anew.
    assert content.refused in [frozenset(), *(one.refused for one in allowed)]
    torn = TORN if loose else frozenset()
    await whole(found, set(texts), but=torn)
    assert {one.kind for one in (await found.stats()).damage} <= torn
    snapshot = found._state.view.snapshot
    names = {name for name in await store.names() if is_index_file(name)}
    assert names <= snapshot.manifest.files() or snapshot.lost_commit
    await found.add([source("after.txt", "mutual aid")])
    await found.close()
    await life.open(store)
    assert (await life.found.stats()).damage == ()
    await whole(life.found, {*texts, "after.txt"}, but=torn - {"manifest"})
    await life.found.close()
    assert set(MANIFEST_SLOTS) <= set(store.files())
    return content


async def whole(found, paths, but):
    """Both legs find every passage of every document, and nothing else."""
    every = {"k": 1000, "collapse": False}
    legs = [await found.search("mutual", {**every, "mode": mode}) for mode in ("keyword", "vector")]
    for result in legs:
        assert {hit.path for hit in result.hits} == paths
        assert all(hit.text and hit.problem is None for hit in result.hits)
    one, other = ({hit.id for hit in result.hits} for result in legs)
    assert one == other
    assert len(one) == (await found.stats()).chunks
    checked = await found.check()
    assert {one.kind for one in checked.damage} <= but
    assert (checked.documents, checked.chunks, checked.words_only) == (len(paths), len(one), 0)


if __name__ == "__main__":
    test_stopped_everywhere()
    test_stopped_anywhere()
    for world, crashes in sorted(TALLY.items()):
        print(f"{world}: {crashes:,} crashes")
    print(f"{TALLY.total():,} crashes, nothing lost")
