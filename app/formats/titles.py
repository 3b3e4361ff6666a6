"""Titles that files carry in their properties, and which of them say nothing."""

from __future__ import annotations

import re

_NOTHING = re.compile(
    r"(?:untitled|unknown|none|title|document\d*|slide 1|powerpoint[ -]pr[eäé]sentation"
    r"|présentation powerpoint|workbook\d*|book\d*"
    r"|microsoft (?:word|powerpoint|excel) - .*|.*\.(?:docx?|pptx?|xlsx?|dvi|tex|indd|qxd|rtf|ps"
    r"|pdf|eps|txt|html?|wpd|od[tsp]))|[\W\d_]*",
    re.IGNORECASE | re.DOTALL,
)


def says_nothing(title: str) -> bool:
    """Whether a program put the title there, not a person.

    >>> [says_nothing(title) for title in ("Gold", "Untitled", "Microsoft Word - a.doc", "")]
    [False, True, True, True]
    """
    return bool(_NOTHING.fullmatch(title))
