"""What JavaScript rejects a promise with always reaches Python, as an error with a code."""

from __future__ import annotations

import pytest

from tests.pyodide import rejections

FULL = (
    "quota-exceeded",
    "no room",
    "Free some space on this device, or remove documents from the collection.",
)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("full", FULL),
        ("bare", FULL),
        ("error", ("read-only", "one of ours", "reload")),
        ("exception", ("unreadable", "gone", "")),
        ("text", ("storage-unavailable", "broken", "")),
        ("nothing", ("storage-unavailable", "no reason was given", "")),
    ],
)
def test_every_reason_ends_the_wait(pyodide, kind, told):
    """Chromium's own for a full device, and what is no Error: no stack, a string, nothing."""
    assert pyodide.call(rejections.told, kind) == told
