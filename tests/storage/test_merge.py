"""Merging gives what indexing everything at once would have given."""

import asyncio

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.storage import segment_file
from app.storage.merge import MergePolicy, merge
from app.storage.snapshot import LiveSegment
from app.storage.writer import IndexWriter, Merged
from tests.storage.helpers import DyingStore, entry, new_segment

WORDS = st.sampled_from(["gold", "mine", "ä", "river", "größe", "x"])
TEXT = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(TEXT, st.booleans()), min_size=1, max_size=4), min_size=1, max_size=4
    )
)
def test_merge_equals_build(cuts):
    """Any cut into segments with any deletes merges into the one segment of what lives."""
    numbered = [
        [(entry(f"d{i}-{j}", text), dead) for j, (text, dead) in enumerate(cut)]
        for i, cut in enumerate(cuts)
    ]
    live = [item for cut in numbered for item, dead in cut if not dead]

    async def run():
        store = DyingStore()
        parts = []
        for number, cut in enumerate(numbered):
            new = new_segment(f"seg-{number:08d}", [item for item, _ in cut])
            await store.write(f"seg-{number:08d}.txt", new.texts)
            parts.append(LiveSegment(new.segment, np.array([dead for _, dead in cut])))
        return await merge(store, parts, "seg-00000099")

    merged = asyncio.run(run())
    whole = new_segment("seg-00000099", live)
    assert b"".join(merged.texts) == b"".join(whole.texts)
    if live:
        written = b"".join(bytes(part) for part in segment_file.encode(merged.segment))
        assert written == b"".join(bytes(part) for part in segment_file.encode(whole.segment))
    else:
        assert len(merged.segment.documents) == 0


def settle(policy, sizes):
    """Sizes after merging until the policy is content, and the chunks rewritten."""
    rewritten = 0
    while (run := policy.plan(sizes, sizes)) is not None:
        rewritten += sum(sizes[run.start : run.stop])
        sizes[run.start : run.stop] = [sum(sizes[run.start : run.stop])]
    return rewritten


def test_segments_stay_few():
    """A thousand commits leave few segments, at a few rewrites for each chunk."""
    policy = MergePolicy()
    sizes, rewritten = [], 0
    for _ in range(1000):
        sizes.append(100)
        rewritten += settle(policy, sizes)
        assert len(sizes) <= 20
    assert sum(sizes) == 100_000
    assert rewritten <= 5 * 100_000


def test_largest_is_respected():
    """No merge passes the limit."""
    policy = MergePolicy(factor=3, floor=10, largest=100)
    sizes = []
    for _ in range(200):
        sizes.append(7)
        settle(policy, sizes)
    assert max(sizes) <= 2 * 100


def test_dead_share_rewrites():
    """A segment with many deletes is rewritten alone."""
    policy = MergePolicy()
    assert policy.plan([5000, 3000], [5000, 5000]) == range(1, 2)
    assert policy.plan([5000, 4000], [5000, 5000]) is None


def test_merge_through_writer():
    """A merged segment takes the place of its parts: order of documents is kept."""

    async def run():
        store = DyingStore()
        writer = await IndexWriter.open(store)
        for name in "abcd":
            new = new_segment(writer.new_segment_name(), [entry(name, f"text of {name}")])
            await writer.commit([new])
        merged = await merge(store, writer.snapshot.segments[1:3], writer.new_segment_name())
        await writer.commit(merged=Merged(writer.snapshot.segments[1:3], merged))
        await writer.sweep()
        found = [row.id for _, row in writer.snapshot.documents()]
        assert found == ["a", "b", "c", "d"]
        assert len(writer.snapshot.segments) == 3

    asyncio.run(run())
