"""What JavaScript rejects a promise with always reaches Python, as an error with a code."""

from __future__ import annotations

import pytest

from tests.pyodide import rejections


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("bare", ("quota-exceeded", "no room", "")),
        ("error", ("read-only", "one of ours", "reload")),
        ("exception", ("unreadable", "gone", "")),
        ("text", ("storage-unavailable", "broken", "")),
        ("nothing", ("storage-unavailable", "no reason was given", "")),
    ],
)
def test_every_reason_ends_the_wait(pyodide, kind, told):
    """Also what is no Error: without a stack, a string, nothing."""
    assert pyodide.call(rejections.told, kind) == told


def test_the_exception_of_a_full_device(pyodide):
    """Chromium's own class for it."""
    assert pyodide.call(rejections.on_full_device) == "quota-exceeded"
