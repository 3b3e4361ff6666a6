"""Values of filters that complete what is being written, from those in the collection."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.lexical import tree
from app.core.lexical.notation import to_text
from app.core.lexical.unfinished import ValueStart
from app.core.model import Facet, Suggestion
from app.engine.columns import folder_parts, name_key
from app.engine.facets import FacetCounter
from app.engine.folders import literal

FACETS: Mapping[str, Facet] = {
    "type": "type",
    "lang": "language",
    "author": "author",
    "dir": "folder",
}
"""The facet that has the values of a filter; those of other filters are not completed."""


def completed(facets: FacetCounter, text: str, start: ValueStart, limit: int) -> list[Suggestion]:
    """The query with the value at its end completed, those of most documents first.

    Any word of a name may have been begun, and any folder on the way to another.
    """
    facet = FACETS.get(start.field)
    if facet is None:
        return []
    begun = _key(facet, start.value)
    matches = _folder if facet == "folder" else _name
    found = [
        (-count, spelled)
        for key, spelled, count in facets.values(facet)
        if key != begun and matches(key, begun)
    ]
    return [_suggestion(text, start, spelled, -count) for count, spelled in sorted(found)[:limit]]


def _name(key: str, begun: str) -> bool:
    """Whether any word of a name begins so, and goes on."""
    return f" {begun}" in f" {key}"


def _folder(key: str, begun: str) -> bool:
    """Whether the last folder of a path begins so, with all that is written before it.

    >>> [_folder("work/reports", begun) for begun in ("rep", "work/", "work", "", "ports")]
    [True, True, False, False, False]
    """
    if not begun:
        return "/" not in key
    _, found, rest = f"/{key}".rpartition(f"/{begun}")
    return bool(found) and "/" not in rest


def _key(facet: Facet, value: str) -> str:
    """What has been written of a value, as keys are compared."""
    if facet != "folder":
        return name_key(value)
    parts = "/".join(key for key, _ in folder_parts(value))
    return f"{parts}/" if parts and value[-1:] in "/\\" else parts


def _suggestion(text: str, start: ValueStart, value: str, count: int) -> Suggestion:
    written = literal(value) if start.field == "dir" else value.replace('"', "'")
    filter_ = to_text(tree.Filter(start.field, (written,)))
    new = filter_[len(start.field) + 1 :]
    whole = text[: start.start] + new
    return Suggestion(whole, count, ((start.start, len(whole)),), unit="document")
