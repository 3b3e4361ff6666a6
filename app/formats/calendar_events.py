"""Calendars (iCalendar): events, tasks and journals, one heading and one list for each."""

from __future__ import annotations

from app.core.model import Document
from app.errors import FileError
from app.formats.content_lines import Component, Property, components, readable_date
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem, visible
from app.formats.writer import Writer

_KINDS = {"VEVENT": "event", "VTODO": "task", "VJOURNAL": "journal"}
_WANTED = frozenset({*_KINDS, "VCALENDAR"})
_FREQUENCIES = {"DAILY": "daily", "WEEKLY": "weekly", "MONTHLY": "monthly", "YEARLY": "yearly"}


def read_calendar(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Each entry under its summary; its place is "event 3", "task 1", counted from 1 by kind.

    Time zones and alarms are left out. Raises `FileError("damaged")` where there is no entry.
    """
    text, encoding = decode(data)
    writer = Writer(path, limits)
    counts: dict[str, int] = {}
    title = ""
    for component in components(text, _WANTED):
        if component.name == "VCALENDAR":
            title = title or component.first("X-WR-CALNAME", "NAME")
            counts.setdefault("calendar", 1)
            continue
        kind = _KINDS[component.name]
        counts[kind] = counts.get(kind, 0) + 1
        place = f"{kind} {counts[kind]}"
        title_line = component.first("SUMMARY") or kind.capitalize()
        writer.add("heading", title_line, level=1, place=place)
        writer.add("list", "\n".join(_lines(component)), place=place)
        for description in component.get("DESCRIPTION", "COMMENT"):
            writer.add("paragraph", description.lines, place=place)
    if not counts:
        raise FileError(f"{path} has no calendar inside.", code="damaged")
    return Document(
        visible(title) or stem(path),
        writer.text,
        tuple(writer.blocks),
        "calendar",
        {"encoding": encoding},
    )


def _lines(component: Component) -> list[str]:
    """What an entry says besides its summary, a line each."""
    start, end = component.first("DTSTART"), component.first("DTEND")
    lines = []
    if start:
        lines.append(f"When: {_span(start, end)}")
    for name, shown in (("DUE", "Due"), ("COMPLETED", "Completed")):
        if value := component.first(name):
            lines.append(f"{shown}: {readable_date(value)}")
    rule = component.first("RRULE").upper()
    if rule:
        frequency = rule.partition("FREQ=")[2].partition(";")[0]
        lines.append(f"Repeats: {_FREQUENCIES.get(frequency, frequency.lower())}")
    lines += [f"Where: {each.text}" for each in component.get("LOCATION")]
    lines += [f"Organiser: {_person(each)}" for each in component.get("ORGANIZER")]
    people = ", ".join(_person(each) for each in component.get("ATTENDEE"))
    if people:
        lines.append(f"With: {people}")
    for name, shown in (("CATEGORIES", "Categories"), ("STATUS", "Status"), ("URL", "Web")):
        lines += [f"{shown}: {', '.join(each.parts(','))}" for each in component.get(name)]
    return lines


def _span(start: str, end: str) -> str:
    """From when to when; the day once, where it is the same.

    >>> _span("20240517T103000", "20240517T113000")
    '2024-05-17 10:30 – 11:30'
    """
    first, last = readable_date(start), readable_date(end)
    if not end or last == first:
        return first
    day = f"{first[:10]} "
    return f"{first} – {last.removeprefix(day)}"


def _person(each: Property) -> str:
    address = each.text
    if address.lower().startswith("mailto:"):
        address = address[7:]
    name = each.parameter("CN")
    return f"{name} <{address}>" if name and name != address else address
