"""Stretches of time as people write them: 2024-03, 2024-03-01/P2W, lastweek, 7d, >2023.

Dates follow ISO 8601 as Recoll reads it: a date may lack its day or its month and then means the
whole month or year; intervals are written with ``..`` or ``/``, periods as P1Y2M3W4D or 1y2m3w4d.
What cannot be read is a `ValueError`, whatever the text.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from app.core.lexical.intervals import COMPARED, DOTS, Interval, compared

_MONTH = r"(?P<m>0?[1-9]|1[0-2])"
_DAY = r"(?P<d>0?[1-9]|[12][0-9]|3[01])"
_ISO = re.compile(rf"(?P<y>[0-9]{{4}})(?:(?P<sep>[-/]){_MONTH}(?:(?P=sep){_DAY})?)?")
_COMPACT = re.compile(rf"(?P<y>[0-9]{{4}})(?=[0-9]{{4}}$){_MONTH}{_DAY}")
_DOTTED = re.compile(rf"{_DAY}\.{_MONTH}\.(?P<y>[0-9]{{4}})")
_WEEK = re.compile(r"([0-9]{4})-?w([0-9]{2})")
_QUARTER = re.compile(r"([0-9]{4})-?q([1-4])")
_PERIOD = re.compile(
    r"p?(?=[0-9])(?:([0-9]{1,5})y)?(?:([0-9]{1,5})m)?(?:([0-9]{1,5})w)?(?:([0-9]{1,6})d)?"
)


def date_interval(text: str, today: date) -> Interval[date]:
    """The days that `text` names; `today` is what "yesterday" and "7d" count from.

    >>> date_interval("2024-01..2024-02", date(2024, 5, 15))
    Interval(first=datetime.date(2024, 1, 1), last=datetime.date(2024, 2, 29))
    >>> date_interval("P1M", date(2024, 3, 31))
    Interval(first=datetime.date(2024, 2, 29), last=datetime.date(2024, 3, 31))
    """
    text = text.strip().casefold()
    if comparison := COMPARED.fullmatch(text):
        sign, named = comparison.groups()
        day = _ago(named, today)
        return compared(sign, Interval(day, day) if day else _days(named, today))
    ends = DOTS.split(text)
    if len(ends) == 1 and not _ISO.fullmatch(text):
        ends = text.split("/")
    if len(ends) == 1:
        return _days(text, today)
    if len(ends) > 2 or not any(ends):
        raise ValueError(f"{text} is no interval")
    low, high = (end.strip() for end in ends)
    first, last = interval = _ends(low, high, today)
    return _ends(high, low, today) if first and last and first > last else interval


def days_before(text: str, today: date) -> Interval[date]:
    """All days before the first one of what `text` names.

    >>> days_before("2024", date(2024, 5, 15))
    Interval(first=None, last=datetime.date(2023, 12, 31))
    """
    return compared("<", date_interval(text, today))


def days_after(text: str, today: date) -> Interval[date]:
    """All days from the first one of what `text` names: those that `days_before` leaves.

    >>> days_after("2024", date(2024, 5, 15))
    Interval(first=datetime.date(2024, 1, 1), last=None)
    """
    return compared(">=", date_interval(text, today))


def _days(text: str, today: date) -> Interval[date]:
    """One date, word or period as the days from its first to its last."""
    if named := _NAMED.get(re.sub(r"[\s_-]+", "", text)):
        return named(today)
    if days := _calendar(text):
        return days
    if _period(text):
        return Interval(_ago(text, today), today)
    raise ValueError(f"{text} is no date")


def _calendar(text: str) -> Interval[date] | None:
    """A day, week, month, quarter or year by its numbers; None if it is written otherwise."""
    if iso := _ISO.fullmatch(text) or _COMPACT.fullmatch(text) or _DOTTED.fullmatch(text):
        year, month, day = (int(part or 0) for part in iso.group("y", "m", "d"))
        return _day(year, month, day) if day else _month(year, month) if month else _year(year)
    if week := _WEEK.fullmatch(text):
        return _week(date.fromisocalendar(int(week[1]), int(week[2]), 1))
    if quarter := _QUARTER.fullmatch(text):
        year, month = int(quarter[1]), 3 * int(quarter[2])
        return Interval(date(year, month - 2, 1), _month(year, month).last)
    return None


def _day(year: int, month: int, day: int) -> Interval[date]:
    return Interval(date(year, month, day), date(year, month, day))


def _month(year: int, month: int) -> Interval[date]:
    first = date(year, month, 1)
    return Interval(first, first.replace(day=monthrange(year, month)[1]))


def _year(year: int) -> Interval[date]:
    return Interval(date(year, 1, 1), date(year, 12, 31))


def _week(day: date) -> Interval[date]:
    """From Monday to Sunday."""
    monday = _moved(day, (0, -day.weekday()))
    return Interval(monday, _moved(monday, (0, 6)))


def _last_month(today: date) -> Interval[date]:
    end = _moved(today, (0, -today.day))
    return _month(end.year, end.month)


_NAMED: dict[str, Callable[[date], Interval[date]]] = {
    "today": lambda today: Interval(today, today),
    "yesterday": lambda today: Interval(_moved(today, (0, -1)), _moved(today, (0, -1))),
    "thisweek": _week,
    "lastweek": lambda today: _week(_moved(today, (0, -7))),
    "thismonth": lambda today: _month(today.year, today.month),
    "lastmonth": _last_month,
    "thisyear": lambda today: _year(today.year),
    "lastyear": lambda today: _year(max(today.year - 1, 1)),
}


def _ends(low: str, high: str, today: date) -> Interval[date]:
    """An interval by its two ends.

    A period counts from the date at the other end, as in ISO 8601; where none is, it stands for
    the day that is so long ago.
    """
    before, after = _period(low), _period(high)
    first = None if before or not low else _days(low, today).first
    last = None if after or not high else _days(high, today).last
    if before:
        first = _moved(last or today, before, -1)
    if after:
        last = _moved(first, after) if first and not before else _moved(today, after, -1)
    return Interval(first, last)


def _period(text: str) -> tuple[int, int] | None:
    """Months and days of a period, None if it is none."""
    if not (match := _PERIOD.fullmatch(text)):
        return None
    years, months, weeks, days = (int(part or 0) for part in match.groups())
    return 12 * years + months, 7 * weeks + days


def _ago(text: str, today: date) -> date | None:
    """The day a period before today; None if `text` is no period."""
    period = _period(text)
    return period and _moved(today, period, -1)


def _moved(day: date, period: tuple[int, int], sign: int = 1) -> date:
    """`day` moved by months, then days, as far as the calendar goes.

    The day of a month that is too short for it is its last: a month after 31 January.
    """
    year, month = divmod(12 * day.year + day.month - 1 + sign * period[0], 12)
    try:
        length = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, length)) + timedelta(days=sign * period[1])
    except (ValueError, OverflowError):
        return date.min if year < day.year or sign * period[1] < 0 else date.max
