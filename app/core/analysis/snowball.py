"""The Snowball stemmers (Porter 2001 and others), each loaded when it is first asked for.

The package `snowballstemmer` imports all its thirty-six algorithms, or a compiled library where
there is one, from its `__init__`. Here its modules are loaded one by one under another name: a
start pays for English alone, and every machine gets the same stems.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from app.core.analysis.affixes import QuickSearch

_PACKAGE = "_fossick_snowball"
_TABLE = """
ar:arabic bs:serbian ca:catalan cs:czech da:danish de:german el:greek en:english eo:esperanto
es:spanish et:estonian eu:basque fa:persian fi:finnish fr:french ga:irish hi:hindi hr:serbian
hu:hungarian hy:armenian id:indonesian it:italian lt:lithuanian nb:norwegian ne:nepali nl:dutch
nn:norwegian no:norwegian pl:polish pt:portuguese ro:romanian ru:russian sr:serbian st:sesotho
sv:swedish ta:tamil tr:turkish yi:yiddish
"""
_ALGORITHMS = dict(pair.split(":") for pair in _TABLE.split())

STEMMED_LANGUAGES = frozenset(_ALGORITHMS)
"""ISO 639-1 codes of the languages that have a stemmer."""


@cache
def stemmer(language: str) -> Callable[[str], str] | None:
    """The function from a word in lower case to its stem; None for a language without one.

    >>> german, thai = stemmer("de"), stemmer("th")
    >>> german and german("häuser"), thai
    ('haus', None)
    """
    name = _ALGORITHMS.get(language)
    if name is None:
        return None
    _provide_package()
    module = import_module(f"{_PACKAGE}.{name}_stemmer")
    found = getattr(module, f"{name.capitalize()}Stemmer")
    algorithm: Callable[[str], str] = type(found.__name__, (QuickSearch, found), {})().stemWord
    return algorithm


def _provide_package() -> None:
    if _PACKAGE in sys.modules:
        return
    spec = find_spec("snowballstemmer")
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError("snowballstemmer is not installed.", name="snowballstemmer")
    package = ModuleType(_PACKAGE)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[_PACKAGE] = package
