"""Files of a host as sources: walking folders, reading when their turn comes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SKIPPED_FOLDERS = frozenset(
    {"node_modules", "__pycache__", "venv", "site-packages", "bower_components"}
)
"""Folders of installed or generated files; hidden ones (`.git`, `.venv`) are skipped anyway."""


@dataclass(frozen=True, slots=True)
class FileSource:
    """A `Source` on disk. `path` is absolute, so that two folders never meet."""

    file: Path
    path: str
    size: int | None
    modified: float | None

    @classmethod
    def of(cls, file: Path) -> FileSource:
        """A file; one that cannot be looked at is found out when it is read."""
        path = os.fsencode(file.absolute()).decode("utf-8", "replace").replace("\\", "/")
        try:
            state = file.stat()
        except OSError:
            return cls(file, path, None, None)
        return cls(file, path, state.st_size, state.st_mtime)

    async def read(self) -> bytes:
        """All bytes, read beside the event loop."""
        return await asyncio.to_thread(self.file.read_bytes)


def walk(root: Path) -> Iterator[Path]:
    """Files under a folder in order of name, or the file itself.

    Hidden files and folders, `SKIPPED_FOLDERS` and links to folders are left out.
    """
    if not root.is_dir():
        yield root
        return
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS
        )
        for name in sorted(files):
            file = Path(folder) / name
            if not name.startswith(".") and file.is_file():
                yield file


def sources(roots: Sequence[Path]) -> list[FileSource]:
    """All files under the roots, each once."""
    found = {source.path: source for root in roots for source in map(FileSource.of, walk(root))}
    return list(found.values())
