"""What is left out of a folder that is walked: hidden entries and machinery, what patterns of the
user's own name, and what the folder's .gitignore files name, where they are to be respected.

Patterns are those of .gitignore. One of the user's own has the last word: "!.notes" brings a hidden
folder in. `static/workers/rules.js` does the same in a browser.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

MACHINERY = frozenset(
    {
        *("node_modules", "__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini"),
        *("venv", "site-packages", "bower_components"),
    }
)
"""Files and folders that programs have installed or made, never a person's own text."""

GITIGNORE = ".gitignore"


@dataclass(frozen=True, slots=True)
class Ignoring:
    """The .gitignore of a folder; `below` is the folder's path with its slash, "" at the top."""

    below: str
    spec: GitIgnoreSpec

    @classmethod
    def of(cls, below: str, text: str) -> Ignoring:
        """The file, read."""
        return cls(below, _spec(text.splitlines()))


class Rules:
    """The rules of one walk.

    >>> rules = Rules(["*.tmp", "!.notes/"])
    >>> rules.why("a.tmp", False), rules.why(".notes", True), rules.why(".git", True)
    ('the pattern "*.tmp" leaves it out', '', 'hidden files and folders are left out')
    """

    def __init__(self, ignore: Sequence[str] = (), *, gitignore: bool = False) -> None:
        self.gitignore = gitignore
        self._own = _spec(ignore)

    def why(self, path: str, is_folder: bool, above: Sequence[Ignoring] = ()) -> str:
        """Why an entry is left out, in words; empty where it is not.

        `path` is below the folder that is walked, with ``/``; `above` are the .gitignore files on
        the way to it, outermost first.
        """
        shown = f"{path}/" if is_folder else path
        own, pattern = _looked_up(self._own, shown)
        if own:
            return f'the pattern "{pattern}" leaves it out'
        if own is False:
            return ""
        name = path.rpartition("/")[2]
        if name.startswith("."):
            return "hidden files and folders are left out"
        if name in MACHINERY:
            return "files of machinery are left out"
        return _why_by_gitignore(shown, above)


def _why_by_gitignore(path: str, above: Sequence[Ignoring]) -> str:
    """What the innermost file says that names the path."""
    for one in reversed(above):
        found, pattern = _looked_up(one.spec, path.removeprefix(one.below))
        if found is not None:
            return f'"{pattern}" in {one.below}{GITIGNORE} leaves it out' if found else ""
    return ""


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    """The patterns of lines; like Git, without those that are none."""
    good = []
    for line in lines:
        with contextlib.suppress(ValueError):
            GitIgnoreSpec.from_lines([line])
            good.append(line)
    return GitIgnoreSpec.from_lines(good)


def _looked_up(spec: GitIgnoreSpec, path: str) -> tuple[bool | None, str]:
    """Whether a path is left out, None where nothing names it, and by which pattern."""
    found = spec.check_file(path)
    if found.include is None or found.index is None:
        return None, ""
    return found.include, str(spec.patterns[found.index])
