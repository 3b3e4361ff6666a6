"""The fields a query can name, and how their values are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final, TypeGuard, get_args

from app.core.lexical.intervals import page_interval, size_interval
from app.core.lexical.periods import date_interval, days_after, days_before
from app.core.lexical.tree import Dates, Filter, Pages, Sizes, TextField, ValueField

TEXT_FIELDS: Final[frozenset[str]] = frozenset(get_args(TextField))
"""Fields that take words, phrases and groups."""

EXAMPLES: Final = {
    "title": "title:gold",
    "heading": "heading:results",
    "body": "body:gold",
    "path": "path:notes/*.md",
    "dir": "dir:projects",
    "ext": "ext:pdf",
    "type": "type:pdf,markdown",
    "lang": "lang:de",
    "author": 'author:"Ada Lovelace"',
    "date": "date:2024-03, date:2024-01..2024-06, date:lastmonth, date:30d",
    "year": "year:2024, year:2020..2023",
    "before": "before:2024-03-15",
    "after": "after:2024-03-15",
    "size": "size:>1M, size:10k..5M",
    "page": "page:3, page:3..7",
}
"""Each field and how its values are written."""

FIELD_START: Final = rf"(?ai:(?:{'|'.join(EXAMPLES)}):|(?:date|year|size|page)(?=[<>=]))"
"""A regular expression without groups: a field's name with its colon, or before a comparison."""

_DOT = re.compile(r"\A[\s*.]+")
_VALUE = re.compile(r'(=?)(?:"([^"]*)"?|[“„‟«]([^"“”‟«»]*)["“”‟«»]?)|([^",“„‟«]+)')


def is_field_alone(text: str) -> bool:
    """Whether a word is the name of a field that has no value (yet).

    >>> is_field_alone("type:"), is_field_alone("types:"), is_field_alone("type")
    (True, False, False)
    """
    return text.endswith(":") and text[:-1].lower() in EXAMPLES


def is_text_field(name: str) -> TypeGuard[TextField]:
    """Whether the field is searched by words, not compared."""
    return name in TEXT_FIELDS


def split_values(text: str) -> list[str]:
    """The values of a list with commas; what is in quotation marks is one value.

    >>> split_values('"Doe, John",="Ada Lovelace",smith')
    ['Doe, John', '=Ada Lovelace', 'smith']
    """
    parts = ("".join(match.groups("")).strip() for match in _VALUE.finditer(text))
    return [part for part in parts if part]


def filter_node(
    name: str, values: Sequence[str], today: date, *, start: int, end: int
) -> Filter | Dates | Sizes | Pages:
    """The filter for these values, at least one; a `ValueError` if they make no sense.

    >>> filter_node("ext", [".PDF"], date(2024, 5, 15), start=0, end=8).values
    ('pdf',)
    """
    if not values:
        raise ValueError("there is no value")
    match name:
        case "date" | "year":
            dates = tuple(date_interval(value, today) for value in values)
            return Dates(dates, start=start, end=end)
        case "before" | "after":
            read = days_before if name == "before" else days_after
            return Dates(tuple(read(value, today) for value in values), start=start, end=end)
        case "size":
            return Sizes(tuple(map(size_interval, values)), start=start, end=end)
        case "page":
            return Pages(tuple(map(page_interval, values)), start=start, end=end)
        case "path" | "dir" | "ext" | "type" | "lang" | "author":
            told = tuple(dict.fromkeys(filter(None, (_normal(name, value) for value in values))))
            if told:
                return Filter(name, told, start=start, end=end)
    raise ValueError("there is no value")


def _normal(name: ValueField, value: str) -> str:
    match name:
        case "path" | "dir":
            return value.replace("\\", "/")
        case "ext":
            return _DOT.sub("", value.casefold())
        case "type" | "lang":
            return value.casefold()
    return value
