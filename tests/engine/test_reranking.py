"""The best hits in a new order, by a model that reads the query with them."""

import asyncio

import numpy as np
import pytest

from app.engine.reranking import RERANKED
from app.errors import EmbedderError, InputError
from tests.engine.helpers import collection, source


class Lengths:
    """Likes passages by a number in them; keeps what it was asked."""

    def __init__(self, *, fails=False, broken=False):
        self.fails = fails
        self.broken = broken
        self.asked = []

    async def score(self, query, passages):
        """The number after "worth"."""
        self.asked.append((query, list(passages)))
        if self.fails:
            raise EmbedderError("the device was lost")
        scores = [float(text.split("worth ")[1].split()[0]) for text in passages]
        return np.array([np.nan] * len(scores) if self.broken else scores, dtype=np.float32)


def run(reranker, query="gold", n=30, **options):
    """Search among `n` passages, of which the last is worth the most."""

    async def scenario():
        opened = await collection(reranker=reranker)
        files = [
            source(f"{i:02}.md", f"# Claim {i}\n\nThere is {'gold ' * (n - i)}worth {i // 2} here.")
            for i in range(n)
        ]
        await opened.add(files)
        plain = await opened.search(query, {"mode": "keyword", "k": RERANKED, "collapse": False})
        wanted = {"mode": "keyword", "collapse": False, "rerank": True, **options}
        return plain, await opened.search(query, wanted)

    return asyncio.run(scenario())


def test_the_first_twenty_are_ordered_anew():
    """By the reranker's score, equal ones as before; what it was asked are words and passages."""
    reranker = Lengths()
    plain, found = run(reranker, query="gold type:markdown -silver", k=5)
    ((words, passages),) = reranker.asked
    assert words == "gold"
    assert len(passages) == RERANKED and passages[0].startswith("Claim")
    worth = [float(text.split("worth ")[1].split()[0]) for text in passages]
    order = sorted(range(RERANKED), key=lambda place: (-worth[place], place))
    ids = [hit.id for hit in plain.hits]
    assert [hit.id for hit in found.hits] == [ids[place] for place in order[:5]]
    assert [hit.rank for hit in found.hits] == [1, 2, 3, 4, 5]
    scores = {hit.id: hit.score for hit in plain.hits}
    assert all(hit.score == scores[hit.id] for hit in found.hits)
    leg = found.hits[0].legs["rerank"]
    assert (leg.rank, leg.score) == (1, max(worth))
    assert found.total == plain.total == 30


def test_what_comes_after_stays_as_it_was():
    """Hits beyond those that are read keep their order and have no new score."""
    plain, found = run(Lengths(), k=30)
    assert len(found.hits) == 30
    assert {hit.id for hit in found.hits[:RERANKED]} == {hit.id for hit in plain.hits}
    assert all("rerank" not in hit.legs for hit in found.hits[RERANKED:])
    assert [hit.rank for hit in found.hits] == list(range(1, 31))


def test_it_has_timings_of_its_own():
    """They are there where reranking was asked for, and part of the total."""
    plain, found = run(Lengths())
    assert "rerank" not in plain.timings
    assert found.timings["rerank"] > 0
    assert found.timings["total"] >= found.timings["rerank"]
    assert list(found.timings)[-2:] == ["rerank", "total"]


@pytest.mark.parametrize("reranker", [None, Lengths(fails=True), Lengths(broken=True)])
def test_failing_it_leaves_the_order(reranker):
    """The hits stand as they were found, with a note."""
    plain, found = run(reranker, k=10)
    assert [hit.id for hit in found.hits] == [hit.id for hit in plain.hits[:10]]
    assert any("not reranked" in note for note in found.notes)


def test_nothing_to_read():
    """Without words or without hits the reranker is left alone."""
    for query in ("type:markdown", "quartz"):
        reranker = Lengths()
        _, found = run(reranker, query=query)
        assert reranker.asked == []
        assert not any("rerank" in note for note in found.notes)


def test_other_orders_are_not_reranked():
    """Neither is what is no flag."""
    with pytest.raises(InputError, match="reranked"):
        run(Lengths(), sort="date")
    with pytest.raises(InputError, match="rerank"):
        run(Lengths(), rerank="yes")
