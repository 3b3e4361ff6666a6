"""What the page can ask of all vectors of an index at once: arrays of float32, lists, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.batch_processor import BatchProcessor
from app.core.dense.codes import decode
from app.core.dense.rows import BATCH
from app.core.dense.vector_index import VectorIndex
from app.errors import InputError


def statistics(index: VectorIndex) -> dict[str, Any]:
    """Count, mean, deviation, least and largest value of each dimension."""
    found = BatchProcessor(index.dim).statistics(_parts(index, _live(index)))
    arrays = {
        "mean": found.mean,
        "deviation": found.deviation,
        "minimum": found.minimum,
        "maximum": found.maximum,
    }
    return {"count": found.count, **{name: _float32(each) for name, each in arrays.items()}}


def centroid(index: VectorIndex, ids: Sequence[str] | None) -> NDArray[np.float32]:
    """The mean of all vectors, or of these; `InputError("not-found")` for one that is not there."""
    rows = _live(index)
    if ids is not None:
        rows = np.array(sorted(map(index.table.row_of, ids)), np.uint32)
    return BatchProcessor(index.dim).centroid(_parts(index, rows))


def components(index: VectorIndex, m: int, seed: int) -> dict[str, Any]:
    """The m directions of most variance, end to end, and what they explain."""
    found = BatchProcessor(index.dim).components(_whole(index), m, seed=seed)
    return {
        "mean": _float32(found.mean),
        "axes": _float32(found.axes).reshape(-1),
        "variances": _float32(found.variances),
        "explained": _float32(found.explained),
    }


def clusters(index: VectorIndex, k: int, seed: int) -> dict[str, Any]:
    """The vectors in k groups: ids group by group, their sizes, centroids end to end."""
    found = BatchProcessor(index.dim).clusters(_whole(index), k, seed=seed)
    rows = _live(index)[np.argsort(found.labels, kind="stable")]
    return {
        "ids": list(map(index.table.id_of, rows.tolist())),
        "sizes": found.sizes.tolist(),
        "centroids": found.centroids.reshape(-1),
        "inertia": found.inertia,
        "converged": found.converged,
    }


def pooled(
    tokens: NDArray[np.float32],
    shape: tuple[int, int],
    strategy: str,
    mask: NDArray[np.float32] | None,
    weights: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    """One vector (texts, dim) for each text; `shape` is (texts, dim), all else end to end.

    `InputError`: "dimension-mismatch" where sizes do not fit, "bad-option" for other strategies
    and for weights with one that has none, or the other way round.
    """
    texts, dim = shape
    if texts < 1:
        raise InputError(f"There are vectors of tokens of {texts} texts; they are of one or more.")
    length = tokens.size // (texts * dim)
    if tokens.size != texts * length * dim:
        raise InputError(
            f"{tokens.size} numbers are no vectors of {dim} dims for {texts} texts of one length.",
            code="dimension-mismatch",
            hint="Pad texts to the same number of tokens, and give a mask.",
        )
    cut = tokens.reshape(texts, length, dim)
    there, counting = (None if each is None else _cut(each, texts) for each in (mask, weights))
    return BatchProcessor(dim).pooled(cut, strategy, there, counting)


def _cut(values: NDArray[np.float32], texts: int) -> NDArray[np.float32]:
    """Of each text a row; one row of all where they cannot be cut so, which fits nothing."""
    return values.reshape(texts if values.size % texts == 0 else 1, -1)


def _live(index: VectorIndex) -> NDArray[np.uint32]:
    return np.flatnonzero(index.table.live).astype(np.uint32)


def _parts(index: VectorIndex, rows: NDArray[np.uint32]) -> Iterator[NDArray[np.float32]]:
    """These rows as they are stored, float32, some at a time: the finest there is of them."""
    coded = index.table.coded(len(index.table.dtypes) - 1)
    for at in range(0, len(rows), BATCH):
        yield decode(coded[rows[at : at + BATCH]])


def _whole(index: VectorIndex) -> NDArray[np.float32]:
    parts = list(_parts(index, _live(index)))
    return np.concatenate([np.empty((0, index.dim), np.float32), *parts])


def _float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, dtype=np.float32)
