"""Paths of members: relative, with slashes, nothing that could mislead a reader or a file system.

The same rules as in `static/workers/paths.js`: characters that cannot stay are written as %XX,
and a percent sign before two hexadecimal digits as %25, so that two paths never become one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

SKIPPED = frozenset({"node_modules", "__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini"})
"""Folders and files that hold machinery, never a person's own text."""

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_DRIVE = re.compile(r"[A-Za-z]:(?=/)")
_PERCENT = re.compile(r"%(?=[0-9A-Fa-f]{2})")
_ENDING = re.compile(r"(.*[^/])(\.[^./]*)", re.DOTALL)
_LONGEST = 2000


def safe_path(path: str) -> str:
    r"""The path as it is known; empty if nothing is left of it.

    >>> safe_path("C:\\a\\..\\b.md"), safe_path("/x\x00.txt"), safe_path("./")
    ('a/%2E%2E/b.md', 'x%00.txt', '')
    """
    whole = path.encode("utf-8", "replace").decode()[:_LONGEST]
    whole = _DRIVE.sub("", unicodedata.normalize("NFC", whole).replace("\\", "/"), count=1)
    whole = _UNSAFE.sub(_escaped, _PERCENT.sub("%25", whole))
    parts = (part for part in whole.split("/") if part not in {"", "."})
    return "/".join("%2E%2E" if part == ".." else part for part in parts)


def is_skipped(path: str) -> bool:
    """Whether a part of the path is hidden or machinery.

    >>> is_skipped("src/.git/config"), is_skipped("__MACOSX/a.md"), is_skipped("./a.md")
    (True, True, False)
    """
    parts = path.replace("\\", "/").split("/")
    return any(
        part in SKIPPED or (part.startswith(".") and part not in {".", ".."}) for part in parts
    )


class PathRegister:
    """Gives each path out once: a second "a/b.md" becomes "a/b (2).md"."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._counts = dict.fromkeys(taken, 1)

    def claim(self, path: str) -> str:
        """A path of this container that no member has yet."""
        clean = safe_path(path) or "unnamed"
        ending = _ENDING.fullmatch(clean)
        stem, extension = ending.groups() if ending else (clean, "")
        free, count = clean, self._counts.get(clean, 0)
        while free in self._counts:
            count += 1
            free = f"{stem} ({count}){extension}"
        self._counts[clean] = count or 1
        self._counts.setdefault(free, 1)
        return free


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
