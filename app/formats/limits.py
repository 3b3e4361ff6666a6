"""How much of a file is read before it is refused: bytes, parts, depth, expansion.

A reader that meets a limit raises `FileError("too-large")`; what a hostile file asks for beyond it
is never allocated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from app.errors import FileError, InputError

MB = 1 << 20
MOST = (1 << 53) - 1
"""The largest limit: what JavaScript counts up to."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What readers keep to; the defaults suit a browser tab."""

    text_bytes: int = 32 * MB
    """Largest file of text: a novel has less than 4 MB, so more is a log or a data dump."""
    file_bytes: int = 100 * MB
    """Largest file of any other kind, archives aside: PDFs and slides are mostly images."""
    archive_bytes: int = 2048 * MB
    """Largest archive or mailbox."""
    expanded_bytes: int = 4096 * MB
    """What all members of one archive may have unpacked, those inside of members included."""
    ratio: int = 200
    """Bytes that one packed byte may become, once a member has a megabyte."""
    members: int = 100_000
    """Members of an archive, messages of a mailbox."""
    depth: int = 5
    """Archives and mails inside of each other, and elements of XML times a hundred."""
    pages: int = 20_000
    """Pages, slides or sheets of a document."""
    characters: int = 50_000_000
    """Characters of text that one document gives."""
    cells: int = 2_000_000
    """Cells of all sheets of a workbook that hold something."""
    seconds: int = 60
    """Without a sign of life after which a reader is ended; each page of a PDF and each member of
    an archive is one. Kept by who runs readers where they can be ended."""

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Limits:
        """The defaults but for those that are given, by name.

        Raises `InputError` for a name that is no limit, and for what is no whole number above 0.

        >>> Limits.of({"pages": 100}).pages
        100
        """
        names = [each.name for each in fields(cls)]
        numbers: dict[str, int] = {}
        for name, value in given.items():
            if name not in names:
                hint = f"Limits are {', '.join(names)}."
                raise InputError(f"There is no limit {name}.", hint=hint)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(f"The limit {name} is no number.")
            if not 1 <= value <= MOST or value != int(value):
                raise InputError(f"The limit {name} is no whole number above 0.")
            numbers[name] = int(value)
        return cls(**numbers)

    def check_ratio(self, path: str, packed: int, unpacked: int) -> None:
        """Raise `FileError("too-large")` where so few bytes become so many."""
        if unpacked > MB and unpacked > self.ratio * max(packed, 1):
            raise FileError(
                f"{path} grows more than {self.ratio} times when it is unpacked.",
                code="too-large",
                hint="It looks made to fill memory; unpack it yourself if you trust it.",
            )


DEFAULT_LIMITS = Limits()


def check_limit(path: str, size: int, limit: int) -> None:
    """Raise `FileError("too-large")` for a file of `size` bytes where `limit` is the most."""
    if size > limit:
        raise FileError(
            f"{path} has {size / MB:.0f} MB; at most {limit // MB} MB are read.",
            code="too-large",
        )
