"""Functions that run on CPython and in Pyodide and must give the same there and here."""

from __future__ import annotations

import sys


def platform() -> tuple[str, str]:
    """Where this runs."""
    import app

    return sys.platform, app.__version__
