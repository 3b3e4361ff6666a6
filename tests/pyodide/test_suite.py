"""The core's own tests once more, inside the browser."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.pyodide import suite

HOST_ONLY = (
    *("app.host", "bm25s", "subprocess", "onnxruntime", "pypdfium2", "tokenizers"),
    "host.arena",  # the memory of wasmtime, where writes outside of arrays can be seen
    *("query-language.md", "static/options.js"),  # neither documents nor scripts are there
)
"""A test file that names one of these needs more than a browser has."""


FOLDERS = ("core", "contract", "storage", "engine", "ranking", "formats")

BOUNDS = ("test_fidelity_",)
"""Files that only a host has."""


def files_of(folder):
    """Names of the test files of a folder that can run in a browser."""
    return tuple(
        path.name
        for path in sorted(folder.glob("test_*.py"))
        if not path.name.startswith(BOUNDS)
        and not any(name in path.read_text("utf-8") for name in HOST_ONLY)
    )


@pytest.mark.parametrize(
    ("folder", "name"),
    [(folder, name) for folder in FOLDERS for name in files_of(ROOT / "tests" / folder)],
)
def test_file(pyodide, folder, name):
    """Every test of a file passes there too; one file at a time, as a call has an end."""
    pyodide.load("pytest", "hypothesis", *(("xlrd", "olefile") if folder == "formats" else ()))
    outcomes, printed = pyodide.call(suite.run, f"tests/{folder}", (name,))
    assert [test for test, outcome in outcomes.items() if outcome == "failed"] == [], printed
    assert "passed" in outcomes.values(), printed
