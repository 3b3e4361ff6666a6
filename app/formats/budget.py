"""What a container may become when it is unpacked."""

from __future__ import annotations

from app.errors import FileError
from app.formats.limits import MB, Limits


class Budget:
    """Counts the bytes of all members of one container together."""

    def __init__(self, path: str, packed: int, limits: Limits) -> None:
        self.limits = limits
        self.packed = packed
        """Bytes that what was taken so far was packed in."""
        self.taken = 0
        self.spent = False
        """Whether the last `take` was too much."""
        self._path = path

    def take(self, size: int) -> None:
        """Count some bytes. Raises `FileError("too-large")` beyond `limits`."""
        self.taken += size
        self.spent = True
        self.limits.check_ratio(self._path, self.packed, self.taken)
        if self.taken > self.limits.expanded_bytes:
            most = self.limits.expanded_bytes // MB
            raise FileError(f"{self._path} unpacks to more than {most} MB.", code="too-large")
        self.spent = False
