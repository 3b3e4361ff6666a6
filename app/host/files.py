"""Files of a host as sources: walking folders, reading when their turn comes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from app.errors import FileError
from app.host.rules import GITIGNORE, Ignoring, Rules


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
        path = path_of(file)
        try:
            state = file.stat()
        except OSError:
            return cls(file, path, None, None)
        return cls(file, path, state.st_size, state.st_mtime)

    async def read(self) -> bytes:
        """All bytes, read beside the event loop."""
        return await asyncio.to_thread(self.file.read_bytes)

    async def slices(self) -> FileSlices:
        """What reads its bytes piece by piece."""
        return FileSlices(self.path, self.file.open("rb", buffering=0))


class FileSlices:
    """Bytes of a file that are read when they are asked for; its end closes it."""

    def __init__(self, path: str, file: FileIO) -> None:
        self._path = path
        self._file = file
        self._size = file.seek(0, os.SEEK_END)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, span: slice) -> bytes:
        start, stop, _ = span.indices(self._size)
        try:
            self._file.seek(start)
            return self._file.read(max(0, stop - start))
        except OSError as error:
            message = f"{self._path} could not be read any further: {error}."
            raise FileError(message, code="unreadable") from error

    def __del__(self) -> None:
        self._file.close()


@dataclass(slots=True)
class Found:
    """What folders hold."""

    sources: list[FileSource] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)
    """Why a file, or a folder with all that is in it, is left out, by its path."""


def path_of(file: Path) -> str:
    """The path that a file or folder has in an index."""
    return os.fsencode(file.absolute()).decode("utf-8", "replace").replace("\\", "/")


def walk(
    root: Path, rules: Rules | None = None, ignored: dict[str, str] | None = None
) -> Iterator[Path]:
    """Files under a folder in order of name, or the file itself.

    What the rules leave out goes to `ignored`; so do links to folders, silently.
    """
    if not root.is_dir():
        yield root
        return
    yield from _walk(root, "", rules or Rules(), [], {} if ignored is None else ignored)


def _walk(
    folder: Path, below: str, rules: Rules, above: Sequence[Ignoring], ignored: dict[str, str]
) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    if rules.gitignore and any(entry.name == GITIGNORE for entry in entries):
        above = [*above, Ignoring.of(below, _text(folder / GITIGNORE))]
    folders: list[str] = []
    for entry in entries:
        is_folder = entry.is_dir(follow_symlinks=False)
        why = rules.why(f"{below}{entry.name}", is_folder, above)
        if why:
            ignored[path_of(folder / entry.name)] = why
        elif is_folder:
            folders.append(entry.name)
        elif entry.is_file():
            yield folder / entry.name
    for name in folders:
        yield from _walk(folder / name, f"{below}{name}/", rules, above, ignored)


def _text(file: Path) -> str:
    """A small file of text; empty where it cannot be read."""
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""


def sources(roots: Sequence[Path], rules: Rules | None = None) -> Found:
    """All files under the roots, each once, and what of them is left out."""
    found = Found()
    for root in roots:
        for file in walk(root, rules, found.ignored):
            found.sources.append(FileSource.of(file))
    found.sources = list({source.path: source for source in found.sources}.values())
    return found
