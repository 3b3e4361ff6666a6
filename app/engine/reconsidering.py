"""Files that were refused, to be read again although they are as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import replace

from app.storage.ledger import Unread

LACKING = -1
"""Documents that came of an archive or a mail of which something is to be read again."""


def reconsider(
    ledger: MutableMapping[str, Unread], paths: Iterable[str], is_document: Callable[[str], bool]
) -> int:
    """Forget that files were refused; what they lie in is opened again.

    `is_document` tells whether a document of this path is in the index. Answers how many files
    there were; what a rule has left out is none of them.
    """
    found = 0
    for path in paths:
        entry = ledger.get(path)
        if entry is None or entry.code in {"", "ignored"}:
            continue
        del ledger[path]
        found += 1
        for outer in _around(path):
            entry = ledger.get(outer)
            if entry is None and is_document(outer):
                entry = Unread(outer, 0, None)
            if entry is not None and not entry.code:
                ledger[outer] = replace(entry, documents=LACKING)
            elif entry is not None and entry.code != "ignored":
                del ledger[outer]
    return found


def _around(path: str) -> Iterator[str]:
    """The paths of all that a file may lie in, from the inside out."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
