"""Forms of tests that try the same in thousands of places: few of the places, some, and all.

`make check` takes few, `make test` some, `make test LONG=1` all; each finds what is wrong, the
longer ones sooner. Tests marked `long` are in the long form alone, those marked `lengthy` in all
but the first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

LONG = bool(os.environ.get("FOSSICK_LONG"))
FEW = bool(os.environ.get("FOSSICK_FEW"))
IN_BROWSER = sys.platform == "emscripten"

EXAMPLES = 10 if FEW else 60
"""For a property that asks for more, but in the long form; each run tries others."""


def some(cases: Sequence[T], every: int) -> list[T]:
    """All cases in the long form, each `every`-th and the last in the short one."""
    return list(cases) if LONG else [*cases[:-1:every], *cases[-1:]]
