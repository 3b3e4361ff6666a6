"""What is known of the documents of a segment in few distinct values: what filters test and
facets count.

A value has a key, by which it is compared, and spellings, in which it is shown. Both filters and
facets compare keys, so that a facet counts what its filter lets through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import fold
from app.core.unique import unique_inverse
from app.engine.days import years
from app.storage.document_table import DocumentTable

UNKNOWN = ""
"""The key of what is not known; the first of every column."""

_AUTHOR = re.compile(r'"author":("(?:[^"\\]|\\.)*")')
_SLASH = re.compile(r"[/\\]+")
_QUOTE = str.maketrans({'"': "'"})
_DIGITS = re.compile(r"0*([0-9]+)")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One value for each document of a segment."""

    keys: tuple[str, ...]
    """The distinct ones; the first is `UNKNOWN`, whether it occurs or not."""
    spelled: tuple[str, ...]
    """How each key is written; of several ways the lowest by code points."""
    codes: NDArray[np.unsignedinteger]
    """Shape (documents,): the place of the document's value in `keys`."""

    @classmethod
    def of(
        cls,
        values: Iterable[str],
        key: Callable[[str], str],
        spell: Callable[[str], str] = str,
    ) -> Column:
        """The column of what `spell` makes of some values, one a document.

        >>> column = Column.of(["b", "", "B"], str.lower)
        >>> column.keys, column.spelled, column.codes.tolist()
        (('', 'b'), ('', 'B'), [1, 0, 1])
        """
        raw = _Numbers()
        rows = np.fromiter(map(raw.__getitem__, values), dtype=np.intp)
        numbers, spelled = {UNKNOWN: 0}, [UNKNOWN]
        codes = np.zeros(len(raw), dtype=np.intp)
        for value, row in zip(map(spell, raw), raw.values(), strict=True):
            codes[row] = code = numbers.setdefault(key(value), len(numbers))
            if code == len(spelled):
                spelled.append(value)
            elif code:
                spelled[code] = min(spelled[code], value)
        narrow = np.min_scalar_type(len(numbers))
        return cls(tuple(numbers), tuple(spelled), codes.astype(narrow)[rows])

    def where(self, test: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Documents whose value is known and passes a test of its key, bool[documents]."""
        passing = np.fromiter(map(test, self.keys), dtype=np.bool_, count=len(self.keys))
        passing[0] = False
        mask: NDArray[np.bool_] = passing[self.codes]
        return mask


class _Numbers(dict[str, int]):
    """Numbers strings as they come."""

    def __missing__(self, value: str) -> int:
        self[value] = number = len(self)
        return number


class Columns:
    """The columns of one segment, each made when it is first needed and kept."""

    def __init__(self, documents: DocumentTable) -> None:
        self._documents = documents

    @cached_property
    def type(self) -> Column:
        """Families of formats."""
        return Column.of(self._documents.kind, fold)

    @cached_property
    def language(self) -> Column:
        """ISO 639-1."""
        return Column.of(self._documents.language, fold)

    @cached_property
    def author(self) -> Column:
        """Authors as their files name them."""
        return Column.of(self._documents.metadata, name_key, _author)

    @cached_property
    def folder(self) -> Column:
        """Folders, by `folder_key`; unknown for documents at the top."""
        return Column.of(map(_folder, self._documents.path), folder_key)

    @cached_property
    def year(self) -> Column:
        """Years of the last change, as four digits at least."""
        found, rows = unique_inverse(years(self._documents.modified))
        column = Column.of((f"{year:04}" if year else UNKNOWN for year in found.tolist()), str)
        return replace(column, codes=column.codes[rows])

    @cached_property
    def names(self) -> list[str]:
        """A key for each document by which file names are in order (`natural_key`)."""
        return [natural_key(path) for path in self._documents.path]


def name_key(name: str) -> str:
    """A name as it is compared: no case, no diacritics, single spaces, one kind of quotation mark.

    >>> name_key('Ada  "Countess" LOVELACE')
    "ada 'countess' lovelace"
    """
    return " ".join(fold(name).translate(_QUOTE).split())


def folder_parts(path: str) -> list[tuple[str, str]]:
    """The folders of a path from the top, as they are compared and as they are written.

    >>> folder_parts("/My  Notes//Öl")
    [('my notes', 'My  Notes'), ('ol', 'Öl')]
    """
    # What folding makes a slash of (℅ is c/o) does not part folders.
    parts = [(name_key(part).replace("/", "∕"), part) for part in _SLASH.split(path)]
    return [(key, part) for key, part in parts if key]


def folder_key(path: str) -> str:
    """A folder as it is compared, ``a/b``."""
    return "/".join(key for key, _ in folder_parts(path))


def natural_key(path: str) -> str:
    """Sorts paths by file name, A to Z whatever the case, and numbers by their value.

    >>> sorted(["a/File 10.md", "b/file 9.md", "E.md"], key=natural_key)
    ['E.md', 'b/file 9.md', 'a/File 10.md']
    """
    name = fold(_SLASH.split(path)[-1])
    return _DIGITS.sub(lambda digits: f"0{chr(len(digits[1]))}{digits[1]}", name)


def _folder(path: str) -> str:
    return path[: max(path.rfind("/"), path.rfind("\\")) + 1].strip("/\\")


def _author(metadata: str) -> str:
    found = _AUTHOR.search(metadata)
    return " ".join(json.loads(found[1]).split()) if found else UNKNOWN
