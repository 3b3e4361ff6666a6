"""Statistics, centroids, components and groups of vectors, against plain evaluation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.core.dense import pooling
from app.core.dense.batch_processor import BatchProcessor
from app.core.dense.clustering import kmeans
from app.core.dense.pca import principal_components
from app.core.dense.pooling import mean, total, weighted
from app.core.dense.rows import parts
from app.core.dense.statistics import centroid, centroids, statistics
from app.errors import InputError

MATRICES = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 40), st.integers(1, 6)),
    elements=st.floats(-100, 100, width=32),
)
SEEDS = st.integers(0, 2**32 - 1)


def cut(vectors, size):
    """The rows as matrices of so many rows, empty ones among them."""
    yield vectors[:0]
    for start in range(0, len(vectors), size):
        yield vectors[start : start + size]


@given(MATRICES, st.integers(1, 7))
@settings(max_examples=150)
def test_statistics_are_those_of_numpy_however_they_come(vectors, size):
    """In one matrix, in many, or in small batches."""
    wide = vectors.astype(np.float64)
    processor = BatchProcessor(vectors.shape[1], batch=size)
    for found in (
        statistics(vectors),
        statistics(cut(vectors, size)),
        processor.statistics(vectors),
    ):
        assert found.count == len(vectors)
        assert found.dim == vectors.shape[1]
        assert np.allclose(found.mean, wide.mean(axis=0), rtol=1e-12, atol=1e-12)
        assert np.allclose(found.deviation, wide.std(axis=0), rtol=1e-9, atol=1e-6)
        assert (found.minimum == wide.min(axis=0)).all()
        assert (found.maximum == wide.max(axis=0)).all()


def test_a_small_spread_about_a_large_mean_is_not_lost():
    """A sum of squares would lose it."""
    vectors = np.float64([[1e9], [1e9 + 1], [1e9 + 2]])
    assert statistics(cut(vectors, 1)).deviation[0] == pytest.approx((2 / 3) ** 0.5, rel=1e-9)


@given(MATRICES, SEEDS)
@settings(max_examples=100)
def test_centroids_are_means(vectors, seed):
    """Of all, weighed, and of groups; a group of none has zeros."""
    chance = np.random.default_rng(seed)
    weights = chance.integers(0, 4, len(vectors))
    weights[chance.integers(len(vectors))] = 2
    groups = chance.integers(0, 4, len(vectors))
    wide = vectors.astype(np.float64)
    assert np.allclose(centroid(vectors), wide.mean(axis=0), rtol=1e-6, atol=1e-5)
    expected = np.average(wide, axis=0, weights=weights)
    assert np.allclose(centroid(cut(vectors, 3), weights), expected, rtol=1e-6, atol=1e-5)
    found, sizes = centroids(cut(vectors, 3), groups, 5)
    for number in range(5):
        own = wide[groups == number]
        assert sizes[number] == len(own)
        expected = own.mean(axis=0) if len(own) else np.zeros(wide.shape[1])
        assert np.allclose(found[number], expected, rtol=1e-6, atol=1e-5)


@given(MATRICES, st.integers(1, 5))
@settings(max_examples=100)
def test_normalised_rows_have_length_1(vectors, size):
    """Whatever their lengths were; zeros stay."""
    found = BatchProcessor(vectors.shape[1], batch=size).normalise(cut(vectors, 4))
    assert found.dtype == np.float32
    lengths = np.linalg.norm(found.astype(np.float64), axis=1)
    assert np.allclose(lengths, np.any(vectors != 0, axis=1), atol=1e-6)
    wide = vectors.astype(np.float64)
    assert np.allclose(found * np.linalg.norm(wide, axis=1, keepdims=True), wide, atol=1e-4)


def test_the_largest_and_smallest_rows_are_normalised():
    """Whose squares float32 cannot hold."""
    rows = np.float32([[3e38, 3e38], [1e-38, 0], [0, 0]])
    assert BatchProcessor(2).normalise(rows).round(3).tolist() == [
        [pytest.approx(0.707), pytest.approx(0.707)],
        [1, 0],
        [0, 0],
    ]


def low_rank(seed, n=300, dim=24):
    """Vectors whose variances fall quickly, about a mean far from 0."""
    chance = np.random.default_rng(seed)
    scales = 10 * 0.6 ** np.arange(dim)
    turned = np.linalg.qr(chance.standard_normal((dim, dim)))[0]
    return (chance.standard_normal((n, dim)) * scales) @ turned + 50 * chance.standard_normal(dim)


@pytest.mark.parametrize("seed", range(4))
def test_components_are_those_of_the_whole_decomposition(seed):
    """Axes and variances as `np.linalg.svd` of the centred vectors has them."""
    vectors = low_rank(seed)
    found = principal_components(vectors, 5, seed=seed)
    centred = vectors - vectors.mean(axis=0)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    variances = np.square(values) / (len(vectors) - 1)
    assert np.allclose(found.variances, variances[:5], rtol=1e-6)
    assert found.total_variance == pytest.approx(variances.sum(), rel=1e-9)
    assert np.allclose(found.explained, variances[:5] / variances.sum(), rtol=1e-6)
    assert np.allclose(np.abs((found.axes * axes[:5]).sum(axis=1)), 1, atol=1e-6)
    assert np.allclose(found.axes @ found.axes.T, np.eye(5), atol=1e-10)
    assert (found.axes[np.arange(5), np.abs(found.axes).argmax(axis=1)] > 0).all()
    assert np.allclose(found.project(vectors), centred @ found.axes.T, rtol=1e-5, atol=1e-4)


@given(MATRICES, SEEDS)
@settings(max_examples=60)
def test_all_components_give_the_vectors_back(vectors, seed):
    """With as many axes as there are dims nothing is lost, also where nothing varies."""
    m = min(vectors.shape)
    found = principal_components(vectors, m, seed=seed)
    assert np.allclose(found.axes @ found.axes.T, np.eye(m), atol=1e-8)
    assert (np.diff(found.variances) <= 1e-9).all()
    if m == vectors.shape[1]:
        assert np.allclose(found.restore(found.project(vectors)), vectors, atol=1e-2)
        if found.total_variance > 1e-6:  # else it may be what rounding makes of the mean
            assert found.explained.sum() == pytest.approx(1, abs=1e-6)
    assert found.total_variance or not found.explained.any()


def test_the_same_seed_gives_the_same_components():
    """Another seed differs by rounding only, where variances fall."""
    vectors = low_rank(9)
    one, same, other = (principal_components(vectors, 3, seed=seed) for seed in (1, 1, 2))
    assert (one.axes == same.axes).all()
    assert np.allclose(one.axes, other.axes, atol=1e-6)


@given(MATRICES, st.integers(1, 6), SEEDS)
@settings(max_examples=150)
def test_groups_are_what_they_say(vectors, k, seed):
    """Nearest centroids, no empty group, as many as there are different vectors to fill them."""
    found = kmeans(vectors, k, seed=seed)
    different = len(np.unique(vectors, axis=0))
    assert 1 <= len(found.centroids) <= min(k, different)
    assert found.sizes.tolist() == np.bincount(found.labels, minlength=len(found.sizes)).tolist()
    assert found.sizes.min() > 0
    wide, centres = vectors.astype(np.float64), found.centroids.astype(np.float64)
    squared = np.square(wide[:, np.newaxis] - centres).sum(axis=2)
    own = squared[np.arange(len(wide)), found.labels]
    assert (own <= squared.min(axis=1) + 1e-6 * (1 + np.square(wide).sum(axis=1))).all()
    assert found.inertia == pytest.approx(own.sum(), rel=1e-6, abs=1e-6)
    assert (found.assign(vectors) == found.labels).all()
    if found.converged:
        means = centroids(vectors, found.labels, len(centres))[0]
        assert np.allclose(means, centres, rtol=1e-5, atol=1e-4)


def test_groups_that_lie_apart_are_found():
    """Eight heaps, whatever the seed, in few iterations."""
    chance = np.random.default_rng(2)
    heaps = np.repeat(np.arange(8), 40)
    corners = 100 * np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    vectors = (corners[heaps] + chance.standard_normal((320, 3))).astype(np.float32)
    best = min((kmeans(vectors, 8, seed=seed) for seed in range(5)), key=lambda one: one.inertia)
    assert best.converged
    assert len({(heap, label) for heap, label in zip(heaps, best.labels, strict=True)}) == 8
    again = kmeans(vectors, 8, seed=3)
    assert (again.labels == kmeans(vectors, 8, seed=3).labels).all()


def test_iterations_are_bounded():
    """What has not settled by then says so."""
    vectors = np.random.default_rng(0).random((500, 2))
    found = kmeans(vectors, 30, iterations=1)
    assert (found.iterations, found.converged) == (1, False)


@given(SEEDS)
@settings(max_examples=40)
def test_pooling_against_loops(seed):
    """Sum, mean and weighted mean, of the tokens that the mask shows."""
    chance = np.random.default_rng(seed)
    tokens = chance.standard_normal((3, 5, 2)).astype(np.float32)
    mask = chance.integers(0, 2, (3, 5))
    weights = chance.integers(0, 3, (3, 5))
    for text in range(3):
        there = [place for place in range(5) if mask[text, place]]
        own = tokens[text, there].astype(np.float64)
        heavy = weights[text, there]
        expected = {
            "sum": own.sum(axis=0),
            "mean": own.mean(axis=0) if len(own) else np.zeros(2),
            "weighted": heavy @ own / heavy.sum() if heavy.sum() else np.zeros(2),
        }
        found = {
            "sum": total(tokens, mask)[text],
            "mean": mean(tokens, mask)[text],
            "weighted": weighted(tokens, mask, weights)[text],
        }
        for name, value in expected.items():
            assert np.allclose(found[name], value, atol=1e-6), name
    assert np.allclose(mean(tokens), tokens.mean(axis=1), atol=1e-6)


ROWS = np.ones((4, 3), np.float32)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: statistics(np.ones(3)), "dimension-mismatch"),
        (lambda: statistics([ROWS, np.ones((2, 2))]), "dimension-mismatch"),
        (lambda: statistics(np.float32([[1, np.nan]])), "bad-option"),
        (lambda: statistics(ROWS[:0]), "bad-option"),
        (lambda: statistics(np.array([["a"]])), "bad-option"),
        (lambda: centroid(ROWS, np.ones(3)), "dimension-mismatch"),
        (lambda: centroid(ROWS, np.zeros(4)), "bad-option"),
        (lambda: centroid(ROWS, -np.ones(4)), "bad-option"),
        (lambda: centroids(ROWS, np.array([0, 1]), 2), "dimension-mismatch"),
        (lambda: centroids(ROWS, np.array([0, 1, 2, 0]), 2), "bad-option"),
        (lambda: principal_components(ROWS, 4), "bad-option"),
        (lambda: principal_components(ROWS, 0), "bad-option"),
        (lambda: principal_components(ROWS[:0], 1), "bad-option"),
        (lambda: principal_components(ROWS, 1).project(np.ones((1, 2))), "dimension-mismatch"),
        (lambda: kmeans(ROWS, 0), "bad-option"),
        (lambda: kmeans(np.float32([[np.inf]]), 1), "bad-option"),
        (lambda: kmeans(ROWS, 2).assign(np.ones((1, 2))), "dimension-mismatch"),
        (lambda: BatchProcessor(0), "bad-option"),
        (lambda: BatchProcessor(2).normalise(ROWS), "dimension-mismatch"),
        (lambda: BatchProcessor(2).clusters(ROWS, 1), "dimension-mismatch"),
        (lambda: weighted(np.ones((1, 2, 2), np.float32), None, -np.ones((1, 2))), "bad-option"),
        (lambda: weighted(np.ones((1, 2, 2), np.float32), None, np.ones(2)), "dimension-mismatch"),
    ],
)
def test_errors_have_codes(call, code):
    """What cannot be is named."""
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.code == code


def test_the_place_of_what_is_wrong_is_counted_through_all_matrices():
    """The row is named by its number among all."""
    wrong = np.float32([[1, 1], [np.inf, 1]])
    with pytest.raises(InputError, match="at 7 "):
        list(parts([np.ones((6, 2), np.float32), wrong], batch=4))


def test_a_processor_of_many_does_all_of_it():
    """One dimension, all operations."""
    vectors = low_rank(1).astype(np.float32)
    processor = BatchProcessor(24, batch=50)
    groups = processor.clusters(vectors, 3)
    found = processor.centroids(cut(vectors, 70), groups.labels, 3)
    assert np.allclose(found, groups.centroids, rtol=1e-4, atol=1e-3)
    assert processor.components(vectors, 2).axes.shape == (2, 24)
    assert np.allclose(processor.centroid(vectors), vectors.mean(axis=0), atol=1e-3)
    assert processor.centroids([], np.empty(0, np.intp), 2).tolist() == [[0.0] * 24] * 2


@pytest.mark.parametrize("batch", [1, 7, 1000])
@pytest.mark.parametrize("strategy", ["mean", "max", "sum", "cls", "last", "weighted"])
def test_pooled_text_by_text(strategy, batch):
    """However many texts are worked on at a time, each has the vector that it has alone."""
    chosen = np.random.default_rng(4)
    tokens = chosen.standard_normal((5, 3, 4)).astype(np.float32)
    mask = chosen.integers(0, 2, (5, 3))
    weights = chosen.random((5, 3)) if strategy == "weighted" else None
    found = BatchProcessor(4, batch=batch).pooled(tokens, strategy, mask, weights)
    alone = [
        pooling.pooled(tokens[at : at + 1], strategy, mask[at : at + 1], own)[0].tolist()
        for at in range(5)
        for own in [None if weights is None else weights[at : at + 1]]
    ]
    assert found.tolist() == alone
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((np.zeros((1, 2, 3), np.float32), "mean"), "dimension-mismatch"),
        ((np.zeros((2, 4), np.float32), "mean"), "dimension-mismatch"),
        ((np.zeros((1, 2, 4), np.float32), "median"), "bad-option"),
        ((np.zeros((1, 2, 4), np.float32), "weighted"), "bad-option"),
        ((np.zeros((1, 2, 4), np.float32), "max", None, np.ones((1, 2))), "bad-option"),
        ((np.zeros((1, 2, 4), np.float32), "mean", np.ones((1, 3))), "dimension-mismatch"),
    ],
)
def test_what_cannot_be_pooled(arguments, code):
    """Is said with a code."""
    with pytest.raises(InputError) as caught:
        BatchProcessor(4).pooled(*arguments)
    assert caught.value.code == code
