"""Damage: what of an index cannot be read, as an error for callers and as a value for reports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.core.model import Damage
from app.errors import StorageError

_AGAIN = "Add their files again: they count as new. Then repair the collection."
_DELETE = "Delete the collection and add the files again; the files themselves are untouched."


class DamagedFileError(StorageError):
    """A file of the index that is missing, cut off or not what was written."""

    code = "storage-damaged"

    def __init__(self, file: str, part: str) -> None:
        what = "is missing" if part == MISSING else f"is damaged in its part {part!r}"
        super().__init__(f"The index file {file} {what}.", hint=_DELETE)
        self.file = file
        self.part = part


MISSING = "file"
"""The part of a `DamagedFileError` that is not there at all."""


def foreign(name: str, version: int, own: int) -> StorageError:
    """The error for a file that a newer program wrote, or one from before the present format."""
    hint = (
        "Reload the page to get the current program, or use the program that wrote it."
        if version > own
        else _DELETE
    )
    return StorageError(
        f"The index file {name} has format {version}; this program reads format {own}.",
        code="index-version",
        hint=hint,
    )


@contextmanager
def of_this_format(name: str) -> Iterator[None]:
    """Where the manifest is of this format, a file of another one is damaged."""
    try:
        yield
    except StorageError as error:
        if error.code != "index-version":
            raise
        raise DamagedFileError(name, "header") from error


def of_segment(name: str, documents: int, chunks: int, error: StorageError) -> Damage:
    """A segment that is set aside whole: nothing in it is searched."""
    file, part = _place(name, error)
    lost = "One document" if documents == 1 else f"{documents:,} documents"
    message = f"{lost} cannot be searched: {reason(error)}"
    return Damage("segment", file, part, message, _AGAIN, documents, chunks)


def of_front(name: str, documents: int, chunks: int, error: StorageError) -> Damage:
    """A segment that was read when it was opened, and is damaged now or does not fit together."""
    file, part = _place(name, error)
    lost = "One document" if documents == 1 else f"{documents:,} documents"
    message = f"{lost} may not be found after the next start: {reason(error)}"
    return Damage("segment", file, part, message, _AGAIN, documents, chunks)


def of_slot(name: str, error: StorageError) -> Damage:
    """One of the two slots, while the other tells of the same commit."""
    name, part = _place(name, error)
    message = f"One of the two lists of what is in the index is damaged: {reason(error)}"
    return Damage("manifest", name, part, message, "Repair the collection: it is written anew.")


def of_ledger(name: str, error: StorageError) -> Damage:
    """What is known of files that are no documents."""
    name, part = _place(name, error)
    message = f"Which files could not be read is not known any more: {reason(error)}"
    return Damage("ledger", name, part, message, "Repair the collection; they are read again.")


def of_tuning(name: str, error: StorageError) -> Damage:
    """What audits have found."""
    name, part = _place(name, error)
    message = f"How closely searches by meaning look is not known any more: {reason(error)}"
    hint = "Repair the collection, then measure again what searches find."
    return Damage("tuning", name, part, message, hint)


def of_vector_index(name: str, error: StorageError) -> Damage:
    """A vector index that has a name of its own."""
    file, part = _place(name, error)
    message = f"The vector index {name} is damaged: {reason(error)}"
    return Damage("vector-index", file, part, message, "Delete it and add its vectors again.")


def of_vectors(name: str, model: str, chunks: int, error: StorageError) -> Damage:
    """Vectors that are set aside: their chunks are found by words alone."""
    file, part = _place(name, error)
    message = f"{chunks:,} passages are found by words only, without {model}: {reason(error)}"
    return Damage("vectors", file, part, message, _AGAIN, None, chunks)


def of_renewal(name: str, chunks: int, error: StorageError) -> Damage:
    """Vectors of a better model that are set aside: those before them stand."""
    file, part = _place(name, error)
    message = f"The vectors of {chunks:,} passages have to be made anew: {reason(error)}"
    hint = "That happens by itself while the collection is open and its model is there."
    return Damage("vectors", file, part, message, hint, None, chunks)


def of_texts(name: str, documents: int) -> Damage:
    """Texts that cannot be shown, of documents that are found."""
    some = "The text of one document" if documents == 1 else f"The texts of {documents:,} documents"
    message = f"{some} cannot be shown: the index file {name} is missing or damaged."
    return Damage("texts", name, "texts", message, _AGAIN, documents, None)


def of_manifest(name: str, error: StorageError) -> Damage:
    """A slot that may have told of a later commit than the one that is read."""
    name, part = _place(name, error)
    return Damage(
        "manifest",
        name,
        part,
        f"The last commit cannot be read: the index file {name} is damaged. "
        "What it added is missing, what it removed is back.",
        "Add the files that were added last again.",
        None,
        None,
    )


def reason(error: StorageError) -> str:
    """What is wrong, to stand behind a colon."""
    message = error.message
    return message[:1].lower() + message[1:] if isinstance(error, DamagedFileError) else message


def _place(name: str, error: StorageError) -> tuple[str, str]:
    return (error.file, error.part) if isinstance(error, DamagedFileError) else (name, MISSING)
