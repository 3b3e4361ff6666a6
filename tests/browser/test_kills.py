"""The browser is killed while it indexes, and started again on what is left: nothing is lost.

What was reported as done is there, what was under way is there or not, both legs find every
passage, a check finds nothing, and indexing goes on. FOSSICK_KILLS is the number of kills; that of
the long form stands in docs/reliability.md.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import PRELUDE, evaluate
from tests.conftest import BRIEFLY, CHROMIUM_FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="there are no groups of processes"),
]

KILLS = int(os.environ.get("FOSSICK_KILLS", "5"))
SEED = int(os.environ.get("FOSSICK_SEED", "6"))
CASES = [("opfs", "static"), ("indexeddb", "static"), ("opfs", "auto"), ("indexeddb", "auto")]
SHARES = [0.6, 0.4, 0, 0] if KILLS < 20 else [0.3, 0.3, 0.2, 0.2]
PATHS = 120
"""Files that there are: what is added again and again replaces what was there."""
START = 60_000

State = dict[str, str]
"""Texts of documents by path."""
Act = dict[str, Any]

OPEN = """
  const fossick = await Fossick.open({ collection: "kills", ...given.options });
  const every = { k: 1000, collapse: false };
"""

LIVE = (
    OPEN
    + """
  console.log("opened");
  for (const [number, { add, remove }] of given.acts.entries()) {
    if (add) await fossick.add(add);
    else await fossick.remove(remove);
    console.log(`done ${number}`);
  }
"""
)

LOOK = (
    OPEN
    + """
  const texts = {};
  for (const { path, id } of await fossick.documents()) texts[path] = (await fossick.get(id)).text;
  const found = {};
  for (const mode of ["keyword", "vector"]) {
    const { hits } = await fossick.search("mutual", { ...every, mode });
    found[mode] = hits.map(({ id }) => id).sort();
  }
  const checked = await fossick.check();
  const { added } = await fossick.add([{ path: "after.txt", text: "mutual aid" }]);
  await fossick.remove("after.txt");
  const { storage } = await fossick.stats();
  await fossick.close();
  return { texts, found, checked, added, storage };
"""
)


class Chromium:
    """A browser with a profile that outlasts it, in a group of processes of its own."""

    def __init__(self, driver: Playwright, path: str, profile: Path) -> None:
        port = profile / "DevToolsActivePort"
        port.unlink(missing_ok=True)
        options = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}"]
        self.process = subprocess.Popen(
            [path, *CHROMIUM_FLAGS, BRIEFLY, *options, "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + 30
        while not (port.is_file() and port.read_text().count("\n")):
            assert time.monotonic() < end and self.process.poll() is None, "it did not start"
            time.sleep(0.05)
        number = port.read_text().splitlines()[0]
        self._browser = driver.chromium.connect_over_cdp(f"http://127.0.0.1:{number}")
        self.page: Page = self._browser.contexts[0].pages[0]

    def kill(self) -> None:
        """All of its processes, at once and without a word."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def leave(self) -> None:
        """Let go of what is left of the connection."""
        with contextlib.suppress(Exception):
            self._browser.close()


def text_of(number: int, version: int) -> str:
    """Some are one passage, some several; each passage says "mutual"."""
    words = f"mutual number{number} version{version} puppies and garages"
    return " ".join([words] * (120 if number % 5 == 0 else 3)) + "."


def acts_from(state: State, chance: random.Random, count: int) -> tuple[list[Act], list[State]]:
    """Acts, and the states before each of them and after the last."""
    acts: list[Act] = []
    states = [dict(state)]
    for _ in range(count):
        after = dict(states[-1])
        if after and chance.random() < 0.25:
            gone = chance.sample(sorted(after), min(len(after), chance.randint(1, 6)))
            acts.append({"remove": gone})
            for path in gone:
                del after[path]
        else:
            numbers = chance.sample(range(PATHS), chance.randint(1, 12))
            added = {f"{n}.txt": text_of(n, chance.randint(0, 9**9)) for n in numbers}
            acts.append({"add": [{"path": path, "text": text} for path, text in added.items()]})
            after |= added
        states.append(after)
    return acts, states


def is_one_of(found: State, states: list[State]) -> bool:
    """Whether documents are those of one of the states, or of one on its way to the next."""
    pairs = zip(states, [*states[1:], states[-1]], strict=True)
    return any(
        all(found.get(path) in (one.get(path), other.get(path)) for path in {*one, *other, *found})
        for one, other in pairs
    )


def killed(browser: Chromium, url: str, given: dict[str, Any], *, acts: int, after: float) -> int:
    """Live until the kill, so many seconds after so many acts; those that were reported as done."""
    from playwright.sync_api import Error

    told: list[str] = []
    said = re.compile(r"opened|done \d+")
    browser.page.on(
        "console", lambda one: told.append(one.text) if said.fullmatch(one.text) else None
    )
    browser.page.goto(url + BARE)
    body = f"(given) => {{ globalThis.life = (async () => {{ {PRELUDE} {LIVE} }})(); }}"
    browser.page.evaluate(body, given)
    end = time.monotonic() + START / 1000
    while len(told) <= acts:
        assert time.monotonic() < end, told
        browser.page.wait_for_timeout(20)
    timer = threading.Timer(after, browser.kill)
    timer.start()
    with contextlib.suppress(Error):
        browser.page.wait_for_timeout(1000 * (after + 10))
    timer.join()
    assert browser.process.poll() is not None
    return sum(one.startswith("done ") for one in told)


@pytest.fixture
def chromium(playwright: Playwright, chromium_path: str, tmp_path: Path) -> Iterator[Any]:
    """Starts browsers on one profile; the last of them is killed as well."""
    started: list[Chromium] = []

    def start() -> Chromium:
        started.append(Chromium(playwright, chromium_path, tmp_path / "profile"))
        return started[-1]

    (tmp_path / "profile").mkdir()
    yield start
    for one in started:
        one.kill()
        one.leave()


@pytest.mark.parametrize(("storage", "embedder"), CASES)
def test_killed_while_it_indexes(
    chromium: Any, site_server: str, storage: str, embedder: str
) -> None:
    """Again and again, at any moment, on one and the same profile."""
    kills = round(KILLS * SHARES[CASES.index((storage, embedder))])
    if kills == 0:
        pytest.skip("is in the long form: FOSSICK_KILLS=50")
    chance = random.Random(f"{SEED} {storage} {embedder}")
    options = {"storage": storage, "embedder": embedder}
    state: State = {}
    reported = looked = 0
    browser = chromium()
    for _ in range(kills):
        acts, states = acts_from(state, chance, 400)
        given = {"options": options, "acts": acts}
        after = chance.uniform(0, 4 if embedder == "auto" else 1)
        done = killed(browser, site_server, given, acts=chance.randint(0, 6), after=after)
        reported += done
        browser = chromium()
        browser.page.goto(site_server + BARE)
        out = evaluate(browser.page, LOOK, {"options": options})
        state = out["texts"]
        assert out["storage"] == storage
        assert is_one_of(state, states[done:]), f"{done} acts were done, and are not all there"
        chunks = out["checked"]["chunks"]
        assert (out["checked"]["damage"], out["checked"]["wordsOnly"]) == ([], 0)
        assert len(out["found"]["keyword"]) == chunks
        assert out["found"]["keyword"] == out["found"]["vector"]
        assert out["added"] == 1
        looked += chunks
    print(f"{storage}, {embedder}: {kills} kills, {reported} acts reported before them, "
          f"{looked} passages looked at after them, no losses", file=sys.stderr)  # fmt: skip
    assert reported > 0 or kills < 3
