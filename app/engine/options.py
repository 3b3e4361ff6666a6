"""Options of a search, checked once at the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from app.core.model import Facet, Mode, Sort
from app.errors import InputError

MAX_K = 1000
FACETS: tuple[Facet, ...] = get_args(Facet)
_FILTERS = ("path", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How to search; every field has a default."""

    k: int = 10
    """Hits wanted, 1 to 1000."""
    mode: Mode = "hybrid"
    path: str = ""
    """Only documents under this prefix, or matching it as a glob where it holds ``*?[``."""
    type: tuple[str, ...] = ()
    """Only documents of these families, for example ("pdf", "markdown")."""
    operator: Literal["any", "all"] = "any"
    """Whether any word of the query is enough for a hit, or all are needed."""
    group_by_document: bool = False
    """The best passage of each document only."""
    collapse: bool = True
    """Whether passages that say nearly the same as a better hit are shown with it."""
    diversity: float = 0.0
    """How much it counts against a hit by relevance that it is like those before: 0 to 1."""
    explain: bool = False
    vector: NDArray[np.float32] | None = None
    """Query vector to search with instead of embedding the query."""
    wait: bool = True
    """Whether to wait for a model that is still loading; else its vectors are left out."""
    recency: float = 0.0
    """How much a score gains by a document's being new: 0 nothing, 1 twice the score at most."""
    typing: bool = False
    """Whether the last word may still be being typed."""
    correct: bool = True
    """Whether a word that no passage holds is taken for a typing error."""
    facets: tuple[Facet, ...] = ()
    """What the documents that match are counted by."""
    rerank: bool = False
    """Whether a cross-encoder orders the best hits anew; for hits by relevance."""
    sort: Sort = "relevance"
    """Any other order than by relevance is one of all that matches; ties are by relevance."""
    order: Literal["", "asc", "desc"] = ""
    """"" is newest first, A to Z, largest first."""

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise InputError(
                f"There is no search mode {self.mode!r}.",
                hint="Use hybrid, keyword or vector.",
            )
        if self.operator not in ("any", "all"):
            raise InputError(
                f"Words cannot be joined by {self.operator!r}.", hint='Use "any" or "all".'
            )
        if self.sort not in get_args(Sort):
            raise InputError(
                f"Hits cannot be sorted by {self.sort!r}.", hint=f"Use {', '.join(get_args(Sort))}."
            )
        if self.order not in ("", "asc", "desc"):
            raise InputError(f"There is no order {self.order!r}.", hint='Use "asc" or "desc".')
        if self.sort == "relevance" and self.order == "asc":
            raise InputError(
                "Hits by relevance come best first.", hint='Sort by "date", "name" or "size".'
            )
        if unknown := sorted(set(self.facets) - set(FACETS), key=str):
            raise InputError(f"There is no facet {unknown[0]!r}.", hint=f"Use {', '.join(FACETS)}.")
        if self.rerank and self.sort != "relevance":
            raise InputError(
                f"Hits in the order of {self.sort!r} cannot be reranked.",
                hint="Rerank hits by relevance.",
            )
        for name in ("collapse", "rerank", "wait"):
            if not isinstance(flag := getattr(self, name), bool):
                raise InputError(f"{name} is {flag!r}; it must be true or false.")
        for name, value in (("recency", self.recency), ("diversity", self.diversity)):
            if not (isinstance(value, int | float) and 0 <= value <= 1):
                raise InputError(f"{name} is {value!r}; it must be from 0 to 1.")
        if not 1 <= self.k <= MAX_K:
            raise InputError(f"k is {self.k}; it must be from 1 to {MAX_K}.")

    @property
    def candidates(self) -> int:
        """Chunks that each leg ranks at first, so that copies among them can go."""
        return max(2 * self.k, 100)

    @property
    def counts(self) -> bool:
        """Whether all that matches is needed, not only the best."""
        return bool(self.facets) or self.sort != "relevance"

    @classmethod
    def of(cls, options: Mapping[str, Any] | None) -> SearchOptions:
        """Options as they come from outside: k, mode, operator, filter, groupBy, sort, order,
        facets (true for all of them), recency, collapse, diversity, rerank, explain, vector,
        typing, correct, wait.

        >>> SearchOptions.of({"k": 3, "filter": {"path": "notes/"}, "groupBy": "document"}).path
        'notes/'
        """
        given = {name: value for name, value in (options or {}).items() if value is not None}
        selection = given.pop("filter", {})
        group_by = given.pop("groupBy", "")
        if group_by not in ("", "document"):
            raise InputError(f"Hits cannot be grouped by {group_by!r}.", hint='Use "document".')
        if not isinstance(selection, Mapping) or not set(selection) <= set(_FILTERS):
            raise InputError(
                f"There is no such filter: {selection!r}.", hint="A filter has path and type."
            )
        kinds = selection.get("type") or ()
        vector = given.pop("vector", None)
        facets = given.pop("facets", ())
        allowed = {
            *("k", "mode", "operator", "explain", "typing", "collapse", "wait"),
            *("correct", "sort", "order", "recency", "diversity", "rerank"),
        }
        if unknown := set(given) - allowed:
            raise InputError(f"There is no search option {min(unknown)!r}.")
        if not isinstance(given.get("k", 1), int):
            raise InputError(f"k is {given['k']!r}; it must be a whole number.")
        return cls(
            **given,
            path=str(selection.get("path") or ""),
            type=(kinds,) if isinstance(kinds, str) else tuple(kinds),
            group_by_document=group_by == "document",
            facets=_facets(facets),
            vector=None if vector is None else unit_vector(vector),
        )


def _facets(wanted: Any) -> tuple[Facet, ...]:  # noqa: ANN401 (checked here)
    """All facets for True, none for False, else those that are named."""
    if isinstance(wanted, bool):
        return FACETS if wanted else ()
    if not isinstance(wanted, list | tuple) or not all(isinstance(each, str) for each in wanted):
        raise InputError(
            f"Facets cannot be {wanted!r}.", hint=f"Use true, or a list of {', '.join(FACETS)}."
        )
    return tuple(dict.fromkeys(wanted))


def unit_vector(vector: Any) -> NDArray[np.float32]:  # noqa: ANN401 (checked here)
    """A vector from outside as float32 of length 1; `InputError` if there is none in it."""
    try:
        row = np.asarray(vector, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError("The vector does not hold numbers.", code="dimension-mismatch") from error
    length = float(np.linalg.norm(row)) if row.ndim == 1 and row.size else 0.0
    if not np.isfinite(length) or length == 0.0:
        raise InputError(
            "The vector is empty, not a single row, all zero or not finite.",
            code="dimension-mismatch",
        )
    return row / np.float32(length)
