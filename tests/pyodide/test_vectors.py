"""Fingerprints, components and groups: the same on CPython and in Pyodide."""

from __future__ import annotations

import numpy as np
import pytest

from tests.pyodide import probes, texts


def test_fingerprints(same):
    """Bit for bit, and what is joined by them."""
    documents = texts.documents(200)
    (dtype, shape, data), labels = same(probes.left_behind, [*documents, *documents[:20]])
    assert (dtype, shape) == ("<u8", (220,))
    known = np.flatnonzero(np.frombuffer(data, "<u8")[:20])  # one of them has no words
    assert len(known) > 15
    assert [labels[200 + place] for place in known] == [labels[place] for place in known]


@pytest.mark.parametrize("seed", [1, 2])
def test_components(pyodide, seed):
    """Within 1e-6: sums of products may be added up in another order."""
    here = probes.components(seed, 5)
    there = pyodide.call(probes.components, seed, 5)
    for one, other in zip(here, there, strict=True):
        assert np.allclose(one, other, rtol=0, atol=1e-6)


@pytest.mark.parametrize("seed", [1, 2])
def test_groups(pyodide, seed):
    """The same groups about the same centres."""
    labels, centroids = probes.groups(seed)
    labels_there, centroids_there = pyodide.call(probes.groups, seed)
    assert labels == labels_there
    assert np.allclose(centroids, centroids_there, rtol=0, atol=1e-5)
