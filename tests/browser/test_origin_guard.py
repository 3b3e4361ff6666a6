"""The guard that every browser test relies on sees requests from wherever they come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

STRAY = "http://elsewhere.invalid/stray-from-"

PAGE = f"""<!doctype html><title>leaky</title><script type="module">
const stray = (from) => fetch("{STRAY}" + from, {{ mode: "no-cors" }}).catch(() => {{}});
window.leaks = {{
  page: () => stray("page"),
  worker: () => new Promise((resolve) => {{
    new Worker("leak.js").onmessage = resolve;
  }}),
  "service-worker": async () => {{
    await navigator.serviceWorker.register("leak.js");
    const {{ active }} = await navigator.serviceWorker.ready;
    const {{ port1, port2 }} = new MessageChannel();
    active.postMessage("leak", [port2]);
    await new Promise((resolve) => {{ port1.onmessage = resolve; }});
  }},
}};
</script>"""

LEAK = f"""
const stray = (from) => fetch("{STRAY}" + from, {{ mode: "no-cors" }}).catch(() => {{}});
if ("clients" in self) {{
  onmessage = async (event) => {{
    await stray("service-worker");
    event.ports[0].postMessage("done");
  }};
}} else stray("worker").then(() => postMessage("done"));
"""


@pytest.mark.parametrize("origin", ["page", "worker", "service-worker"])
def test_strays_are_seen(
    browser: Browser,
    tmp_path: Path,
    plain_host: Callable[..., Any],
    origin_guard: type[Any],
    origin: str,
) -> None:
    """A request to another host fails the guard, whoever makes it."""
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "leak.js").write_text(LEAK)
    guard = origin_guard()
    context = browser.new_context()
    guard.watch(context)
    page = context.new_page()
    page.goto(plain_host(tmp_path).url)
    guard.check()
    page.evaluate("origin => window.leaks[origin]()", origin)
    context.close()
    assert guard.strays == [STRAY + origin]
    with pytest.raises(AssertionError, match="left the origin"):
        guard.check()
