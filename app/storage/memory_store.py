"""A store in memory: for tests, for pages that may keep nothing, and for throw-away indexes."""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import StorageError
from app.ports import Buffer
from app.storage.names import check_name


class MemoryStore:
    """A `Store` that forgets everything when it is dropped.

    `quota` is the number of bytes that all files together may take, None for no limit; a write
    beyond it raises `StorageError("quota-exceeded")` and leaves what was there.
    """

    kind = "memory"

    def __init__(self, *, quota: int | None = None) -> None:
        self._files: dict[str, bytes] = {}
        self._quota = quota
        self._closed = False

    async def names(self) -> list[str]:
        """Names of all files, sorted."""
        return sorted(self._open_files())

    async def size(self, name: str) -> int | None:
        """Bytes in the file, None if there is none of that name."""
        data = self._open_files().get(check_name(name))
        return None if data is None else len(data)

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> Buffer:
        """The bytes from `offset`, `length` of them or to the end; fewer where the file ends."""
        data = self._open_files().get(check_name(name))
        if data is None:
            raise StorageError(f"There is no file {name}.", code="storage-damaged")
        if offset == 0 and (length is None or length >= len(data)):
            return data
        return data[offset : None if length is None else offset + length]

    async def write(self, name: str, parts: Sequence[Buffer]) -> None:
        """Create or replace a file with the parts in order."""
        files = self._open_files()
        data = b"".join(parts)
        if self._quota is not None:
            others = sum(len(held) for other, held in files.items() if other != check_name(name))
            if others + len(data) > self._quota:
                raise StorageError(
                    f"{name} needs {len(data)} bytes, {max(self._quota - others, 0)} are left.",
                    code="quota-exceeded",
                    hint="Remove documents, or give the index more room.",
                )
        files[check_name(name)] = data

    async def remove(self, name: str) -> None:
        """Delete the file; no error if there is none."""
        self._open_files().pop(check_name(name), None)

    async def close(self) -> None:
        """Forget everything. The store cannot be used afterwards."""
        self._files.clear()
        self._closed = True

    def _open_files(self) -> dict[str, bytes]:
        if self._closed:
            raise StorageError("The store was closed.")
        return self._files
