"""Numbers in cells as a workbook shows them, where its format is simple."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

__all__ = ["BUILT_IN", "column_name", "place", "shown"]

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 44: "#,##0.00",
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "0.0E+0",
    **dict.fromkeys((*range(27, 32), *range(50, 59), 36), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35), "h:mm:ss"),
}  # fmt: skip
"""Codes of formats that workbooks name by number only; dates whatever the country's order is."""

_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<whole>[#,0? ]*)(?:\.(?P<decimals>[0#?]+))?\s*(?P<percent>%?)\s*")
_ZEROS = re.compile(r"0{2,20}")
_AM_PM = re.compile(r"am/pm|a/p", re.IGNORECASE)
_PLAIN_SHEET = re.compile(r"[^\W\d]\w*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[RrCc]")
_LARGEST_DAY = 2_958_466
"""The first day that workbooks do not have, 1 January 10000."""


@dataclass(frozen=True, slots=True)
class _Format:
    days: bool = False
    times: bool = False
    elapsed: bool = False
    decimals: int | None = None
    digits: int = 0
    """Digits before the point at least, with zeros in front, as postal codes have them."""
    optional: bool = False
    percent: bool = False


def shown(value: float, code: str = "", *, since_1904: bool = False) -> str:
    """A number as its cell shows it: dates and times by ISO 8601, percentages, fixed decimals.

    Thousands are not parted and units not written; the whole number where the format is unusual.

    >>> shown(45352.5, "d/m/yy h:mm"), shown(0.125, "0.0%"), shown(1234.5, "#,##0.00"), shown(0.1)
    ('2024-03-01 12:00', '12.5%', '1234.50', '0.1')
    """
    if not math.isfinite(value):
        return str(value)
    wanted = _format(code)
    if wanted.elapsed and abs(value) < _LARGEST_DAY:
        return _elapsed(value)
    if (wanted.days or wanted.times) and 0 <= value < _LARGEST_DAY:
        return _moment(value, wanted, since_1904)
    return _fixed(value, wanted)


def general(value: float) -> str:
    """A number without a format, of the 15 digits that workbooks keep.

    >>> general(3.0), general(0.1 + 0.2), general(12345678901.0)
    ('3', '0.3', '12345678901')
    """
    if value == int(value) and abs(value) < 1e18:
        return str(int(value))
    return f"{value:.15g}"


def column_name(column: int) -> str:
    """Letters of a column, counted from 0.

    >>> column_name(0), column_name(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def place(sheet: str, row: int, first: int, last: int) -> str:
    """Cells of a row as workbooks name them; the row from 1, columns from 0.

    >>> place("Budget", 2, 0, 3), place("My plan", 1, 1, 1)
    ('Budget!A2:D2', "'My plan'!B1")
    """
    name = sheet
    if not _PLAIN_SHEET.fullmatch(sheet) or _LIKE_A_CELL.fullmatch(sheet):
        name = "'" + sheet.replace("'", "''") + "'"
    start = f"{column_name(first)}{row}"
    return f"{name}!{start}" if first == last else f"{name}!{start}:{column_name(last)}{row}"


@lru_cache(maxsize=512)
def _format(code: str) -> _Format:
    section = code[:255].partition(";")[0]
    if not section or section.lower() == "general":
        return _Format()
    section = _LITERALS.sub("", section)
    if _ELAPSED.search(section):
        return _Format(elapsed=True)
    if "@" in section:
        return _Format()
    bare = _AM_PM.sub("h", section).lower()
    if re.search(r"[ydhs]", bare) or ("m" in bare and re.fullmatch(r"[m\W]+", bare)):
        return _date_format(bare)
    number = _NUMBER.fullmatch(section.strip().strip("$€£¥+-() "))
    if number is None or not number[0].strip():
        return _Format()
    decimals = number["decimals"] or ""
    zeros = _ZEROS.fullmatch(number["whole"]) if not decimals else None
    return _Format(
        digits=len(zeros[0]) if zeros else 0,
        decimals=min(len(decimals), 15),
        optional="0" not in decimals and bool(decimals),
        percent=bool(number["percent"]),
    )


def _date_format(bare: str) -> _Format:
    if "e+" in bare or "0" in bare.replace("s.0", "s"):
        return _Format()
    times = bool(re.search(r"[hs]", bare))
    return _Format(days=bool(re.search(r"[yd]", bare)) or not times, times=times)


def _moment(value: float, wanted: _Format, since_1904: bool) -> str:
    seconds = round(value % 1 * 86400)
    day = int(value) + seconds // 86400
    seconds %= 86400
    hours, minutes = divmod(seconds // 60, 60)
    clock = f"{hours:02}:{minutes:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
    if not wanted.days and day == 0:
        return clock
    if since_1904:
        start = date(1904, 1, 1)
    else:  # 1900 counts as a leap year, with a 29 February as day 60
        start = date(1899, 12, 30) if day > 60 else date(1899, 12, 31)
    if day == 0 and not since_1904:
        return clock
    written = (datetime(start.year, start.month, start.day) + timedelta(days=day)).date()
    if not wanted.days:
        return clock
    return f"{written.isoformat()} {clock}" if seconds else written.isoformat()


def _fixed(value: float, wanted: _Format) -> str:
    """A number with as many digits as its format wants."""
    if wanted.percent:
        return f"{value * 100:.{wanted.decimals or 0}f}%"
    if wanted.decimals is None or abs(value) >= 1e15:
        return general(value)
    number = f"{value:.{wanted.decimals}f}"
    if wanted.optional:
        return _short(number)
    return number.zfill(wanted.digits) if wanted.digits > 1 else number


def _elapsed(value: float) -> str:
    seconds = round(abs(value) * 86400)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if value < 0 else ""
    return f"{sign}{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def _short(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number
