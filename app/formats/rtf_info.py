"""The information group of RTF."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.formats.names import visible

__all__ = ["TIMES", "Info"]

TIMES = (b"yr", b"mo", b"dy", b"hr", b"min")
_LONGEST = 500


@dataclass(slots=True)
class Info:
    """Texts and times, by the names that all readers use."""

    key: str = ""
    """The one that is being read."""
    _texts: dict[str, list[str]] = field(default_factory=dict)
    _times: dict[str, dict[bytes, int]] = field(default_factory=dict)

    def text(self, text: str) -> None:
        """A part of a text."""
        self._texts.setdefault(self.key, []).append(text)

    def time(self, word: bytes, number: int) -> None:
        """A part of a time: one of `TIMES`."""
        self._times.setdefault(self.key, {})[word] = number

    def metadata(self) -> dict[str, str]:
        """All of it, with the title as "title"."""
        found = {key: visible("".join(parts)[:_LONGEST]) for key, parts in self._texts.items()}
        subject = found.pop("subject", "")
        found.setdefault("description", subject)
        found |= {key: _written(numbers) for key, numbers in self._times.items()}
        return {key: value for key, value in found.items() if key and value}


def _written(numbers: dict[bytes, int]) -> str:
    """A time by ISO 8601, as far as it is known.

    >>> _written({b"yr": 2024, b"mo": 3, b"dy": 1})
    '2024-03-01T00:00:00'
    """
    year, month, day, hour, minute = (numbers.get(name, 0) for name in TIMES)
    if not 1000 <= year <= 9999:
        return ""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return f"{year:04}"
    date = f"{year:04}-{month:02}-{day:02}"
    return f"{date}T{hour:02}:{minute:02}:00" if 0 <= hour < 24 and 0 <= minute < 60 else date
