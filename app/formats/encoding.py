"""Bytes to text: Unicode in all its forms, then the legacy code pages.

Order: byte order mark; UTF-8 if every byte agrees; UTF-16 and UTF-32 by where their zero bytes
stand; then the code page under which the text looks most like a language. Nothing is
dropped: bytes that fit nowhere become U+FFFD, and line ends become "\\n".
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from app.formats.codepages import guess_code_page

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The WHATWG Encoding standard reads these labels as the wider set that includes them.
_AS_BROWSERS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_CODE_PAGES = (
    "cp",
    "iso8859",
    "iso2022",
    "koi8",
    "mac",
    "gb",
    "hz",
    "big5",
    "shift",
    "euc",
    "johab",
)
_STATEFUL = ("iso-2022-", "iso2022", "csiso2022", "hz", "utf-7", "unicode-1-1-utf-7")
_SAMPLE = 1 << 16
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_WRITTEN_CONTROLS = frozenset("\t\n\r\f\x1b\u200b\u200c\u200d\u200e\u200f\ufeff")
_FEW_BAD = 0.001


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    r"""The text and the name of the encoding it was in.

    `declared` is what the file itself says; it counts where the bytes do not contradict it.

    >>> decode("naïve\r\n".encode("utf-16"))
    ('naïve\n', 'utf-16-le')
    >>> decode("naïve café, déjà vu".encode("cp1252"))
    ('naïve café, déjà vu', 'cp1252')
    """
    text, encoding = _decode(data, declared)
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def declared_text(data: bytes, declared: str) -> str:
    """The text, where `declared` is what tells 7-bit encodings from plain ASCII, as in mail.

    >>> declared_text("日本".encode("iso2022_jp"), "ISO-2022-JP")
    '日本'
    """
    name = declared.strip().lower().replace("_", "-")
    if name.startswith(_STATEFUL):
        try:
            text = data.decode(name, "replace")
            return text.replace("\r\n", "\n").replace("\r", "\n")
        except LookupError:
            pass
    return decode(data, declared)[0]


def wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, else None.

    Text in any script has spaces or line ends, so zero bytes; the more significant bytes vary
    less than the others; and it hardly has characters that no text has.
    """
    sample = data[: _SAMPLE - _SAMPLE % 4]
    if 0 not in sample or len(sample) < 4:
        return None
    even, odd = len(set(sample[0::2])), len(set(sample[1::2]))
    order = "le" if odd < even else "be"
    for width in (4, 2):
        encoding = f"utf-{width * 8}-{order}"
        whole = sample[: len(sample) - len(sample) % width]
        if _decodes(whole, encoding) and _looks_written(whole.decode(encoding, "ignore")):
            return encoding
    return None


def is_binary(data: bytes) -> bool:
    """Whether the bytes are no text in any encoding: too many control characters."""
    if any(data.startswith(mark) for mark, _ in _MARKS) or wide_encoding(data):
        return False
    sample = data[:_SAMPLE]
    controls = len(_CONTROL.findall(sample))
    if 0 in sample:
        return controls > len(sample) * 0.001 + 1 or not _decodes(sample, "utf-8")
    return controls > len(sample) * 0.02 + 1


def _decode(data: bytes, declared: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    wide = wide_encoding(data)
    if wide:
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    others = sum(char > "\x7f" for char in text) - bad
    if bad <= others * 0.1 or (bad <= len(text) * _FEW_BAD and others > bad):
        return text, "utf-8"
    encoding = guess_code_page(data, _known(declared))
    return data.decode(encoding, "replace"), encoding


def _known(name: str) -> str:
    """Python's name of a declared code page, read as browsers read it; empty if unknown."""
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return ""
    found = _AS_BROWSERS.get(found, found)
    # Python also knows codecs that are no code pages: hex, rot13, punycode, UTF-7.
    return found if found.startswith(_CODE_PAGES) else ""


def _looks_written(text: str) -> bool:
    """Whether hardly any character is a control character, unassigned or for private use."""
    strange = sum(
        char not in _WRITTEN_CONTROLS and unicodedata.category(char)[0] == "C" for char in text
    )
    return strange <= len(text) * 0.02


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True
