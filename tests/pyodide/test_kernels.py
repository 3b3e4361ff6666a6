"""The kernels inside a browser. Their contract runs there with the other tests, see test_suite."""

from __future__ import annotations

import pytest


@pytest.fixture
def call(pyodide):
    """Call a function of `kernels`, which only a browser can import."""
    return lambda name: pyodide.call_by_name("tests.pyodide.kernels", name)


def test_fallbacks(call):
    """Without the right module, NumPy is used and nothing is raised."""
    assert call("fallbacks") == ["numpy", "numpy", "numpy", "numpy", "wasm"]


def test_memory_may_grow(call):
    """Arrays are found where they are, also in memory that was added later."""
    right, grown = call("while_memory_grows")
    assert all(right)
    assert grown >= 128 << 20
