"""How near the words of a query stand to each other in the chunks that match best.

After Rasolofo and Savoy, "Term proximity scoring for keyword-based retrieval systems" (2003), but
with one over the distance in place of one over its square, and for neighbours in the query alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import NOWHERE, Kernels
from app.core.kernels.port import Uint32s
from app.core.lexical.plan import Leaf, Word
from app.core.lexical.resolve import SearchedSegment

LOOKED_AT = 100
"""Chunks, the best by their words, in which it is looked at where these stand."""

_MOST_WORDS = 12
_MOST_FORMS = 64
_FURTHEST = 64


def neighbours(scored: Sequence[Leaf]) -> list[Word]:
    """The words of a query whose places count, in its order: whole ones, in any field."""
    words = [leaf for leaf in scored if isinstance(leaf, Word)]
    plain = [word for word in words if word.boost >= 1 and not (word.field or word.patterns)]
    return plain[:_MOST_WORDS]


def shares(
    segment: SearchedSegment,
    kernels: Kernels,
    words: Sequence[Word],
    weights: NDArray[np.float64],
    chunks: Uint32s,
) -> NDArray[np.float64]:
    """(n,) from 0 to 1 for each of `chunks`, which rise: how near two or more words stand.

    1: all side by side; a pair two words apart counts half. `weights` (words - 1,) is what each
    pair of neighbours counts.
    """
    lists = [segment.lists(word) for word in words]
    if max(map(len, lists)) > _MOST_FORMS or not weights.any():
        return np.zeros(len(chunks))
    postings = segment.postings
    offsets = np.array([0, *accumulate(map(len, lists))], dtype=np.uint32)
    numbers = np.concatenate([each.numbers for each in lists])
    languages = np.concatenate([each.languages for each in lists])
    gaps = kernels.closest(
        postings.positions,
        postings.arrays,
        chunks,
        offsets,
        postings.posting_offsets[numbers],
        postings.posting_offsets[numbers + 1],
        postings.position_offsets[numbers],
        segment.counting(languages[:, np.newaxis], chunks),
    )
    near = np.where((gaps == NOWHERE) | (gaps > _FURTHEST), 0.0, 1.0 / gaps)
    # Not a matrix product: its last digits hang on the machine.
    closeness: NDArray[np.float64] = (weights[:, np.newaxis] * near).sum(axis=0) / weights.sum()
    return closeness
