"""The browser's own stores keep the promises that every store makes."""

from __future__ import annotations

import pytest

from tests.contract.store_suite import CHECKS
from tests.pyodide import index, texts

KINDS = ("opfs", "indexeddb")


@pytest.fixture
def call(pyodide):
    """Call a function of `stores`, which only a browser can import."""
    return lambda name, *arguments: pyodide.call_by_name("tests.pyodide.stores", name, *arguments)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("check", [check.__name__ for check in CHECKS])
def test_contract(call, kind, check):
    """The suite that the stores on CPython pass."""
    call("check", kind, check)


@pytest.mark.parametrize("kind", KINDS)
def test_lasts(call, kind):
    """What was written is there when the collection is opened again, whatever its name."""
    assert call("lasts", kind) == b"still here"


@pytest.mark.parametrize("kind", KINDS)
def test_two_stores(call, kind):
    """A second store over the same collection sees what the first one wrote."""
    assert call("two_at_once", kind) == (b"first", b"second")


@pytest.mark.parametrize("kind", KINDS)
def test_read_while_changed(call, kind):
    """What reads while another writes sees the file, what there is of it, or that there is none."""
    seen = call("read_while_changed", kind, 100)
    assert b"whole" in seen
    assert seen <= {b"whole", b"", "There is no file a."}


@pytest.mark.parametrize("kind", KINDS)
def test_read_only(call, kind):
    """Where another tab writes, changes are refused with a code."""
    assert call("refused", kind) == ["read-only", "read-only"]


@pytest.mark.parametrize("kind", KINDS)
def test_index(call, on_cpython, kind):
    """A collection kept by the browser has the files, and gives the hits, that it has elsewhere."""
    sources = [
        (f"{number}.txt", f"{title}\n\n{heading}\n\n{body}".encode())
        for number, (title, heading, body) in enumerate(texts.documents(60))
        if body
    ]
    files, results = call("indexed", kind, sources, texts.queries(5))
    assert files == on_cpython(index.made, sources, [sources[0][0]])
    assert results == on_cpython(index.searched, files, texts.queries(5))
