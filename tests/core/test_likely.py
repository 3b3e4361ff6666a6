"""What scores that are off leave any chance, and what is lost by leaving the rest out."""

import numpy as np
import pytest

from app.core.dense.likely import MOST, above, likely


def test_the_normal_curve():
    """By a million draws, in both tails."""
    drawn = np.random.default_rng(1).standard_normal(1_000_000)
    at = np.array([-3.0, -2.0, -0.5, 0.0, 0.5, 2.0, 3.0])
    shares = (drawn < at[:, np.newaxis]).mean(axis=1)
    assert above(at) == pytest.approx(shares, abs=0.002)
    assert above(np.array([-50.0, 50.0])).tolist() == pytest.approx([0, 1], abs=1e-12)


@pytest.mark.parametrize("missed", [0.1, 0.01, 0.001])
@pytest.mark.parametrize("near", [10, 1000])
def test_what_is_lost_is_what_may_be(missed, near):
    """However many rows lie about the k-th best, of more and of less certain scores."""
    chosen, k, lost, kept = np.random.default_rng(near), 10, 0, 0
    tries = 300
    for _ in range(tries):
        true = np.sort(chosen.random(2000) * 2000 / near)
        spreads = chosen.uniform(0.002, 0.006, 2000)
        scores = true + spreads * chosen.standard_normal(2000)
        found = likely(scores, spreads, k, missed)
        lost += k - int(found[-k:].sum())
        kept += int(found.sum())
    assert lost / (tries * k) < 1.5 * missed + 0.001
    assert k <= kept / tries < 12 * k


def test_fewer_where_more_may_be_lost():
    """And none but the certain ones where scores are exact; without loss all."""
    scores = np.random.default_rng(2).random(500)
    counts = [int(likely(scores, np.full(500, 0.01), 10, m).sum()) for m in (0, 1e-6, 0.01, 0.5)]
    assert counts[0] == 500
    assert counts == sorted(counts, reverse=True)
    assert likely(scores, np.zeros(500), 10, 1e-6).sum() == 10
    assert set(np.flatnonzero(likely(scores, np.zeros(500), 10, 1e-6))) == set(
        np.argsort(-scores)[:10].tolist()
    )


def test_never_fewer_than_are_wanted():
    """Nor more than there is room for, of equal ones the first."""
    few = likely(np.zeros(3), np.ones(3), 5, 0.9)
    assert few.all()
    equal = likely(np.zeros(2 * MOST), np.ones(2 * MOST), 5, 0.0)
    assert np.flatnonzero(equal).tolist() == list(range(MOST))
    assert likely(np.zeros(20), np.ones(20), 5, 1.0).sum() >= 5
