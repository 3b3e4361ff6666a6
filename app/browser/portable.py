"""Exported files in the browser: what JavaScript writes and reads for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyodide.ffi import JsException

from app.browser import ciphers, ffi, tables
from app.browser.store import BrowserStore
from app.errors import FileError, StorageError
from app.ports import Buffer, Store
from app.storage.portable import SealingSink


class BrowserSink:
    """Where an export goes: a Target of static/workers/portable-files.js."""

    def __init__(self, target: ffi.JsObject) -> None:
        self._target = target

    async def write(self, data: Buffer) -> None:
        """Append bytes. Raises `StorageError`, `quota-exceeded` where there is no room."""
        await _done(lambda: self._target.write(ffi.to_uint8_array(data)))

    async def finish(self) -> ffi.JsObject:
        """Close it; the Blob, None where the file has a handle."""
        return await _done(self._target.finish)

    async def abort(self) -> None:
        """Let go of what was written."""
        await _done(self._target.abort)


class SealedOutput(SealingSink):
    """The same with a passphrase: what goes there is sealed."""

    def __init__(self, output: BrowserSink, passphrase: str, ciphers_of: ffi.JsObject) -> None:
        super().__init__(output, passphrase, ciphers.BrowserCiphers(ciphers_of))
        self._output = output

    async def finish(self) -> ffi.JsObject:
        """Write its end, and close it."""
        await self.end()
        return await self._output.finish()

    async def abort(self) -> None:
        """Let go of what was written."""
        await self._output.abort()


class BlobRanges:
    """A Blob that is read by ranges."""

    def __init__(self, ranges: ffi.JsObject) -> None:
        self._ranges = ranges
        self.size = int(ranges.size)

    async def read(self, offset: int, length: int) -> Buffer:
        """The bytes from `offset`, fewer where it ends. Raises `FileError("unreadable")`."""
        try:
            return ffi.to_bytes(self._ranges.read(offset, length))
        except JsException as error:
            raise ffi.as_error(error, FileError) from None


@dataclass(frozen=True, slots=True)
class Target:
    """The store that a file is brought into, which nobody else has meanwhile."""

    store: BrowserStore
    sealing: ffi.JsObject
    held: ffi.JsObject

    async def opened(self) -> Store:
        """The store, sealed where the page gives a passphrase."""
        return await ciphers.opened(self.store, self.sealing, writable=True)

    async def release(self) -> None:
        """Let others have it."""
        await self.store.close()
        self.held()


_OBJECTS = frozenset({"to", "target", "newTable", "passphrase", "ciphers"})


def arguments_of(method: str, args: ffi.JsObject) -> Mapping[str, Any] | None:
    """Arguments of the calls that write or read exported files, None for other calls."""
    if method == "export":
        given = ffi.to_python(args)
        rest = {name: given[name] for name in given if name not in _OBJECTS}
        write = None if ffi.is_nothing(args.newTable) else tables.writer(args.newTable)
        plain = BrowserSink(args.target)
        is_plain = ffi.is_nothing(args.passphrase)
        sink = plain if is_plain else SealedOutput(plain, str(args.passphrase), args.ciphers)
        return {**rest, "sink": sink, "write": write}
    if method == "import_file":
        target = Target(BrowserStore(args.files), args.sealing, args.release)
        unlock = partial(ciphers.content_of, sealing=args.unlocking)
        ranges = BlobRanges(args.ranges)
        rest = {"unlock": unlock, "overwrite": bool(args.overwrite)}
        return {"ranges": ranges, "target": target, **rest}
    return None


async def _done(call: Any) -> Any:  # noqa: ANN401 (what JavaScript gives, at once or promised)
    try:
        found = call()
    except JsException as error:
        raise ffi.as_error(error, StorageError) from None
    return await ffi.settled(found, StorageError) if hasattr(found, "then") else found
