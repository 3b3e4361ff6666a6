"""The engine's values as plain data for JavaScript: camelCase keys, UTF-16 offsets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from app.core.model import Hit


def plain(value: object) -> Any:  # noqa: ANN401 (any plain data)
    """Dataclasses and mappings as dicts, sequences as lists; fields that are None are left out.

    >>> from app.core.model import LegResult
    >>> plain({"legs": (LegResult(rank=1, score=0.5),)})
    {'legs': [{'rank': 1, 'score': 0.5}]}
    """
    if isinstance(value, Hit):
        return hit(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _present({camel(f.name): plain(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and math.isnan(value) else value


def hit(found: Hit) -> dict[str, Any]:
    """A hit with its highlights counted as JavaScript counts: in UTF-16 code units."""
    values = {f.name: getattr(found, f.name) for f in fields(found)}
    values["highlights"] = utf16_spans(found.text, found.highlights)
    return _present({camel(name): plain(value) for name, value in values.items()})


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


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
