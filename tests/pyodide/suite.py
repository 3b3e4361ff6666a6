"""Runs pytest inside Pyodide over the project's own tests."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

OPTIONS = (
    *("-q", "--no-header", "--tb=short", "--import-mode=importlib", "-p", "no:cacheprovider"),
    # How time grows, and kills at each of thousands of bytes, are matters of the code alone;
    # searching meanwhile races with timers that a browser rounds up (tests/browser does it there).
    *("-k", "not time and not killed_at_any_byte and not searchable_meanwhile"),
    *("-m", "not exhaustive and not slow"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
EXAMPLES = 8
"""For each property: what differs between platforms shows early, and CPython tries many more."""


def run(folder: str, names: tuple[str, ...]) -> tuple[dict[str, str], str]:
    """Outcome of each test of the named files, and what pytest printed."""
    import pytest
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "browser",
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("browser")
    markers = ("browser", "slow", "lengthy", "exhaustive", "long")
    Path("pytest.ini").write_text("\n  ".join(["[pytest]\nmarkers =", *markers]))
    seen = Outcomes()
    printed = io.StringIO()
    with redirect_stdout(printed):
        pytest.main([*OPTIONS, *(f"{folder}/{name}" for name in names)], plugins=[seen])
    return seen.outcomes, printed.getvalue()


class Outcomes:
    """A plugin that notes how each test ended: passed, failed or skipped.

    It also holds properties that ask for more examples of their own to the few that are tried here.
    """

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items) -> None:
        """A number in a test's own settings counts before that of the profile."""
        from hypothesis import settings

        for item in items:
            test = getattr(item, "obj", None)
            own = getattr(test, "_hypothesis_internal_use_settings", None)
            if own is not None and own.max_examples > EXAMPLES:
                test._hypothesis_internal_use_settings = settings(own, max_examples=EXAMPLES)

    def pytest_runtest_logreport(self, report) -> None:
        """Keep the worst of setup, call and teardown."""
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid] = report.outcome

    def pytest_collectreport(self, report) -> None:
        """A file that cannot be imported is one failed test."""
        if report.failed:
            self.outcomes[report.nodeid] = "failed"
