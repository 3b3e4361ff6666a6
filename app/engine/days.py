"""Days where the user is, as seconds since 1970."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_YEAR = 365.2425 * 86_400
_FIRST, _LAST = date.min.year, date.max.year


@lru_cache(maxsize=512)
def midnight(day: date) -> float:
    """Seconds since 1970 at which a day begins where the user is."""
    try:
        return datetime.combine(day, time()).timestamp()
    except (OverflowError, OSError, ValueError):  # the years 1 and 9999
        return float((day - date(1970, 1, 1)).days * 86_400)


def midnight_after(day: date) -> float:
    """Seconds since 1970 at which a day ends where the user is."""
    return midnight(day + timedelta(days=1)) if day < date.max else np.inf


def years(modified: NDArray[np.float64]) -> NDArray[np.int64]:
    """The year of each moment in seconds since 1970, 0 where it is unknown. Shape as `modified`.

    >>> years(np.array([86_400.0 * 200, np.nan])).tolist()
    [1970, 0]
    """
    known = np.isfinite(modified)
    found = np.zeros(len(modified), dtype=np.int64)
    if not known.any():
        return found
    about = 1970 + modified[known] / _YEAR
    first = int(np.clip(about.min() - 1, _FIRST, _LAST))
    last = int(np.clip(about.max() + 1, _FIRST, _LAST))
    begins = [midnight(date(year, 1, 1)) for year in range(first, last + 1)]
    year = first - 1 + np.searchsorted(begins, modified[known], side="right")
    year[(year < _FIRST) | (about > _LAST + 1)] = 0
    found[known] = year
    return found
