"""Stretches of numbers as people write them: sizes (>1.5M, 1M..5M) and pages (3, 3..7).

What cannot be read is a `ValueError`, whatever the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T", date, int)


class Interval(NamedTuple, Generic[T]):
    """From `first` to `last`, both included; None is without bound on that side."""

    first: T | None
    last: T | None


DOTS = re.compile(r"\.{2,3}|…")
"""What stands between the two ends of an interval."""

COMPARED = re.compile(r"([<>]=?|=)\s*(.+)", re.DOTALL)
"""A comparison: its sign and what it compares with."""

LARGEST = 2**53 - 1
"""Larger numbers are taken for this one, which JavaScript still knows exactly."""

_SIZE = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,6}))?\s*([kmgt]?)(i?)b?")
_PAGE = re.compile(r"[0-9]{1,18}")


def size_interval(text: str) -> Interval[int]:
    """Bytes, with decimal k, M, G, T or binary Ki, Mi, Gi, Ti; a number alone is a rounded one.

    >>> size_interval(">=1.5k"), size_interval("1M..2MiB")
    (Interval(first=1500, last=None), Interval(first=1000000, last=2097152))
    >>> size_interval("3M")
    Interval(first=2500000, last=3499999)
    """
    text = text.strip().casefold()
    if comparison := COMPARED.fullmatch(text):
        size = _size(comparison[2])
        return compared(comparison[1], Interval(size, size))
    if len(ends := DOTS.split(text)) == 1:
        return Interval(max(0, _size(text, -1)), _size(text, 1) - 1)
    return _between(ends, _size)


def page_interval(text: str) -> Interval[int]:
    """Pages, counted from 1: 3, 3..7, 3-7, >3.

    >>> page_interval("3..7"), page_interval(">3")
    (Interval(first=3, last=7), Interval(first=4, last=None))
    """
    text = text.strip()
    if comparison := COMPARED.fullmatch(text):
        page = _page(comparison[2])
        return compared(comparison[1], Interval(page, page))
    if len(ends := text.split("-") if "-" in text else DOTS.split(text)) == 1:
        return Interval(_page(text), _page(text))
    return _between(ends, _page)


def compared(sign: str, interval: Interval[T]) -> Interval[T]:
    """What is `sign` (<, <=, =, >=, >) the interval: before its first, after its last.

    >>> compared("<", Interval(3, 7)), compared(">=", Interval(3, 7))
    (Interval(first=None, last=2), Interval(first=3, last=None))
    """
    if sign == "=":
        return interval
    bound = interval.first if sign in ("<", ">=") else interval.last
    if bound is None:
        raise ValueError("there is nothing beyond an open end")
    match sign:
        case "<":
            return Interval(None, _beside(bound, -1))
        case "<=":
            return Interval(None, bound)
        case ">":
            return Interval(_beside(bound, 1), None)
    return Interval(bound, None)


def _beside(value: T, step: int) -> T:
    """The next value, or the one before; a value beyond all others is a `ValueError`."""
    if isinstance(value, date):
        try:
            return value + timedelta(days=step)
        except OverflowError:
            raise ValueError("the calendar ends there") from None
    if value + step < 0:
        raise ValueError("nothing is below zero")
    return min(value + step, LARGEST)


def _size(text: str, halves: int = 0) -> int:
    """Bytes, rounded up, moved by so many halves of the unit of the last digit."""
    match = _SIZE.fullmatch(text.strip())
    if not match or (match[4] and not match[3]):
        raise ValueError(f"{text} is no size")
    whole, fraction = match[1], match[2] or ""
    unit: int = (1024 if match[4] else 1000) ** " kmgt".index(match[3] or " ")
    scale: int = 2 * 10 ** len(fraction)
    return min(-(-(2 * int(whole + fraction) + halves) * unit // scale), LARGEST)


def _page(text: str) -> int:
    if not _PAGE.fullmatch(text.strip()) or int(text) == 0:
        raise ValueError(f"{text} is no page")
    return min(int(text), LARGEST)


def _between(ends: list[str], read: Callable[[str], int]) -> Interval[int]:
    """The interval between two ends, also if it is written backwards."""
    low, high = ends if len(ends) == 2 else ("", "")
    if not (low or high):
        raise ValueError("an interval has two ends")
    first, last = read(low) if low else None, read(high) if high else None
    if first is not None and last is not None and first > last:
        first, last = last, first
    return Interval(first, last)
