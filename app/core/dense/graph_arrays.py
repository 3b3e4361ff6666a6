"""A neighbour graph as arrays, to be kept in a file and viewed where they lie.

docs/index-format.md has the layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded, squared_lengths
from app.core.dense.graph import Graph, starts_of
from app.core.dense.graph_options import GraphOptions
from app.core.dense.graph_rings import hanging, highest, rings_of
from app.core.dense.graph_rows import GRAPH_METRICS, halves_of
from app.core.dense.scan import Metric
from app.core.kernels import VectorKernels
from app.core.kernels.graph import HIGHEST, NOTHING, Links, damaged_graph
from app.errors import InputError

Arrays = Mapping[str, NDArray[Any]]

LAYOUT = 1
_KINDS = {"head": "u4", "levels": "u1", "links": "u4", "upper": "u4", "equals": "u4"}


def to_arrays(graph: Graph) -> dict[str, NDArray[Any]]:
    """The graph as arrays, little endian, views where that is possible.

    `head` uint32 (8,): layout, rows, M, ef_construction, ef_search, seed, entry, number of the
    metric. `levels` uint8 (n,), `links` uint32 (n, 2 * M), `upper` uint32 (levels, M),
    `equals` uint32 (n,).
    """
    links, options = graph.links, graph.options
    head = [LAYOUT, graph.n_rows, options.M, options.ef_construction, options.ef_search]
    head += [options.seed, graph.entry, GRAPH_METRICS.index(graph.metric)]
    arrays: list[NDArray[Any]] = [np.array(head, np.uint32)]
    arrays += [links.levels, links.links, links.upper, links.equals]
    pairs = zip(_KINDS.items(), arrays, strict=True)
    return {name: array.astype(f"<{kind}", copy=False) for (name, kind), array in pairs}


def from_arrays(arrays: Arrays, coded: Coded, metric: Metric, kernels: VectorKernels) -> Graph:
    """The graph that was kept, over the same rows; the arrays are viewed until rows are put in.

    `StorageError("storage-damaged")` unless every number in them leads to where it may.
    `InputError` if they are of other rows, or of another metric.
    """
    _check_kinds(arrays)
    layout, n, width, construction, search, seed, entry, number = arrays["head"].tolist()
    _check(layout == LAYOUT and number < len(GRAPH_METRICS))
    try:
        options = GraphOptions(width, construction, search, seed)
    except InputError:
        raise damaged_graph() from None
    graph = Graph(metric, options, kernels)
    if GRAPH_METRICS[number] != metric or n != len(coded):
        raise InputError(f"This is no graph by the {metric} of {len(coded):,} vectors.")
    levels, links, upper = (arrays[name] for name in ("levels", "links", "upper"))
    equals = arrays["equals"]
    _check(levels.shape == equals.shape == (n,) and links.shape == (n, 2 * width))
    _check(upper.shape == (int(levels.sum(dtype=np.int64)), width))
    _check_rings(equals, coded)
    _check_lists(levels, links, upper, hanging(equals))
    _check(entry == NOTHING if not n else entry < n and not hanging(equals)[entry])
    _check(not n or levels[entry] == levels[highest(levels, equals)])
    held = Links(levels, starts_of(levels), links, upper, equals, entry)
    squared = squared_lengths(coded, kernels) if metric == "euclidean" else np.empty(0)
    graph.take(held, halves_of(squared))
    return graph


def _check_kinds(arrays: Arrays) -> None:
    for name, kind in _KINDS.items():
        array = arrays.get(name)
        _check(array is not None and array.dtype == np.dtype(f"<{kind}"))
        _check(array is not None and array.flags.c_contiguous)
    _check(arrays["head"].shape == (8,))


def _check_rings(equals: NDArray[Any], coded: Coded) -> None:
    n, ways = len(equals), equals[equals != NOTHING]
    _check(bool((ways < n).all()))
    hang = hanging(equals)
    lasts = equals[(equals != NOTHING) & ~hang]
    # One other of its ring leads to each, and to the last one the first as well: then rings close.
    counts = np.bincount(ways, minlength=n)[:n]
    _check(bool((counts[hang] == 1 + np.isin(np.flatnonzero(hang), lasts)).all()))
    _check(len(ways) == len(lasts) + int(hang.sum()))
    rings = rings_of(equals)
    _check(sum(map(len, rings)) == len(ways))
    for ring in rings:
        _check(ring == sorted(ring))
        _check(bool((coded.codes[ring] == coded.codes[ring[0]]).all()))


def _check_lists(
    levels: NDArray[Any], links: NDArray[Any], upper: NDArray[Any], hang: NDArray[np.bool_]
) -> None:
    n = len(levels)
    _check(int(levels.max(initial=0)) <= HIGHEST)
    for lists in (links, upper):
        nothing = lists == NOTHING
        _check(bool(((lists < n) | nothing).all()))
        _check(bool((nothing[:, 1:] >= nothing[:, :-1]).all()))
        _check(not hang[lists[~nothing]].any())
    # Lists of a row stand one behind the other, from level 1 on.
    own = np.arange(len(upper)) - np.repeat(starts_of(levels), levels) + 1
    there = np.where(upper == NOTHING, HIGHEST, np.append(levels, 0)[np.minimum(upper, n)])
    _check(bool((there >= own[:, np.newaxis]).all()))


def _check(right: bool) -> None:
    if not right:
        raise damaged_graph()
