"""Five tabs at work on one collection while tabs are killed and closed: no commit is lost."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import evaluate
from tests.browser.test_tabs import WRITES, kill

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page

pytestmark = pytest.mark.browser

TABS = 5
SECONDS = int(os.environ.get("FOSSICK_SECONDS", "15"))
"""How long they work; 60 in the long form."""

WORK = """
  globalThis.fossick = await Fossick.open({ collection: "many", embedder: "none" });
  globalThis.working = true;
  const own = [];
  const pick = (list) => list[Math.floor(Math.random() * list.length)];
  const log = (entry) => console.debug(JSON.stringify(entry));
  let count = 0;
  const step = async () => {
    const chance = Math.random();
    const old = chance > 0.6 && own.length > 0;
    count += 1;
    const path = old ? pick(own) : `${given}/${count}.txt`;
    const text = `gold of ${given}, version ${count}`;
    const doing = old && chance > 0.8 ? { path, text: null } : { path, text };
    if (!old) own.push(path);
    log({ ...doing, state: "begun" });
    const call = doing.text === null ? fossick.remove([path]) : fossick.add([{ path, text }]);
    const failure = await code(call);
    log({ ...doing, state: failure ?? "done" });
    if (chance < 0.3) await fossick.search("gold");
  };
  globalThis.work = (async () => { while (working) await step() })();
"""


@pytest.fixture
def context(first_visit: BrowserContext) -> BrowserContext:
    """Tabs are killed here: a profile that nobody else needs."""
    return first_visit


class Ledger:
    """What each document was last told to be, and what it may be besides."""

    def __init__(self) -> None:
        self.certain: dict[str, str | None] = {}
        self.begun: dict[str, str | None] = {}
        self.failures: list[Any] = []
        self.operations = 0

    def hear(self, message: ConsoleMessage) -> None:
        """An operation begins, or has come to its end."""
        if message.type != "debug" or not message.text.startswith('{"path"'):
            return
        entry = json.loads(message.text)
        path, text, state = entry["path"], entry["text"], entry["state"]
        if state == "begun":
            self.begun[path] = text
            return
        del self.begun[path]
        self.operations += 1
        if state == "done":
            self.certain[path] = text
        else:
            self.failures.append(entry)

    def check(self, found: dict[str, str]) -> None:
        """Nothing that was answered is missing, and nothing is there that nobody wanted."""
        for path, text in found.items():
            assert text in (self.certain.get(path), self.begun.get(path, "")), path
        for path, text in self.certain.items():
            if text is not None and path not in self.begun:
                assert path in found, f"{path} was added, and is lost"
            if text is None and path not in self.begun:
                assert path not in found, f"{path} was removed, and is there"


def test_many_tabs(
    context: BrowserContext,
    site_server: str,
    eventually: Callable[..., object],
) -> None:
    """Random changes everywhere, deaths in between: all tabs agree on what was answered."""
    rng = random.Random(SECONDS)
    ledger = Ledger()
    dead: list[Page] = []
    opened = 0

    def died(page: Page) -> None:
        dead.append(page)

    def open_tab() -> Page:
        nonlocal opened
        opened += 1
        page = context.new_page()
        page.on("console", ledger.hear)
        page.on("crash", died)
        page.goto(site_server + BARE)
        evaluate(page, WORK, f"tab {opened}")
        return page

    tabs = [open_tab() for _ in range(TABS)]
    end = time.monotonic() + SECONDS
    deaths = 0
    while time.monotonic() < end:
        tabs[0].wait_for_timeout(rng.uniform(500, 2500))
        writers = [tab for tab in tabs if tab.evaluate(WRITES)]
        assert len(writers) <= 1
        victim = rng.choice(writers or tabs) if rng.random() < 0.6 else rng.choice(tabs)
        if rng.random() < 0.7:
            kill(victim)  # or, where others work harder, one of those
            eventually(lambda: context.cookies() == [] and dead)  # asking lets events come
            victim = dead.pop()
        else:
            victim.close()
        deaths += 1
        tabs.remove(victim)
        tabs.append(open_tab())
    for tab in tabs:
        evaluate(tab, "working = false; await work")
    documents = "return (await fossick.documents()).map(({ id }) => id)"
    # What a tab that was killed has handed over is still done by the one that writes.
    lists: list[list[str]] = []

    def agree() -> bool:
        lists[:] = [evaluate(tab, documents) for tab in tabs]
        return all(each == lists[0] for each in lists)

    eventually(agree, timeout=30)
    ids = lists[0]
    assert len(set(ids)) == len(ids)
    reading = "return (await Promise.all(given.map((id) => fossick.get(id)))).map((d) => d.text)"
    texts = evaluate(tabs[-1], reading, ids)
    ledger.check(dict(zip(ids, texts, strict=True)))
    assert ledger.failures == []
    stats = [evaluate(tab, "return fossick.stats()") for tab in tabs]
    assert all(one["damage"] == [] for one in stats)
    assert {(one["documents"], one["generation"]) for one in stats} == {
        (len(ids), stats[0]["generation"])
    }
    assert ledger.operations > 10 * deaths > 0
    print(f"{ledger.operations} operations, {deaths} tabs ended, {len(ids)} documents")
