"""What a file is: by its content first, by its name second."""

from __future__ import annotations

from app.errors import FileError
from app.formats.detect_office import is_office_name, office_family
from app.formats.detect_text import is_text_name, text_family
from app.formats.encoding import is_binary
from app.formats.families import FAMILIES
from app.formats.limits import DEFAULT_LIMITS, Limits, check_limit
from app.formats.signs import is_archive, mail_family
from app.formats.slices import Slices
from app.formats.zip_names import zip_family

_ARCHIVES = {"zip", "tar", "tgz", "gz", "tbz", "tbz2", "bz2", "txz", "xz", "mbox"}

_OFFICE = {
    "jar": "a Java archive", "apk": "an Android package", "whl": "a Python wheel",
    "pages": "a Pages document", "numbers": "a Numbers sheet",
    "key": "a Keynote presentation",
}  # fmt: skip

_PROMISED = {
    "pdf": "a PDF", "msg": "an Outlook message", "mht": "a saved page", "mhtml": "a saved page",
    "mbox": "a mailbox", "zip": "a zip archive", "tar": "a tar archive", "gz": "a gzip archive",
    "tgz": "a packed tar archive", "bz2": "a bzip2 archive", "xz": "an xz archive",
}  # fmt: skip
"""What is never read as anything else."""

_TEXTUAL_MAGIC: tuple[tuple[bytes, str], ...] = ((b"%!PS", "a PostScript document"),)
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "a zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document of the old kind"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"8BPS", "a Photoshop image"),
    (b"\x00\x00\x01\x00", "an icon"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"(\xb5/\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf'\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x1aE\xdf\xa3", "a Matroska video"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a compiled Java class"),
    (b"\x00asm", "a WebAssembly module"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
    (b"\x00\x01\x00\x00\x00", "a font"),
    (b"OTTO", "a font"),
    (b"!<arch>\n", "a library archive"),
    (b"PAR1", "a Parquet table"),
)
_MAGIC_AT: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftyp", "a video or image"),
    (8, b"WEBP", "a WebP image"),
    (8, b"WAVE", "a WAV recording"),
    (8, b"AVI ", "an AVI video"),
    (257, b"ustar", "a tar archive"),
)
_BLANK = b" \t\r\n\x0b\x0c\x00"
_HEAD = 4096
_SAMPLE = 1 << 16


def extension(path: str) -> str:
    """The part after the last dot of the name, in lower case; empty if there is none.

    >>> extension("notes/Report.final.PDF")
    'pdf'
    """
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""


def check_size(path: str, size: int, limits: Limits = DEFAULT_LIMITS) -> None:
    """Raise `FileError("too-large")` for a file of `size` bytes, before any of it is read.

    What the name says decides; `detect` looks again when the content is there.
    """
    ext = extension(path)
    if ext in _ARCHIVES:
        most = limits.archive_bytes
    else:
        most = limits.text_bytes if is_text_name(path, ext) else limits.file_bytes
    check_limit(path, size, most)


def detect(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    """Family of the file's format: a key of `families.FAMILIES`.

    Raises `FileError` where it cannot be indexed: `empty`, `too-large`, `not-text` (binary
    content under the name of a text file), `unsupported` (with the type named), `damaged`.

    >>> detect("a.bin", b"%PDF-1.7 ...")
    'pdf'
    """
    if not data.strip(_BLANK):
        raise FileError(f"{path} is empty.", code="empty")
    ext = extension(path)
    binary = is_binary(data)
    if _is_pdf(ext, data, binary):
        return _within(path, data, "pdf", limits)
    office = office_family(path, ext, data)
    if office:
        return _within(path, data, office, limits)
    if family := mail_family(ext, data):
        return _within(path, data, family, limits)
    if is_archive(data) and ext not in _OFFICE:
        return _within(path, data, "archive", limits)
    kind = _kind_by_content(data, ext, binary) or _OFFICE.get(ext)
    if kind:
        raise FileError(f"{path} is {kind}, which cannot be read yet.", code="unsupported")
    if ext in _PROMISED:
        raise FileError(
            f"{path} is not {_PROMISED[ext]}, although its name says so.", code="damaged"
        )
    if binary and is_text_name(path, ext):
        raise FileError(f"{path} is not text, although its name says so.", code="not-text")
    if binary:
        raise FileError(f"{path} is binary data of an unknown kind.", code="unsupported")
    head = data[:_HEAD].decode("utf-8", "replace").replace("\x00", "").lstrip("\ufeff\ufffd")
    head = head.replace("\r\n", "\n")
    return _within(path, data, text_family(path, ext, head), limits)


def large_family(path: str, data: Slices) -> str:
    """Family of a large file that is read by parts, "archive" or "mailbox"; empty for all others.

    Books and Office files, which are zip archives as well, are none.
    """
    head, ext = data[:_HEAD], extension(path)
    if head.startswith(b"From ") and _is_mailbox(path, data):
        return "mailbox"
    if not is_archive(head) or is_office_name(ext) or ext in _OFFICE:
        return ""
    return "" if head.startswith(b"PK") and zip_family(data) else "archive"


def _is_mailbox(path: str, data: Slices) -> bool:
    """As `detect` tells it: of what begins as a text does, it looks at no more than this."""
    try:
        return detect(path, data[:_SAMPLE]) == "mailbox"
    except FileError:
        return False


def _within(path: str, data: bytes, family: str, limits: Limits) -> str:
    """The family itself, or `FileError("too-large")`."""
    check_limit(path, len(data), FAMILIES[family].max_bytes(limits))
    return family


def _is_pdf(ext: str, data: bytes, binary: bool) -> bool:
    """Viewers accept junk before the mark; a text about PDF is none, though."""
    place = data.find(b"%PDF-", 0, 1024 + 5)
    return place == 0 or (place > 0 and (ext == "pdf" or binary))


def _kind_by_content(data: bytes, ext: str, binary: bool) -> str:
    """What the file is, in words, if its first bytes say that it is nothing that is read."""
    for magic, kind in _TEXTUAL_MAGIC:
        if data.startswith(magic):
            return kind
    if not binary:
        return ""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return _OFFICE.get(ext, kind) if kind.endswith(("archive", "old kind")) else kind
    for offset, magic, kind in _MAGIC_AT:
        if data[offset : offset + len(magic)] == magic:
            return kind
    return ""
