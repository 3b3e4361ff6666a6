"""Hits that differ from each other: the option of a search."""

import numpy as np
import pytest

from app.engine import PlainChunk
from app.errors import InputError
from tests.engine.helpers import collection, run

QUERY = np.float32([1, 0, 0, 0])
ROWS = {
    "a": [0.9, 0.4, 0, 0],
    "b": [0.89, 0.42, 0, 0.05],
    "c": [0.88, 0.4, 0.1, 0.1],
    "d": [0.6, 0, 0.8, 0],
    "e": [0.5, 0, 0, 0.87],
}


async def filled():
    """Three passages of one kind, and two others that are further from the query."""
    found = await collection(embedder=None)
    await found.add(
        [PlainChunk(key, f"{key} alone", vector=np.float32(row)) for key, row in ROWS.items()]
    )
    return found


def test_the_second_is_unlike_the_first():
    """With more diversity other kinds come before the second of the same kind."""

    async def test():
        found = await filled()
        orders = {}
        for diversity in (0, 0.5, 1):
            result = await found.search(
                "", {"mode": "vector", "vector": QUERY, "diversity": diversity, "k": 3}
            )
            orders[diversity] = [hit.id for hit in result.hits]
            assert [hit.rank for hit in result.hits] == [1, 2, 3]
            assert all(hit.score == pytest.approx(hit.legs["vector"].score) for hit in result.hits)
        assert orders == {0: ["a", "b", "c"], 0.5: ["a", "d", "e"], 1: ["a", "e", "d"]}

    run(test())


def test_words_stand_in_for_vectors():
    """Without vectors passages are alike as far as they share words."""

    async def test():
        found = await collection(embedder=None)
        same = "gold in the river below the mill where the old road ends"
        await found.add(
            [
                PlainChunk("a", f"{same} gold gold today"),
                PlainChunk("b", f"{same} gold gold tomorrow morning"),
                PlainChunk("c", "nothing but one small ring of gold lay there in its drawer"),
            ]
        )
        options = {"mode": "keyword", "collapse": False}
        plain = await found.search("gold", options)
        other = await found.search("gold", {**options, "diversity": 0.5})
        assert [hit.id for hit in plain.hits] == ["a", "b", "c"]
        assert [hit.id for hit in other.hits] == ["a", "c", "b"]

    run(test())


def test_another_order_is_left_as_it_is():
    """Sorted by name, hits are not reordered."""

    async def test():
        found = await filled()
        options = {"mode": "vector", "vector": QUERY, "sort": "name", "diversity": 1}
        assert [hit.id for hit in (await found.search("", options)).hits] == list(ROWS)

    run(test())


@pytest.mark.parametrize("diversity", [-0.1, 1.5, "much", float("nan")])
def test_it_is_from_0_to_1(diversity):
    """Anything else is named."""

    async def test():
        with pytest.raises(InputError, match="diversity"):
            await (await collection()).search("gold", {"diversity": diversity})

    run(test())
