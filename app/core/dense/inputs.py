"""What callers hand to a vector index, looked at before anything is done with it."""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.core.dense.codes import DTYPES, Dtype
from app.core.dense.graph_rows import GRAPH_METRICS
from app.core.dense.scan import METRICS, Metric
from app.core.kernels.numpy_vectors import batches
from app.core.kernels.vectors import LARGEST_DIM
from app.errors import InputError

_LARGEST = 1e18
"""Length of a vector whose squares float32 can still add up."""


def check_options(dim: int, metric: Metric, dtype: Dtype, recall: float, keeps: bool) -> None:
    """`InputError` for what no index can be."""
    if not 0 < dim <= LARGEST_DIM:
        raise InputError(f"The dimension is {dim}; it must be 1 to {LARGEST_DIM:,}.")
    if metric not in METRICS:
        raise InputError(f"There is no metric {metric!r}.", hint=f"Use {', '.join(METRICS)}.")
    if dtype not in DTYPES:
        raise InputError(f"There is no dtype {dtype!r}.", hint=f"Use {', '.join(DTYPES)}.")
    if dtype == "binary" and (metric != "cosine" or keeps):
        raise InputError(
            "Binary codes know directions alone: the cosine, and nothing beside them.",
            hint="Use int8 or int4.",
        )
    if not 0 < recall <= 1:
        raise InputError(f"The recall is {recall}; it must be above 0 and 1 at most.")


def check_graph(metric: Metric, dtype: Dtype, recall: float) -> None:
    """`InputError` for what there is no graph of."""
    if metric not in GRAPH_METRICS:
        raise InputError(
            f"There are no graphs by the {metric} distance.",
            hint=f"Use {', '.join(GRAPH_METRICS)}, or an index without a graph.",
        )
    if dtype != "int8":
        raise InputError(
            f"There are no graphs of {dtype}.",
            hint="Use int8, with keep_float32 for the last word on the order of hits.",
        )
    if recall == 1:
        raise InputError(
            "A graph may miss vectors, and a recall of 1 allows for none.",
            hint="Use an index without a graph, or a recall below 1.",
        )


def vector(given: ArrayLike, dim: int) -> NDArray[np.float32]:
    """One vector (dim,)."""
    array = _floats(given)
    if array.shape != (dim,):
        raise _mismatch(array.shape, f"({dim},)")
    return array


def matrix(given: ArrayLike, dim: int, metric: Metric, what: str = "vector") -> NDArray[np.float32]:
    """Vectors (n, dim) that the metric can compare, for the cosine with length 1."""
    array = _floats(given)
    if array.size == 0 and array.ndim < 3:
        return np.empty((0, dim), np.float32)
    if array.ndim != 2 or array.shape[1] != dim:
        raise _mismatch(array.shape, f"(n, {dim})")
    lengths = np.empty(len(array))
    for part in batches(len(array)):
        lengths[part] = np.sqrt(np.square(array[part].astype(np.float64)).sum(axis=1))
    _refuse(~np.isfinite(lengths), what, "holds NaN or an infinity")
    _refuse(lengths > _LARGEST, what, f"is longer than {_LARGEST:g}")
    if metric != "cosine":
        return np.ascontiguousarray(array)
    _refuse(lengths == 0, what, "is all zeros, which has no direction for a cosine")
    units = np.empty(array.shape, np.float32)
    for part in batches(len(array)):
        units[part] = array[part].astype(np.float64) / lengths[part, np.newaxis]
    return units


def check_ids(ids: Sequence[str], n: int, known: Container[str]) -> None:
    """`InputError` unless there is one new id for each vector."""
    if isinstance(ids, str) or len(ids) != n:
        raise InputError(f"There are {n} vectors and {len(ids)} ids; each vector needs one.")
    seen: set[str] = set()
    for key in ids:
        if not isinstance(key, str):
            raise InputError(f"The id {key!r} is no string.")
        if key in known or key in seen:
            raise InputError(
                f"There is a vector {key!r} already.",
                hint="Remove it first, or choose another id.",
            )
        seen.add(key)


def check_k(k: int, name: str = "k") -> None:
    """`InputError` below 0."""
    if k < 0:
        raise InputError(f"{name} is {k}; it must be 0 or more.")


def _floats(given: ArrayLike) -> NDArray[np.float32]:
    try:
        # What float32 cannot hold becomes an infinity, which is refused by name.
        with np.errstate(over="ignore"):
            array = np.asarray(given)
            if array.dtype.kind not in "fiub":
                raise TypeError
            return array.astype(np.float32, copy=False)
    except (TypeError, ValueError):
        raise InputError("A vector is made of numbers, all vectors of equally many.") from None


def _refuse(wrong: NDArray[np.bool_], what: str, why: str) -> None:
    if wrong.any():
        raise InputError(f"The {what} at {int(np.argmax(wrong))} {why}.")


def _mismatch(shape: tuple[int, ...], needed: str) -> InputError:
    return InputError(
        f"Vectors of shape {shape} were given; {needed} is needed.",
        code="dimension-mismatch",
        hint="Use the model that made the other vectors.",
    )
