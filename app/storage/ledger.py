"""Files that were read and are no documents: why they were refused, and archives. Mails too, with
which files came that are documents.

A file of its own beside the segments, as no commit is made of it. It spares reading the same
files again, and tells the user of them; what cannot be read of it is read anew.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import FILE_CODES, StorageError
from app.ports import Store
from app.storage import sections

NAME = "ledger"
"""The file. Section `entries` uint8: JSON, a list of objects with the fields of `Unread`."""

READERS = 2
"""Rises when readers learn to read more: what former ones refused is then read again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of which there is no document, or one that is not alone in its document."""

    path: str
    size: int
    modified: float | None
    """Seconds since 1970, None where unknown."""
    digest: str = ""
    """SHA-256 in hex, empty where nothing could be read."""
    code: str = ""
    """Why it was refused: a code of `FileError`; empty for an archive whose files were read."""
    message: str = ""
    hint: str = ""
    members: int | None = None
    """Files inside of it, None for what is no container or was not opened."""
    documents: int = 0
    """Documents that came of it and of all that is inside; with fewer in the index it is opened
    again."""


async def load(store: Store) -> dict[str, Unread]:
    """The entries by path; none where there is no ledger, or one of other readers."""
    try:
        if not await store.size(NAME):
            return {}
        arrays = sections.unpack(await store.read(NAME), NAME)
        if arrays["readers"].tolist() != [READERS]:
            return {}
        entries = (Unread(**row) for row in json.loads(arrays["entries"].tobytes()))
        return {entry.path: entry for entry in entries if entry.code in {"", *FILE_CODES}}
    except (StorageError, KeyError, TypeError, ValueError) as error:
        _log.warning("%s cannot be read, going on without it: %s", NAME, error)
        return {}


async def save(store: Store, entries: Mapping[str, Unread]) -> None:
    """Keep the entries. Raises `StorageError`."""
    rows = [asdict(entry) for entry in entries.values()]
    text = json.dumps(rows, ensure_ascii=True, separators=(",", ":")).encode()
    packed: dict[str, NDArray[Any]] = {
        "entries": np.frombuffer(text, dtype=np.uint8),
        "readers": np.array([READERS], dtype=np.uint32),
    }
    await store.write(NAME, sections.pack(packed))
