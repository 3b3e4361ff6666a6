"""Two forms of tests that try the same in thousands of places: some of the places, and all.

`make test` takes the short form, `make test LONG=1` the long one; both find what is wrong, the
long one sooner. Tests marked `long` are left out of the short form altogether.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

LONG = bool(os.environ.get("FOSSICK_LONG"))
IN_BROWSER = sys.platform == "emscripten"

EXAMPLES = 60
"""For a property, in the short form; each run tries others."""


def some(cases: Sequence[T], every: int) -> list[T]:
    """All cases in the long form, each `every`-th and the last in the short one."""
    return list(cases) if LONG else [*cases[:-1:every], *cases[-1:]]
