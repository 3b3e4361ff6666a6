"""Adding stops before the memory does."""

import pytest

from app.engine.memory import RESERVE
from app.errors import FossickError
from tests.engine.helpers import collection, paths, run, source

MOST = 4_294_901_760


def test_adding_stops_in_time():
    """What was committed before stays and is found; with room it goes on where it stopped."""

    async def test():
        taken = [100 << 20]
        found = await collection(memory=lambda: (taken[0], MOST))
        await found.add([source("a.txt", "gold")])
        taken[0] = MOST - RESERVE + 1
        both = [source("a.txt", "gold"), source("b.txt", "more gold")]
        with pytest.raises(FossickError, match=r"3\.7 of the 4\.0 GB") as caught:
            await found.add(both)
        assert (caught.value.code, "Reload" in caught.value.hint) == ("memory", True)
        assert paths(await found.search("gold")) == ["a.txt"]
        assert await found.remove(["nothing"]) == 0
        taken[0] = MOST - RESERVE
        report = await found.add(both)
        assert (report.added, report.skipped) == (1, 1)

    run(test())


def test_memory_that_fills_while_files_are_added():
    """The group at hand is given up, those before it are kept."""

    async def test():
        looks = iter([0, 0, MOST])
        found = await collection(memory=lambda: (next(looks), MOST))
        many = [source(f"{n}.txt", f"gold {n} " * 300) for n in range(60)]
        with pytest.raises(FossickError) as caught:
            await found.add(many)
        assert caught.value.code == "memory"
        assert 0 < (await found.stats()).documents < 60

    run(test())
