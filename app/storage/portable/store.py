"""A portable file as a store that is only read: to be searched where it lies."""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import FileError, StorageError
from app.ports import Buffer
from app.storage.damage import DamagedFileError
from app.storage.names import check_name
from app.storage.portable.archive import INDEX, Archive


class PortableStore:
    """A `Store` over the index files in a portable file. Changes raise `read-only`.

    Nothing is checked here: what is damaged is found as it is in any store, when it is read.
    """

    kind = "file"

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self._closed = False

    async def names(self) -> list[str]:
        """Names of all files, sorted."""
        self._check()
        names = (name.removeprefix(INDEX) for name in self.archive.entries if INDEX in name)
        return sorted(names)

    async def size(self, name: str) -> int | None:
        """Bytes in the file, None if there is none of that name."""
        self._check()
        entry = self.archive.entries.get(INDEX + check_name(name))
        return None if entry is None else entry.length

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> Buffer:
        """The bytes from `offset`, `length` of them or to the end; fewer where the file ends."""
        self._check()
        if INDEX + check_name(name) not in self.archive.entries:
            raise StorageError(f"There is no file {name}.", code="storage-damaged")
        try:
            return await self.archive.read(INDEX + name, offset, length)
        except FileError as error:
            if error.code != "damaged":
                raise
            raise DamagedFileError(name, "blocks") from error

    async def write(self, name: str, parts: Sequence[Buffer]) -> None:
        """Raises `StorageError("read-only")`."""
        self._refuse(name)

    async def remove(self, name: str) -> None:
        """Raises `StorageError("read-only")`."""
        self._refuse(name)

    async def close(self) -> None:
        """The store cannot be used afterwards."""
        self._closed = True

    def _refuse(self, name: str) -> None:
        self._check()
        check_name(name)
        raise StorageError(
            "An exported file is open; it can only be searched.",
            code="read-only",
            hint="Import it to add to it or to remove something.",
        )

    def _check(self) -> None:
        if self._closed:
            raise StorageError("The store was closed.")
