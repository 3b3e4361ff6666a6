"""The chain of embedders: the best one that works, the next one when it fails.

What is added need not wait for the best one where a quick one is there: it gets vectors of that,
and better ones in the background (`engine.upgrading`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.wordpiece import WordPiece
from app.core.dense import hash_embedder, static_embedder
from app.errors import CancelledError, ClosedError, EmbedderError
from app.ports import (
    Embedder,
    EmbedderInfo,
    Float32Matrix,
    Float32Row,
    FormerModels,
    TextRole,
)

_log = logging.getLogger(__name__)
_REMEMBERED = 64
_AT_ONCE = 16
_STATIC_AT_ONCE = 64

GIVEN = "given/"
"""How names begin of vectors that came with passages of unknown make."""

Weigh = Callable[[str], float]
"""How much a word of a query says of what is looked for, 0 to 1."""


class HashEmbedder:
    """The last link: always there, instant, finds near-identical texts only."""

    def __init__(self, dim: int = 256) -> None:
        self._embedder = hash_embedder.HashEmbedder(dim)
        self._info = EmbedderInfo(self._embedder.model, dim, "numpy", "float32")

    @property
    def info(self) -> EmbedderInfo:
        """What it is."""
        return self._info

    async def embed(self, texts: Sequence[str], role: TextRole) -> Float32Matrix:
        """float32 matrix (len(texts), dim), rows of length 1; gives way every few texts."""
        rows = [np.empty((0, self._info.dim), dtype=np.float32)]
        for start in range(0, len(texts), _AT_ONCE):
            rows.append(self._embedder.embed(texts[start : start + _AT_ONCE]))
            await asyncio.sleep(0)
        return np.concatenate(rows)


class StaticEmbedder:
    """Vectors of tokens from a table, added up; the table is fetched when a text first comes.

    It must pass `probe` then, a known text with the beginning of its vector.
    """

    def __init__(
        self,
        table: Callable[[], Awaitable[bytes]],
        pieces: WordPiece,
        probe: static_embedder.Probe | None = static_embedder.PROBE,
    ) -> None:
        self._table = table
        self._pieces = pieces
        self._probe = probe
        self._turn = asyncio.Lock()
        self._embedder: static_embedder.StaticEmbedder | None = None
        self._info = EmbedderInfo(
            static_embedder.BUNDLED, static_embedder.DIM, "numpy", "int8", quick=True
        )

    @property
    def info(self) -> EmbedderInfo:
        """What it is."""
        return self._info

    async def embed(self, texts: Sequence[str], role: TextRole) -> Float32Matrix:
        """float32 matrix (len(texts), dim), rows of length 1; gives way every few texts.

        `EmbedderError("model-missing")` where there is no table, "model-failed" for a wrong one.
        """
        embedder = await self._ready()
        rows = [np.empty((0, self._info.dim), dtype=np.float32)]
        for start in range(0, len(texts), _STATIC_AT_ONCE):
            rows.append(embedder.embed(texts[start : start + _STATIC_AT_ONCE]))
            await asyncio.sleep(0)
        return np.concatenate(rows)

    async def embed_weighted(self, text: str, weigh: Weigh) -> Float32Matrix:
        """The vector of a text whose words count for more or less; raises as `embed` does."""
        embedder = await self._ready()
        return embedder.embed_weighted(text, weigh)[np.newaxis]

    async def _ready(self) -> static_embedder.StaticEmbedder:
        async with self._turn:
            if self._embedder is None:
                table = static_embedder.StaticTable.from_bytes(await self._table())
                embedder = static_embedder.StaticEmbedder(table, self._pieces)
                if self._probe is not None:
                    embedder.prove(self._probe)
                self._embedder = embedder
            return self._embedder


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors and the model that made them."""

    model: str
    rows: Float32Matrix


class EmbedderChain:
    """Embedders, best first. One that fails is left, with a sentence in `notes`.

    Queries go to a model of the `former` ones as well, where a collection has vectors of it.
    """

    def __init__(self, embedders: Sequence[Embedder], former: FormerModels | None = None) -> None:
        self._embedders = list(embedders)
        self._failed: set[int] = set()
        self._former = former
        self._missing: set[str] = set()
        self._queries: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
        self.notes: list[str] = []

    @property
    def info(self) -> EmbedderInfo | None:
        """The best embedder that works, None when there is none left."""
        current = self._current()
        return None if current is None else self._embedders[current].info

    def dim(self, model: str) -> int | None:
        """Dimension of a model's vectors, None when no embedder here has that model."""
        found = (one.info.dim for one in self._embedders if one.info.model == model)
        return next(found, None)

    def retry(self) -> None:
        """Give embedders that were left another chance."""
        self._failed.clear()
        self._missing.clear()

    def keep(self, models: Collection[str]) -> None:
        """Let go of a former model that is not among these, all that a collection still has."""
        if self._former is not None:
            self._former.keep(models)

    def is_ready(self, model: str) -> bool:
        """Whether nobody has to wait for a model to load; True for one that is not here.

        A former one begins to load by that.
        """
        if (former := self._former_of(model)) is not None:
            return former.is_ready(model)
        return not any(
            one.info.model == model and getattr(one, "state", "ready") == "loading"
            for number, one in enumerate(self._embedders)
            if number not in self._failed
        )

    async def embed(self, texts: Sequence[str], *, quick: bool = False) -> Embedded | None:
        """Vectors of passages by the best embedder that works, None when none is left.

        `quick`: by a quick one, where one works.
        """
        while (current := self._current(quick=quick)) is not None:
            found = await self._try(current, texts, "passage")
            if found is not None:
                return found
        return None

    async def embed_query(
        self, text: str, model: str, weigh: Weigh | None = None
    ) -> NDArray[np.float32] | None:
        """The query's vector in a model's space, None when no working embedder has that model.

        `weigh` is for models that do not tell by themselves which words matter.
        """
        key = (model, text)
        if key in self._queries:
            self._queries.move_to_end(key)
            return self._queries[key]
        for number, embedder in enumerate(self._embedders):
            if number in self._failed or embedder.info.model != model:
                continue
            found = await self._try(number, [text], "query", weigh)
            if found is not None and found.model == model:
                row: NDArray[np.float32] = found.rows[0]
                if isinstance(embedder, StaticEmbedder):
                    return row  # quick, and another one when the collection has changed
                return self._remembered(key, row)
        former = await self._embed_by_former(text, model)
        return None if former is None else self._remembered(key, former)

    def _remembered(self, key: tuple[str, str], row: Float32Row) -> Float32Row:
        self._queries[key] = row
        if len(self._queries) > _REMEMBERED:
            self._queries.popitem(last=False)
        return row

    def _former_of(self, model: str) -> FormerModels | None:
        """Who may have a model that no embedder here has; None for one that has failed."""
        is_here = self.dim(model) is not None
        return None if is_here or model in self._missing or not is_network(model) else self._former

    async def _embed_by_former(self, text: str, model: str) -> Float32Row | None:
        if (former := self._former_of(model)) is None:
            return None
        try:
            row = await former.embed_query(model, text)
            if row is not None:
                _check(row[np.newaxis], 1, EmbedderInfo(model, len(row), "", "float32"))
        except (CancelledError, ClosedError):
            raise
        except Exception as error:  # as of any other: words and other vectors must go on
            _log.warning("the former model %s failed: %s", model, error)
            self._missing.add(model)
            return None
        return row

    def _current(self, *, quick: bool = False) -> int | None:
        working = [n for n in range(len(self._embedders)) if n not in self._failed]
        if quick:
            working.sort(key=lambda n: not self._embedders[n].info.quick)
        return next(iter(working), None)

    async def _try(
        self, number: int, texts: Sequence[str], role: TextRole, weigh: Weigh | None = None
    ) -> Embedded | None:
        embedder = self._embedders[number]
        try:
            if weigh is not None and isinstance(embedder, StaticEmbedder):
                rows = await embedder.embed_weighted(texts[0], weigh)
            else:
                rows = await embedder.embed(texts, role)
            # Read afterwards: an embedder may leave a failing device while it works.
            info = embedder.info
            _check(rows, len(texts), info)
        except (CancelledError, ClosedError):
            raise
        except Exception as error:  # a model may fail in any way; the index must go on
            self._leave(number, error)
            return None
        return Embedded(info.model, np.asarray(rows, dtype=np.float32))

    def _leave(self, number: int, error: Exception) -> None:
        if number in self._failed:
            return
        self._failed.add(number)
        model = self._embedders[number].info.model
        reason = error.message if isinstance(error, EmbedderError) else repr(error)
        following = self.info
        rest = f"going on with {following.model}" if following else "going on by words only"
        _log.warning("embedder %s failed: %s", model, reason)
        self.notes.append(f"The model {model} failed ({reason}); {rest}.")


def is_network(model: str) -> bool:
    """Whether a network has made the vectors of this name, which a device may have."""
    return not model.startswith((hash_embedder.MODEL, static_embedder.MODEL, GIVEN))


def _check(rows: Float32Matrix, count: int, info: EmbedderInfo) -> None:
    """A device that is going wrong gives wrong shapes or NaN before it gives errors."""
    if rows.shape != (count, info.dim):
        raise EmbedderError(f"{rows.shape} vectors came for {count} texts of dim {info.dim}")
    lengths = np.linalg.norm(rows, axis=1)
    if info.quick:
        lengths[lengths == 0] = 1.0  # a text of which it knows no token
    if count and not bool(np.all(np.abs(lengths - 1) < 0.01)):
        raise EmbedderError("vectors came that are not of length 1")
