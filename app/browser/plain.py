"""The engine's values as plain data for JavaScript: camelCase keys, UTF-16 offsets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np

from app.core.model import Corrected, Hit, QueryProblem, Suggestion


def plain(value: object) -> Any:  # noqa: ANN401 (any plain data)
    """Dataclasses and mappings as dicts, sequences as lists; fields that are None are left out.

    >>> from app.core.model import LegResult
    >>> plain({"legs": (LegResult(rank=1, score=0.5),)})
    {'legs': [{'rank': 1, 'score': 0.5}]}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | int | float):
        return None if value != value else value  # noqa: PLR0124 (NaN)
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [plain(one) for one in value]
    if isinstance(value, Hit):
        return hit(value)
    if isinstance(value, Suggestion):
        return suggestion(value)
    return _present(value) if is_dataclass(value) and not isinstance(value, type) else value


def hit(found: Hit) -> dict[str, Any]:
    """A hit with its stretches counted as JavaScript counts: in UTF-16 code units."""
    spans = utf16_spans(found.text, found.highlights)
    (snippet,) = utf16_spans(found.text, [found.snippet])
    return {**_present(found, but="highlights"), "highlights": spans, "snippet": snippet}


def placed(query: str, found: QueryProblem | Corrected) -> dict[str, Any]:
    """What is said of a stretch of a query, its place in UTF-16 code units."""
    ((start, end),) = utf16_spans(query, [(found.start, found.end)])
    return {**plain(found), "start": start, "end": end}


def suggestion(found: Suggestion) -> dict[str, Any]:
    """A suggestion, its new stretches in UTF-16 code units."""
    changed = utf16_spans(found.text, found.changed)
    return {**_present(found, but="changed"), "changed": changed}


def utf16_spans(text: str, spans: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Spans in code points, in order and not overlapping, as spans in UTF-16 code units.

    >>> utf16_spans("a😀bc", [(0, 1), (2, 3)])
    [[0, 1], [3, 4]]
    """
    if text.isascii():
        return [[start, end] for start, end in spans]
    out: list[list[int]] = []
    at = units = 0
    for start, end in spans:
        begin = units + utf16_length(text[at:start])
        units = begin + utf16_length(text[start:end])
        at = end
        out.append([begin, units])
    return out


def utf16_length(text: str) -> int:
    """Length as JavaScript has it."""
    return len(text) + sum(char > "\uffff" for char in text)


def camel(name: str) -> str:
    """
    >>> camel("document_id")
    'documentId'
    """
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _present(value: object, but: str = "") -> dict[str, Any]:
    """The fields of a dataclass that have a value, apart from the one named `but`."""
    kind: Any = type(value)
    pairs = ((name, plain(getattr(value, own))) for own, name in _names(kind) if own != but)
    return {name: one for name, one in pairs if one is not None}


@cache
def _names(kind: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    """The fields of a dataclass, each with its name in JavaScript."""
    return [(field.name, camel(field.name)) for field in fields(kind)]
