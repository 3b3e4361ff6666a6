"""Fusing rankings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.ranking import convex, mmr, rrf, topk
from app.errors import InputError

RANKINGS = st.lists(
    st.lists(st.integers(0, 20), unique=True, max_size=8).map(lambda r: np.array(r, np.int64)),
    max_size=4,
)


def test_rrf_by_hand():
    """1/61 + 1/62 = 0.0325225 for the one in both, 1/61 and 1/62 for the others."""
    fused = rrf([np.array([4, 9]), np.array([7, 4])])
    assert fused.ordinals.tolist() == [4, 7, 9]
    assert fused.scores == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_rrf_weights_a_leg():
    """A leg that counts double outvotes one that counts once."""
    fused = rrf([np.array([1, 2]), np.array([2, 1])], weights=[1.0, 2.0])
    assert fused.ordinals.tolist() == [2, 1]


def test_equal_sums_go_by_ordinal():
    """Two legs that disagree the other way round tie, on every machine."""
    fused = rrf([np.array([8, 3, 5]), np.array([5, 3, 8])])
    assert fused.ordinals.tolist() == [5, 8, 3]
    assert fused.scores[0] == fused.scores[1]


@given(RANKINGS, st.integers(0, 100))
def test_rrf_is_the_sum_over_legs(rankings, k):
    """Every ordinal of any leg is there once, with the sum that the paper gives."""
    fused = rrf(rankings, k)
    sums = {}
    for ranking in rankings:
        for rank, ordinal in enumerate(ranking.tolist(), start=1):
            sums[ordinal] = sums.get(ordinal, 0) + 1 / (k + rank)
    assert dict(zip(fused.ordinals.tolist(), fused.scores.tolist(), strict=True)) == pytest.approx(
        sums
    )
    assert np.all(np.diff(fused.scores) <= 1e-12)


@given(RANKINGS)
def test_order_of_legs_does_not_matter(rankings):
    """With equal weights the legs can be given in any order."""
    assert rrf(rankings).ordinals.tolist() == rrf(rankings[::-1]).ordinals.tolist()


def test_one_leg_keeps_its_order():
    """Fusing a single ranking changes nothing."""
    assert rrf([np.array([5, 1, 9, 0])]).ordinals.tolist() == [5, 1, 9, 0]


@pytest.mark.parametrize("options", [{"weights": [1.0, 1.0]}, {"weights": [-1.0]}, {"k": -1}])
def test_bad_options_are_refused(options):
    """Weights must fit the legs and be positive."""
    with pytest.raises(InputError):
        rrf([np.array([1])], **options)


def test_topk_breaks_ties_by_ordinal():
    """The selection both legs use is the one of the fusion."""
    assert topk(np.array([1.0, 2.0, 2.0, 1.0]), 3).tolist() == [1, 2, 0]


def test_convex_by_hand():
    """One weak word does not beat the nearest meaning, which by ranks alone would tie or lose."""
    words = (np.array([2]), np.array([0.2]))
    meaning = (np.array([1, 2]), np.array([0.5, 0.1]))
    fused = convex([words, meaning], [0.5, 0.5])
    assert fused.ordinals.tolist() == [1, 2]
    assert fused.scores == pytest.approx([0.25, 0.15])
    assert rrf([words[0], meaning[0]]).ordinals.tolist() == [2, 1]


def test_convex_checks_its_weights():
    """A weight too few, or a negative one, is an error and not a surprise."""
    one = (np.array([1]), np.array([1.0]))
    for weights in ([], [-1.0]):
        with pytest.raises(InputError):
            convex([one], weights)
    assert len(convex([], []).ordinals) == 0


@given(
    st.integers(0, 8),
    st.integers(0, 10),
    st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=150)
def test_mmr_against_the_plain_rule(n, k, diversity, seed):
    """Each choice has the most that is left when its likeness to those before is taken off."""
    chance = np.random.default_rng(seed)
    scores = np.sort(chance.integers(0, 9, n) / 8)[::-1]
    alike = chance.integers(0, 9, (n, n)) / 8
    alike = np.maximum(alike, alike.T)
    best = scores[0] if n and scores[0] > 0 else 1.0
    order = []
    while diversity and len(order) < min(k, n):
        left = [place for place in range(n) if place not in order]
        gain = {
            place: round(
                (1 - diversity) * scores[place] / best
                - diversity * max((alike[place, one] for one in order), default=0.0),
                12,
            )
            for place in left
        }
        order.append(max(left, key=lambda place: (gain[place], -place)))
    order += [place for place in range(n) if place not in order]
    assert mmr(scores, alike.__getitem__, k, diversity).tolist() == order


@pytest.mark.parametrize("diversity", [-1, 1.01, float("nan")])
def test_mmr_refuses_other_weights(diversity):
    """The weight of diversity is a share."""
    with pytest.raises(InputError):
        mmr(np.ones(2), lambda _: np.ones(2), 1, diversity)
