"""What a start has compiled, for those that follow.

An import looks for files and decodes their bytecode; `dataclasses` compiles the text of each
method anew. Both are half of what importing costs, and come out the same until the site changes.
The first start writes what came of them into one file among those of the interpreter's image; a
start from that image takes it from there.
"""

from __future__ import annotations

import builtins
import dataclasses
import marshal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

PATH: Final = Path(__file__).with_suffix(".marshal")
"""Where it lies in the browser."""

_HEAD: Final = 16
"""Bytes before the code in a file of bytecode."""

_texts: dict[str, CodeType] = {}
"""Code by the text that it was compiled from."""

Kept = tuple[str, list[str] | None, bytes]
"""A module: path of its file, `__path__` of a package, marshalled code."""


def remember() -> None:
    """Have `dataclasses` compile equal texts once."""
    vars(dataclasses)["exec"] = _execute


def write(path: Path = PATH) -> None:
    """Write the modules that were imported and the texts that were compiled by now."""
    modules = {name: _kept(module) for name, module in list(sys.modules.items())}
    found = {name: kept for name, kept in modules.items() if kept is not None}
    path.write_bytes(marshal.dumps((found, _texts)))


def use(path: Path = PATH) -> None:
    """Take modules and texts from there from now on."""
    modules, texts = marshal.loads(path.read_bytes())
    _texts.update(texts)
    remember()
    sys.meta_path.insert(0, _Finder(modules))


def _execute(text: str, *scope: dict[str, Any]) -> None:
    code = _texts.get(text)
    if code is None:
        code = _texts[text] = compile(text, "<dataclass>", "exec")
    builtins.exec(code, *scope)


def _kept(module: ModuleType) -> Kept | None:
    """A module that was imported from a file and has left its bytecode in another."""
    spec = getattr(module, "__spec__", None)
    if spec is None or spec.origin is None or spec.cached is None:
        return None
    bytecode = Path(spec.cached)
    if not bytecode.exists():
        return None
    return spec.origin, spec.submodule_search_locations, bytecode.read_bytes()[_HEAD:]


class _Loader(SourceFileLoader):
    """Of one module, whose code is at hand."""

    def __init__(self, name: str, path: str, code: bytes) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType | None:
        """The code, decoded."""
        code: CodeType = marshal.loads(self._code)
        return code


class _Finder:
    """Finds the modules that were kept; others are left to those behind it."""

    def __init__(self, modules: dict[str, Kept]) -> None:
        self._modules = modules

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder.find_spec`."""
        kept = self._modules.pop(name, None)
        if kept is None:
            return None
        file, inside, code = kept
        loader = _Loader(name, file, code)
        return spec_from_file_location(name, file, loader=loader, submodule_search_locations=inside)
