"""A search for every letter, each cancelling the one before: little runs, and nothing piles up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_page import box, hits, opened
from tests.browser.test_runtime import evaluate

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser

FILL = """async () => {
    const words = ["river", "mountain", "quartz", "survey", "claim", "assay", "placer", "nugget"];
    // Spread by chance: what is nearly the same would be one hit.
    const mixed = (value) => Math.imul(value ^ (value >>> 13), 3266489917);
    const word = (n, at) => words[mixed(mixed(n * 60 + at + 1)) >>> 29];
    const text = (n) => Array.from({ length: 60 }, (_, at) => word(n, at)).join(" ");
    const passage = (n) => ({
        id: `p${n}`, text: text(n) + (n % 40 ? "" : " extraordinarily"),
    });
    await fossick.add(Array.from({ length: 2000 }, (_, n) => passage(n)));
}"""

WATCH = """
    globalThis.calls = [];
    fossick.link.engine = new Proxy(fossick.link.engine, {
        get: (target, name) => name !== "call" ? target[name] : async (id, method, args) => {
            const call = { method, query: args.query ?? args.text, end: "waiting" };
            calls.push(call);
            const answer = await target.call(id, method, args);
            call.end = answer.ok ? "answered" : answer.error.code;
            return answer;
        },
    });
"""
"""Notes how every call ends in the engine, whatever the page has made of it meanwhile."""

WORD = "extraordinarily"


def calls(page: Page, method: str) -> list[dict[str, Any]]:
    """The calls of a method so far, in order."""
    found: list[dict[str, Any]] = page.evaluate("calls")
    return [call for call in found if call["method"] == method]


TYPE_AT_ONCE = """(box, word) => {
    for (let length = 1; length <= word.length; length += 1) {
        box.value = word.slice(0, length);
        box.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
    }
}"""

KEEP_BUSY = """(ms) => {
    setTimeout(() => { for (const end = Date.now() + ms; Date.now() < end; ); }, 50);
}"""
"""Has a worker do nothing else for a time, soon after."""


def is_idle(page: Page) -> bool:
    """Whether half a second passes after which nothing waits."""
    page.wait_for_timeout(500)
    return not page.evaluate("fossick.calls.pending.size")


def settled(page: Page) -> bool:
    """Whether the search for the whole word is made, and nothing waits any more."""
    if not is_idle(page):
        return False
    made = calls(page, "search")
    return made[-1]["query"] == WORD and not any(
        call["end"] == "waiting" for call in [*made, *calls(page, "suggest")]
    )


@pytest.mark.parametrize("pause", [None, pytest.param(15, marks=pytest.mark.long)])
def test_typing_fast(
    profiles: SharedProfiles, site_server: str, pause: int | None, eventually: Callable[..., object]
) -> None:
    """Fifteen letters over 2,000 passages: the last one is shown, none waits.

    All in one moment, few searches end; with pauses a quick machine may well end them all.
    """
    from playwright.sync_api import expect

    for page in opened(profiles, site_server):
        page.evaluate(FILL)
        page.evaluate("() => fossick.vacuum()")  # waits for merges; each commit asks again
        eventually(partial(is_idle, page))
        page.evaluate(f"() => {{ {WATCH} }}")
        if pause is None:
            box(page).focus()
            box(page).evaluate(TYPE_AT_ONCE, WORD)
        else:
            box(page).press_sequentially(WORD, delay=pause)
        expect(hits(page).first).to_contain_text("extraordinarily")
        eventually(partial(settled, page))
        searches, suggestions = calls(page, "search"), calls(page, "suggest")
        for made in (searches, suggestions):
            assert {call["end"] for call in made} <= {"answered", "cancelled"}
            assert made[-1]["end"] == "answered"
        assert searches[-1]["query"] == WORD
        if pause is None:
            ran = [call["query"] for call in searches if call["end"] == "answered"]
            assert len(ran) < len(WORD) / 2, ran
        assert page.locator(".summary, .timings summary").first.text_content()
        assert hits(page).count() == 20


def test_searches_that_wait_in_the_engine_never_run(page: Page, site_server: str) -> None:
    """Given up while it is busy; the answers of the rest come in the order of the calls."""
    page.goto(site_server + BARE)
    evaluate(
        page,
        f"""
        globalThis.fossick = await Fossick.open({{ collection: "queue", embedder: "none" }});
        await ({FILL})();
        {WATCH}
        """,
    )
    (engine,) = [worker for worker in page.workers if "engine.worker" in worker.url]
    engine.evaluate(KEEP_BUSY, 4000)
    out = evaluate(
        page,
        """
        await sleep(300);
        const asked = Array.from({ length: 20 }, (_, n) => ({
            abort: new AbortController(), query: `quartz claim ${n}`,
        }));
        const order = [];
        const searches = asked.map(({ abort, query }) =>
            fossick.search(query, { k: 100, signal: abort.signal })
                .then(() => order.push(query) && "answered", ({ code }) => code));
        // Some before they can have been sent, the others when they lie before the engine.
        for (const { abort } of asked.slice(1, 10)) abort.abort();
        await sleep(100);
        for (const { abort } of asked.slice(10, 19)) abort.abort();
        const ends = await Promise.all(searches);
        await sleep(300);
        const engine = calls.map(({ end }) => end);
        return { ends, order, engine, left: fossick.calls.pending.size };
        """,
    )
    expected = ["answered", *["cancelled"] * 18, "answered"]
    assert out["ends"] == expected
    assert out["engine"] == ["answered", *["cancelled"] * 9, "answered"]
    assert out["order"] == ["quartz claim 0", "quartz claim 19"]
    assert out["left"] == 0


def test_a_search_that_waits_for_the_model_stops_waiting(
    page: Page, context: BrowserContext, site_server: str
) -> None:
    """In the engine too: its call ends although the model never comes, and others go on."""
    held: list[Route] = []
    context.route("**/model_quantized.onnx", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(site_server + BARE)
    out = evaluate(
        page,
        f"""
        globalThis.fossick = await Fossick.open({{ collection: "waiting" }});
        const model = (await fossick.stats()).embedder;
        const vector = new Float32Array(384).fill(1);
        await fossick.add([{{ id: "a", text: "gold in the river", vector, model }}]);
        {WATCH}
        const giving = new AbortController();
        const waiting = code(fossick.search("gold", {{ signal: giving.signal }}));
        await sleep(500);
        const before = calls.map(({{ end }}) => end);
        giving.abort();
        const cancelled = await waiting;
        const words = await fossick.search("gold", {{ mode: "keyword" }});
        await sleep(300);
        const engine = calls.map(({{ end }}) => end);
        return {{ before, cancelled, hits: words.hits.length, engine }};
        """,
    )
    assert out["before"] == ["waiting"]
    assert out["cancelled"] == "cancelled"
    assert out["hits"] == 1
    assert out["engine"] == ["cancelled", "answered"]
    for route in held:
        route.abort()
