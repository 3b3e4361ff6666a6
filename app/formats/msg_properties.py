"""Properties of Outlook items, as they lie in the streams of a compound file (MS-OXMSG)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

_TEXT, _TEXT_8BIT, _BYTES, _OBJECT = 0x001F, 0x001E, 0x0102, 0x000D
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_CODE_PAGES = {65001: "utf-8", 20127: "ascii", 28591: "cp1252", 51949: "cp949", 54936: "gb18030"}


class Properties:
    """The properties of one storage: a message, a recipient or an attachment."""

    def __init__(self, ole: Any, folder: tuple[str, ...], code_page: str = "") -> None:  # noqa: ANN401
        """`ole` is an `olefile.OleFileIO`; `code_page` that of 8-bit texts, found if empty."""
        self._ole = ole
        self._folder = folder
        self._fixed = self._fixed_values()
        page = self.number(0x3FFD) or self.number(0x3FDE)
        self.code_page = code_page or _CODE_PAGES.get(page, f"cp{page}" if page else "cp1252")

    def text(self, *tags: int) -> str:
        """The first of some properties that has text; empty if none."""
        for tag in tags:
            wide = self._stream(tag, _TEXT)
            if wide is not None:
                return wide.decode("utf-16-le", "replace").rstrip("\x00")
            narrow = self._stream(tag, _TEXT_8BIT)
            if narrow is not None:
                return self.decoded(narrow).rstrip("\x00")
        return ""

    def decoded(self, data: bytes) -> str:
        """8-bit text of this message."""
        try:
            return data.decode(self.code_page, "replace")
        except LookupError:
            return data.decode("cp1252", "replace")

    def raw(self, tag: int) -> bytes:
        """A property of bytes, empty if there is none."""
        return self._stream(tag, _BYTES) or b""

    def number(self, tag: int) -> int:
        """A property of 32 bits, 0 if there is none."""
        value = self._fixed.get(tag << 16 | 0x0003, b"")
        return int(struct.unpack_from("<i", value)[0]) if len(value) >= 4 else 0

    def time(self, tag: int) -> datetime | None:
        """A property that is a time."""
        value = self._fixed.get(tag << 16 | 0x0040, b"")
        ticks = int.from_bytes(value[:8], "little")
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def inner(self, tag: int) -> tuple[str, ...] | None:
        """The storage of an object, None if there is none."""
        folder = (*self._folder, f"__substg1.0_{tag:04X}{_OBJECT:04X}")
        return folder if self._ole.exists(list(folder)) else None

    def storages(self, prefix: str) -> Iterator[tuple[str, ...]]:
        """Storages inside of this one whose names begin so: recipients, attachments."""
        depth = len(self._folder)
        names = {
            entry[depth]
            for entry in self._ole.listdir(streams=True, storages=True)
            if len(entry) > depth and tuple(entry[:depth]) == self._folder
        }
        for name in sorted(names):
            if name.startswith(prefix):
                yield (*self._folder, name)

    def _stream(self, tag: int, kind: int) -> bytes | None:
        name = [*self._folder, f"__substg1.0_{tag:04X}{kind:04X}"]
        if not self._ole.exists(name):
            return None
        data: bytes = self._ole.openstream(name).read()
        return data

    def _fixed_values(self) -> dict[int, bytes]:
        """Values of eight bytes by their tag and type."""
        name = [*self._folder, "__properties_version1.0"]
        if not self._ole.exists(name):
            return {}
        data = self._ole.openstream(name).read()
        last = self._folder[-1] if self._folder else ""
        start = 8 if last.startswith(("__recip", "__attach")) else 24 if self._folder else 32
        return {
            struct.unpack_from("<I", data, at)[0]: data[at + 8 : at + 16]
            for at in range(start, len(data) - 15, 16)
        }
