"""Names of the files in a store: one rule for every adapter, one scheme for the index.

``seg-00000007`` is a segment, ``seg-00000007.txt`` its text, ``seg-00000007.dead-00000012`` its
tombstones, ``seg-00000007.vec-00000013`` the vectors that took the place of those in it,
``manifest-a`` and ``manifest-b`` the two slots. Numbers are never used twice.
``vec-faces.a`` and ``vec-faces.b`` are the slots of the vector index "faces",
``vec-faces.00000001`` is a part of it.
"""

from __future__ import annotations

import re

from app.errors import InputError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SEGMENT = re.compile(r"seg-\d{8}", re.ASCII)
_VECTORS = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_VECTOR_FILE = re.compile(r"vec-([a-z0-9][a-z0-9_-]{0,63})\.(a|b|\d{8})", re.ASCII)
_OURS = re.compile(r"seg-\d{8}(\.txt|\.(?:dead|vec)-\d{8})?", re.ASCII)

MANIFEST_SLOTS = ("manifest-a", "manifest-b")

LAST_NUMBER = 99_999_999
"""The last number that has a name."""


def check_name(name: str) -> str:
    """The name itself, or `InputError` when a store must not take it.

    >>> check_name("seg-00000001.txt")
    'seg-00000001.txt'
    """
    if len(name) > 200 or _NAME.fullmatch(name) is None:
        raise InputError(
            f"{name!r} is no name for a stored file.",
            hint="Use lower-case letters, digits, dot, underscore and hyphen, at most 200.",
        )
    return name


def segment_name(number: int) -> str:
    """`segment_name(7) == "seg-00000007"`."""
    return f"seg-{number:08d}"


def text_name(segment: str) -> str:
    """Name of the file that holds the texts of a segment's documents."""
    return f"{segment}.txt"


def tombstone_name(segment: str, number: int) -> str:
    """Name of a file of tombstones for a segment."""
    return f"{segment}.dead-{number:08d}"


def renewal_name(segment: str, number: int) -> str:
    """Name of a file of vectors in place of those in a segment."""
    return f"{segment}.vec-{number:08d}"


def check_vectors_name(name: object) -> str:
    """The name itself, or `InputError` when no vector index can have it."""
    if not isinstance(name, str) or _VECTORS.fullmatch(name) is None:
        raise InputError(
            f"{name!r} is no name for a vector index.",
            hint="Use lower-case letters, digits, underscore and hyphen, at most 64.",
        )
    return name


def vectors_slots(name: str) -> tuple[str, str]:
    """Names of the two slots of a vector index."""
    return f"vec-{name}.a", f"vec-{name}.b"


def vectors_part(name: str, number: int) -> str:
    """Name of a part of a vector index."""
    return f"vec-{name}.{number:08d}"


def of_vectors(file: str) -> tuple[str, str] | None:
    """Whose file it is, and what of it, None if it belongs to no vector index.

    >>> of_vectors("vec-faces.00000003"), of_vectors("seg-00000003")
    (('faces', '00000003'), None)
    """
    match = _VECTOR_FILE.fullmatch(file)
    return None if match is None else (match[1], match[2])


def is_index_file(name: str) -> bool:
    """Whether a file is part of an index (and an orphan when no manifest names it)."""
    return _OURS.fullmatch(name) is not None


def is_segment(name: object) -> bool:
    """Whether this is the name of a segment."""
    return isinstance(name, str) and _SEGMENT.fullmatch(name) is not None


def is_tombstones(name: object, segment: str) -> bool:
    """Whether this is a name for tombstones of a segment."""
    return isinstance(name, str) and is_index_file(name) and name.startswith(f"{segment}.dead-")


def is_renewal(name: object, segment: str) -> bool:
    """Whether this is a name for vectors in place of those in a segment."""
    return isinstance(name, str) and is_index_file(name) and name.startswith(f"{segment}.vec-")


def file_numbers(name: str) -> list[int]:
    """The numbers in the name of an index file.

    >>> file_numbers("seg-00000007.dead-00000012")
    [7, 12]
    """
    return [int(number) for number in re.findall(r"\d{8}", name, re.ASCII)]
