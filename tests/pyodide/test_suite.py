"""The core's own tests once more, inside the browser."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.pyodide import suite

HOST_ONLY = (
    *("app.host", "bm25s", "subprocess", "onnxruntime", "pypdfium2", "tokenizers"),
    "host.arena",  # the memory of wasmtime, where writes outside of arrays can be seen
)
"""A test file that names one of these needs more than a browser has."""


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


@pytest.mark.parametrize("folder", ["core", "contract", "storage", "engine", "ranking"])
def test_folder(pyodide, root, folder):
    """Every test passes there too."""
    names = files_of(root / "tests" / folder)
    if not names:
        pytest.skip(f"no tests in {folder} for a browser")
    check(pyodide, folder, names)


@pytest.mark.parametrize("name", files_of(ROOT / "tests" / "formats"))
def test_formats(pyodide, name):
    """Those of the readers, a file at a time: together they take longer than a call may."""
    check(pyodide, "formats", (name,))


def check(pyodide, folder, names):
    """Run test files of a folder in the browser."""
    pyodide.load("pytest", "hypothesis", *(("xlrd", "olefile") if folder == "formats" else ()))
    outcomes, printed = pyodide.call(suite.run, f"tests/{folder}", names)
    assert [test for test, outcome in outcomes.items() if outcome == "failed"] == [], printed
    assert "passed" in outcomes.values(), printed
