"""The engine's worker dies: another takes its place, and what was asked is answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import Run, evaluate

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route, Worker

pytestmark = pytest.mark.browser

OPEN = """
  const { embedder = "none", ...rest } = given ?? {};
  globalThis.workers = [];
  const Native = globalThis.Worker;
  globalThis.Worker = class extends Native {
    constructor(url, options) { super(url, options); workers.push([options.name, this]); }
  };
  globalThis.kill = () => workers.findLast(([name]) => name.includes("engine"))[1].terminate();
  globalThis.fossick = await Fossick.open({ collection: "dying", embedder, ...rest });
  globalThis.notes = [];
  globalThis.errors = [];
  fossick.addEventListener("status", ({ detail }) => detail.note && notes.push(detail.note));
  fossick.addEventListener("error", ({ detail }) => errors.push(detail.code));
"""


def within_reach(route: Route) -> None:
    """The engine's worker with its engine as a global, so that a test can break Python in it."""
    response = route.fetch()
    body, count = re.subn(
        r"Comlink\.expose\(new Engine\(\)\)",
        "Comlink.expose(globalThis.engine = new Engine())",
        response.text(),
    )
    assert count == 1
    route.fulfill(response=response, body=body)


@pytest.fixture
def run(page: Page, context: BrowserContext, site_server: str) -> Run:
    """`run(body, argument)` in a bare page of the site, with an engine that can be reached."""
    context.route("**/workers/engine.worker.js", within_reach)
    page.goto(site_server + BARE)
    return lambda body, argument=None: evaluate(page, body, argument)


def engine_of(page: Page) -> Worker:
    """The worker that runs now."""
    return [one for one in page.workers if one.url.endswith("engine.worker.js")][-1]


def python(page: Page, code: str) -> Any:
    """What a line of Python gives in the engine; it may be the last that it does."""
    return engine_of(page).evaluate("(code) => engine.python.runPython(code)", code)


@pytest.mark.parametrize("storage", ["opfs", pytest.param("indexeddb", marks=pytest.mark.long)])
def test_a_killed_worker_is_replaced(run: Run, storage: str) -> None:
    """It ends without a word: calls under way are answered by the next, and nothing is lost."""
    run(OPEN, {"storage": storage})
    out = run("""
      const before = await fossick.add([{ path: "a.txt", text: "gold before" }]);
      const text = "The quick brown fox jumps over the lazy dog. ".repeat(20);
      const sources = Array.from({ length: 1500 }, (_, n) =>
        ({ path: `${n}.txt`, text: `gold ${n} ${text}` }));
      let seen = 0;
      const adding = fossick.add(sources, { onProgress: ({ phase, done }) => {
        if (phase === "index") seen = done;
      } });
      while (seen < 50) await sleep(5);
      kill();
      const [found, report] = await Promise.all([fossick.search("before"), adding]);
      const stats = await fossick.stats();
      return { before, found: found.total, report, documents: stats.documents,
        damage: stats.damage, notes, errors, writable: fossick.info().writable };
    """)
    assert out["found"] == 1
    assert out["report"]["added"] + out["report"]["skipped"] == 1500
    assert (out["documents"], out["damage"], out["errors"]) == (1501, [], [])
    assert out["writable"]
    (note,) = out["notes"]
    assert "started again" in note


def test_a_second_death_is_the_end(run: Run) -> None:
    """Within a minute: what waits and what comes later fails with a code, and the page hears it."""
    run(OPEN)
    out = run("""
      kill();
      const first = await fossick.stats();
      const waiting = code(fossick.search("gold"));
      kill();
      const late = code(fossick.audit());
      return { first: first.documents, waiting: [null, "internal"].includes(await waiting),
        late: await late, after: await code(fossick.stats()), errors };
    """)
    assert out == {
        "first": 0,
        "waiting": True,
        "late": "internal",
        "after": "internal",
        "errors": ["internal"],
    }


def test_memory_is_not_started_again(run: Run) -> None:
    """What was kept in memory alone is gone with its engine, which is said."""
    run(OPEN, {"storage": "memory"})
    out = run("""
      await fossick.add([{ path: "a.txt", text: "gold" }]);
      kill();
      return [await code(fossick.stats()), errors];
    """)
    assert out == ["internal", ["internal"]]


def test_python_fails_fatally(page: Page, run: Run, eventually: Callable[..., object]) -> None:
    """Python aborts in its own code: another engine answers, with the model that was there."""
    run(OPEN, {"embedder": {"device": "wasm"}})
    run("""
      await fossick.add([{ path: "a.txt", text: "Pasta cooks for eight minutes." }]);
      await fossick.upgraded();
      globalThis.index = await fossick.vectors({ dim: 2 });
      globalThis.stuck = code(fossick.audit());
      await stuck;
    """)
    with pytest.raises(Exception, match=r"fatal|abort|unreachable|exit"):
        python(page, "import os; os.abort()")
    out = run("""
      const { hits } = await fossick.search("boiling noodles");
      return { path: hits[0].path, legs: Object.keys(hits[0].legs), notes, errors,
        index: await code(index.stats()),
        state: fossick.info().state, left: fossick.info().left };
    """)
    assert out["path"] == "a.txt"
    assert "vector" in out["legs"]
    assert (out["state"], out["left"], out["errors"]) == ("ready", [], [])
    assert out["index"] == "closed"
    assert len(out["notes"]) == 1


def test_memory_runs_out(page: Page, run: Run) -> None:
    """Before Python's memory is full adding stops with a way out, and searches go on."""
    run(OPEN)
    run('await fossick.add([{ path: "a.txt", text: "gold before" }])')
    python(page, "import numpy; hog = [numpy.empty(1 << 28, 'u1') for _ in range(7)]")
    out = run("""
      const caught = await fossick.add([{ path: "b.txt", text: "gold" }]).catch((error) => error);
      return { code: caught.code, message: caught.message, hint: caught.hint,
        found: (await fossick.search("gold")).total, errors };
    """)
    assert (out["code"], out["found"], out["errors"]) == ("memory", 1, [])
    assert "GB" in out["message"] and "Reload" in out["hint"]
    page.reload()
    run(OPEN)
    assert run('return (await fossick.add([{ path: "b.txt", text: "gold" }])).added') == 1
