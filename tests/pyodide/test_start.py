"""The app's bundle comes up in Pyodide, and is what the site carries."""

from __future__ import annotations

import app
from tests.pyodide import probes


def test_the_bundle_is_installed(pyodide):
    """The package that runs in the browser is this one."""
    assert pyodide.call(probes.platform) == ("emscripten", app.__version__)
