"""Which of the affixes in a table a word has: what Snowball's stemmers spend their time with.

The package searches its sorted tables by halves, letter by letter; here each table becomes a tree
of letters when it is first asked for, and a search is as many steps as there are letters in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol


class Affix(Protocol):
    """An entry of a table: one of the `Among` of the package."""

    s: str
    result: int
    method: Callable[[Any], bool] | None
    """What must hold besides."""


class Branch(dict[str, "Branch"]):
    """The affixes that go on after some letters, by the next one, and the one that ends there."""

    affix: Affix | None = None


class QuickSearch:
    """Beside a stemmer in the bases of a class, and before it: the same stems sooner."""

    current: str
    cursor: int
    limit: int
    limit_backward: int

    def find_among(self, table: Sequence[Affix]) -> int:
        """The result of the longest affix that goes on from the cursor, 0 if there is none."""
        branch, start = _trees.get(id(table)) or _tree(table, 1), self.cursor
        found = [branch.affix] if branch.affix else []
        for letter in self.current[start : self.limit]:
            following = branch.get(letter)
            if following is None:
                break
            branch = following
            if branch.affix:
                found.append(branch.affix)
        return self._first(found, start, 1)

    def find_among_b(self, table: Sequence[Affix]) -> int:
        """The result of the longest affix that ends at the cursor, 0 if there is none."""
        branch, end = _trees.get(id(table)) or _tree(table, -1), self.cursor
        found = [branch.affix] if branch.affix else []
        for letter in reversed(self.current[self.limit_backward : end]):
            following = branch.get(letter)
            if following is None:
                break
            branch = following
            if branch.affix:
                found.append(branch.affix)
        return self._first(found, end, -1)

    def _first(self, found: list[Affix], at: int, step: int) -> int:
        while found:
            affix = found.pop()
            self.cursor = beyond = at + step * len(affix.s)
            if affix.method is None:
                return affix.result
            if affix.method(self):
                self.cursor = beyond
                return affix.result
        return 0


_trees: dict[int, Branch] = {}
"""By the identities of tables, which belong to classes and so live as long as this."""


def _tree(table: Sequence[Affix], step: int) -> Branch:
    root = Branch()
    for affix in table:
        branch = root
        for letter in affix.s[::step]:
            branch = branch.setdefault(letter, Branch())
        branch.affix = affix
    _trees[id(table)] = root
    return root
