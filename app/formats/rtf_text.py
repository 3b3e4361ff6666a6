"""Bytes and escapes of RTF to text, in the code page that holds where they stand."""

from __future__ import annotations

__all__ = ["TextBuffer"]

_SYMBOLS = range(0xF000, 0xF100)
"""Characters of fonts without names for them: pictures."""


class TextBuffer:
    """Collects text until `take`; bytes that stand together are decoded together.

    >>> buffer = TextBuffer()
    >>> buffer.raw(b"caf")
    >>> buffer.byte(0xE9)
    >>> buffer.unicode(8364, 1)
    >>> buffer.raw(b"?!")
    >>> buffer.take()
    'café€!'
    """

    def __init__(self) -> None:
        self.default = "cp1252"
        self.encoding = ""
        """Of the font, `default` where empty; to be set where nothing is collected."""
        self._bytes = bytearray()
        self._units: list[str] = []
        self._to_skip = 0
        self._surrogates = False

    def raw(self, data: bytes) -> None:
        """Bytes as they stand in the file; line ends mean nothing there."""
        data = data.translate(None, b"\r\n\0")
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        self._bytes += data

    def byte(self, byte: int) -> None:
        """A byte that was written as a number."""
        if not self.skips():
            self._bytes.append(byte)

    def char(self, char: str) -> None:
        """A character that was written as a word."""
        self._decode()
        self._units.append(char)

    def unicode(self, number: int, replaced: int) -> None:
        """A unit of UTF-16; so many characters after it are for programs that do not know it."""
        self._decode()
        code = number % 0x10000
        if code and code not in _SYMBOLS:
            self._units.append(chr(code))
            self._surrogates |= 0xD800 <= code < 0xE000
        self._to_skip = replaced

    def skips(self) -> bool:
        """Whether one more character stands for the unit before it; it is counted then."""
        if self._to_skip:
            self._to_skip -= 1
            return True
        return False

    def take(self) -> str:
        """What was collected; pairs of surrogates are one character, single ones are replaced."""
        self._decode()
        self._to_skip = 0
        text = "".join(self._units)
        self._units.clear()
        if self._surrogates:
            self._surrogates = False
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return text

    def _decode(self) -> None:
        if self._bytes:
            self._units.append(self._bytes.decode(self.encoding or self.default, "replace"))
            self._bytes.clear()
