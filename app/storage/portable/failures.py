"""What can be wrong with a portable file, in words."""

from __future__ import annotations

from app.errors import FileError, InputError, StorageError

_AGAIN = "Copy or download it again, or export the collection again."


def not_portable() -> FileError:
    """For a file of another kind."""
    return FileError(
        "This is no file that Fossick has exported.",
        code="unsupported",
        hint="Choose a file whose name ends with .fossick.",
    )


def damaged(part: str, why: str = "") -> FileError:
    """For one that is cut off, broken or forged."""
    message = f"The file is damaged in its part {part!r}{f': {why}' if why else ''}."
    return FileError(message, code="damaged", hint=_AGAIN)


def file_locked() -> StorageError:
    """For a sealed one without its passphrase."""
    return StorageError(
        "The file is sealed.",
        code="locked",
        hint="Open it with its passphrase. Nobody can recover one that is forgotten.",
    )


def wrong_file_passphrase() -> StorageError:
    """For a sealed one with another passphrase than its own."""
    return StorageError(
        "The passphrase does not open this file.",
        code="wrong-passphrase",
        hint="Try again; mind capitals and the keyboard's language. Nobody can recover it.",
    )


def foreign_version(version: int, own: int) -> StorageError:
    """For one that a newer program wrote."""
    return StorageError(
        f"The file has version {version} of the format; this program reads up to {own}.",
        code="index-version",
        hint="Reload the page to get the current program, or use the program that wrote it.",
    )


def other_analysis(theirs: str, own: str) -> StorageError:
    """For one whose terms this program would not find."""
    return StorageError(
        f"The file was made with analysis {theirs!r}; this is {own!r}.",
        code="index-version",
        hint="Use the same version of Fossick on both sides, or index the files here.",
    )


def taken(documents: int, indexes: int) -> InputError:
    """For a collection that is not empty."""
    held = f"{documents:,} documents" if documents else f"{indexes:,} vector indexes"
    return InputError(
        f"The collection is there already, with {held}.",
        code="collection-exists",
        hint="Choose another name, or ask for it to be replaced.",
    )


def changed() -> StorageError:
    """For a collection that another program tidies while it is read."""
    return StorageError(
        "The collection was changed elsewhere while it was read.",
        hint="Try again when the other tab or program is done with it.",
    )
