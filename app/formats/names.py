"""Titles from file names, safe to show; texts that every model takes."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

_SPACES = str.maketrans(dict.fromkeys("\t\n\v\f\r\u2028\u2029", " "))


def file_name(path: str) -> str:
    r"""The last part of a path, without characters that cannot be seen or turn the line around.

    >>> file_name("../a/\u202etxt.exe")
    'txt.exe'
    """
    return visible(PurePosixPath(path.replace("\\", "/")).name) or visible(path) or "untitled"


def visible(text: str) -> str:
    """`text` in one line without control and formatting characters (joiners of emoji stay)."""
    kept = (
        char
        for char in text.translate(_SPACES)
        if char in "\u200d\u200c" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}
    )
    return " ".join("".join(kept).split())


def stem(path: str) -> str:
    """`file_name` without its extension."""
    name = file_name(path)
    return PurePosixPath(name).stem or name


def whole_text(text: str) -> str:
    """The text with each lone surrogate replaced by "?", so that offsets stay.

    >>> whole_text("a" + chr(0xDC00) + "b")
    'a?b'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
