"""The next is begun before the last has come back, in order, and nothing is left behind."""

import asyncio
from contextlib import aclosing

import pytest

from app.engine.ahead import ahead


class Desk:
    """Takes longer over odd numbers; counts what is under way."""

    def __init__(self):
        self.running = self.most = self.cancelled = 0

    async def work(self, number):
        """The square; three cannot be done."""
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(0.01 * (number % 2))
            if number == 3:
                raise ValueError("three")
            return number * number
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1


@pytest.mark.parametrize(("depth", "count"), [(1, 3), (2, 3), (3, 3), (5, 3), (2, 0), (2, 1)])
def test_results_are_in_order(depth, count):
    """So many at a time, no more, whatever is ready first."""

    async def run():
        desk = Desk()
        found = [pair async for pair in ahead(desk.work, range(count), depth)]
        assert found == [(number, number * number) for number in range(count)]
        assert desk.most == min(depth, count)

    asyncio.run(run())


def test_a_failure_ends_what_is_under_way():
    """It reaches the caller in its turn."""

    async def run():
        desk, found = Desk(), []
        with pytest.raises(ValueError, match="three"):
            async for number, _ in ahead(desk.work, [2, 3, 5, 7], 3):
                found.append(number)
        assert (found, desk.running) == ([2], 0)

    asyncio.run(run())


def test_closing_ends_what_is_under_way():
    """A caller that has enough leaves nothing behind."""

    async def run():
        desk = Desk()
        async with aclosing(ahead(desk.work, [2, 5, 7, 9], 3)) as results:
            async for _ in results:
                break
        assert (desk.running, desk.cancelled) == (0, 2)

    asyncio.run(run())
