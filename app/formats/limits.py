"""How much of a file is read before it is refused: bytes, parts, depth, expansion.

A reader that meets a limit raises `FileError("too-large")`; what a hostile file asks for beyond it
is never allocated.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.errors import FileError

MB = 1 << 20


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
