"""Dates, sizes and pages as people write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.lexical.intervals import LARGEST, Interval, compared, page_interval, size_interval
from app.core.lexical.periods import date_interval, days_after, days_before

TODAY = date(2024, 5, 15)  # a Wednesday


def day(text):
    """A date, or None for nothing."""
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        # A day, a month, a quarter, a week, a year
        ("2024-03-05", "2024-03-05", "2024-03-05"),
        ("2024-3-5", "2024-03-05", "2024-03-05"),
        ("2024/03/05", "2024-03-05", "2024-03-05"),
        ("20240305", "2024-03-05", "2024-03-05"),
        ("5.3.2024", "2024-03-05", "2024-03-05"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024/02", "2024-02-01", "2024-02-29"),
        ("2024-Q1", "2024-01-01", "2024-03-31"),
        ("2024-W05", "2024-01-29", "2024-02-04"),
        ("2024", "2024-01-01", "2024-12-31"),
        ("9999-W52", "9999-12-27", "9999-12-31"),
        # Words
        ("today", "2024-05-15", "2024-05-15"),
        ("Yesterday", "2024-05-14", "2024-05-14"),
        ("thisweek", "2024-05-13", "2024-05-19"),
        ("lastweek", "2024-05-06", "2024-05-12"),
        ("last week", "2024-05-06", "2024-05-12"),
        ("this-month", "2024-05-01", "2024-05-31"),
        ("last_month", "2024-04-01", "2024-04-30"),
        ("thisyear", "2024-01-01", "2024-12-31"),
        ("lastyear", "2023-01-01", "2023-12-31"),
        # Periods up to today
        ("7d", "2024-05-08", "2024-05-15"),
        ("2w", "2024-05-01", "2024-05-15"),
        ("3m", "2024-02-15", "2024-05-15"),
        ("P3M", "2024-02-15", "2024-05-15"),
        ("1y", "2023-05-15", "2024-05-15"),
        ("P1Y2M3W4D", "2023-02-18", "2024-05-15"),
        ("99999y", "0001-01-01", "2024-05-15"),
        # Intervals
        ("2024-01..2024-03", "2024-01-01", "2024-03-31"),
        ("2024-01...2024-03", "2024-01-01", "2024-03-31"),
        ("2024-01…2024-03", "2024-01-01", "2024-03-31"),
        ("2024-01/2024-03", "2024-01-01", "2024-03-31"),
        ("2023/2024", "2023-01-01", "2024-12-31"),
        ("2024/01..2024/03", "2024-01-01", "2024-03-31"),
        ("2024..2020", "2020-01-01", "2024-12-31"),
        ("2024..", "2024-01-01", ""),
        ("2001/", "2001-01-01", ""),
        ("..2023", "", "2023-12-31"),
        ("/2003", "", "2003-12-31"),
        ("2001-03-01/P1Y2M", "2001-03-01", "2002-05-01"),
        ("P1Y2M/2002-05-01", "2001-03-01", "2002-05-01"),
        ("2024-01-31/P1M", "2024-01-31", "2024-02-29"),
        ("P2D/", "2024-05-13", ""),
        ("..7d", "", "2024-05-08"),
        ("30d..7d", "2024-04-15", "2024-05-08"),
        ("lastmonth..today", "2024-04-01", "2024-05-15"),
        ("9999/P1Y", "9999-01-01", "9999-12-31"),
        # Comparisons
        (">2024-01", "2024-02-01", ""),
        (">=2024-01", "2024-01-01", ""),
        ("<2024-01", "", "2023-12-31"),
        ("<=2024-01", "", "2024-01-31"),
        ("= 2024-01", "2024-01-01", "2024-01-31"),
        (">7d", "2024-05-09", ""),
        ("<7d", "", "2024-05-07"),
    ],
)
def test_dates(text, first, last):
    """Each way to write days gives the first and the last of them."""
    assert date_interval(text, TODAY) == Interval(day(first), day(last))


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "..", "/", "p", "d", "-", "2024-13", "2024-00", "2024-02-30", "0000", "24"),
        *("2024-1-", "2024-01/02", "12/31/2024", "31.2.2024", "2024..2025..2026", "a..b", "..x"),
        *("20240000", "2024-W54", "2024-q5", "lastday", "next week", "٢٠٢٤", "7h", "1.5d", ">"),
        *("<0001", ">9999", "<..2024", ">2020..2021", "9" * 5000, "9" * 5000 + "d"),
    ],
)
def test_what_is_no_date(text):
    """All else is refused, and in no other way."""
    with pytest.raises(ValueError):
        date_interval(text, TODAY)


@given(st.text("0123456789-/.<>=pPyYmMwWdDqQ …astehk", max_size=16), st.dates())
def test_any_text_is_dates_or_refused(text, today):
    """No text and no day raise anything else, and intervals are never backwards or endless."""
    for read in (date_interval, days_before, days_after):
        try:
            first, last = read(text, today)
        except ValueError:
            continue
        assert first or last
        assert not first or not last or first <= last


@given(st.dates(date(3, 1, 1), date(9998, 12, 31)))
def test_before_and_after_part_all_days(today):
    """What is not before something is after it, whatever it is."""
    for text in ("today", "yesterday", "lastweek", "lastmonth", "lastyear", "7d", "2024-02", "3m"):
        last, first = days_before(text, today).last, days_after(text, today).first
        assert last + timedelta(days=1) == first


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)))
def test_this_and_last_touch(today):
    """Last week, month and year end where this one begins, and today is in this one."""
    for unit in ("week", "month", "year"):
        this, last = (date_interval(f"{which}{unit}", today) for which in ("this", "last"))
        assert this.first <= today <= this.last
        assert last.last + timedelta(days=1) == this.first


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("500", 500, 500),
        ("0", 0, 0),
        ("3M", 2_500_000, 3_499_999),
        ("1.5M", 1_450_000, 1_549_999),
        ("1.5 mb", 1_450_000, 1_549_999),
        ("=1M", 1_000_000, 1_000_000),
        (">1M", 1_000_001, None),
        (">=1.5k", 1500, None),
        ("<10k", None, 9999),
        ("<= 10KB", None, 10_000),
        (">0", 1, None),
        ("1M..5M", 1_000_000, 5_000_000),
        ("5M..1M", 1_000_000, 5_000_000),
        ("1MiB..2Gi", 2**20, 2**31),
        ("1t..", 10**12, None),
        ("..10", None, 10),
        ("1.0001k..", 1001, None),
        (">999999999999999999T", LARGEST, None),
    ],
)
def test_sizes(text, first, last):
    """Each way to write sizes gives the least and the most bytes."""
    assert size_interval(text) == Interval(first, last)


@pytest.mark.parametrize(
    "text",
    ["", "x", "..", ".5M", "1.M", "5i", "5x", "-5", "<0", "1..2..3", "1,5M", "9" * 5000, "٣"],
)
def test_what_is_no_size(text):
    """All else is refused."""
    with pytest.raises(ValueError):
        size_interval(text)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("3", 3, 3),
        ("3..7", 3, 7),
        ("3-7", 3, 7),
        ("7-3", 3, 7),
        ("3..", 3, None),
        ("..7", None, 7),
        (">3", 4, None),
        (">=3", 3, None),
        ("<3", None, 2),
        ("<=3", None, 3),
        ("=3", 3, 3),
    ],
)
def test_pages(text, first, last):
    """Each way to write pages gives the first and the last."""
    assert page_interval(text) == Interval(first, last)


@pytest.mark.parametrize("text", ["", "0", "x", "-", "..", "1.5", "iv", "1-2-3", "9" * 5000, "٣"])
def test_what_is_no_page(text):
    """All else is refused."""
    with pytest.raises(ValueError):
        page_interval(text)


def test_nothing_is_beyond_an_open_end():
    """An interval without an end has nothing after it."""
    with pytest.raises(ValueError):
        compared(">", Interval(3, None))
