"""Every failure that Fossick can name, as one tree with stable codes.

::

    FossickError            internal, memory
    ├── FileError           one file cannot be indexed; the others go on
    │     codes: FILE_CODES
    ├── InputError          the caller's arguments are off
    │     codes: bad-option, bad-query, dimension-mismatch, not-found, collection-exists
    ├── StorageError        the index cannot be read or written
    │     codes: storage-damaged, storage-unavailable, index-version, quota-exceeded, read-only,
    │            locked, wrong-passphrase
    ├── EmbedderError       a model cannot be loaded or run
    │     codes: model-missing, model-failed
    ├── CancelledError      the caller asked to stop
    └── ClosedError         the collection was closed

A code is part of the interface: it never changes its meaning. `message` names the value at
fault, `hint` is the way out. The same codes stand in `static/protocol.js`.
"""

from __future__ import annotations


class FossickError(Exception):
    """A failure with a stable `code`, a `message` for people and a `hint` that says what to do."""

    code = "internal"

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


FILE_CODES: dict[str, str] = {
    "empty": "The file has no content.",
    "no-text": "A scanned document needs text recognition first.",
    "encrypted": "Remove the password, then add the file again.",
    "damaged": "Open and save it again in the program that made it, then add it again.",
    "too-large": "Split the file, then add its parts.",
    "unsupported": "Save it in a format that is read, such as PDF or text, then add it again.",
    "not-text": "The content is binary although the name says text.",
    "ignored": "Change the rules of its folder to have it read.",
    "unreadable": "Check that the file is still there and may be read, then add it again.",
}
"""Codes of `FileError` and the default hint of each."""


class FileError(FossickError):
    """One file cannot be indexed. `code` is a key of `FILE_CODES`."""

    code = "unreadable"

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint or FILE_CODES[code])


class InputError(FossickError):
    """An argument of a call is off."""

    code = "bad-option"


class StorageError(FossickError):
    """The index cannot be read or written."""

    code = "storage-unavailable"


class EmbedderError(FossickError):
    """A model cannot be loaded, or failed while it ran."""

    code = "model-failed"


class CancelledError(FossickError):
    """The caller asked to stop; what was committed before stays."""

    code = "cancelled"


class ClosedError(FossickError):
    """The collection was closed."""

    code = "closed"


CODES: frozenset[str] = frozenset(
    {
        "internal",
        "memory",
        *FILE_CODES,
        "bad-option",
        "bad-query",
        "dimension-mismatch",
        "not-found",
        "collection-exists",
        "storage-damaged",
        "storage-unavailable",
        "index-version",
        "quota-exceeded",
        "read-only",
        "locked",
        "wrong-passphrase",
        "model-missing",
        "model-failed",
        "model-unsuitable",
        "download-failed",
        "download-damaged",
        "cancelled",
        "closed",
        "boot-failed",
    }
)
"""Every code there is; JavaScript alone raises `boot-failed`, before Python runs, and the codes of
models that are put on the device: `model-unsuitable`, `download-failed`, `download-damaged`."""
