"""Is one run better than another, or may that be chance?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_AT_ONCE = 1000


def paired_randomisation(
    one: Mapping[str, float], other: Mapping[str, float], *, rounds: int = 100_000, seed: int = 0
) -> float:
    """Two-sided p-value of the difference of two runs' means, from the same queries.

    Fisher's randomisation test, as Smucker, Allan and Carterette (CIKM 2007) recommend it: were the
    runs equally good, each query's two values might as well change places; p is the share of
    `rounds` such changes by chance whose difference is as large, the runs as they are counted in.
    Raises `ValueError` where the queries are not the same.

    >>> better = {str(query): 0.9 for query in range(10)}
    >>> paired_randomisation(better, dict.fromkeys(better, 0.5), rounds=999) < 0.02
    True
    >>> paired_randomisation(better, better, rounds=999)
    1.0
    """
    if one.keys() != other.keys():
        raise ValueError("The runs are judged on different queries.")
    differences = np.array([one[query] - other[query] for query in one], dtype=np.float64)
    seen = abs(differences.sum()) - 1e-9  # sums in another order differ in their last bits
    chance = np.random.default_rng(seed)
    as_large = 1
    for start in range(0, rounds, _AT_ONCE):
        count = min(_AT_ONCE, rounds - start)
        signs = chance.integers(0, 2, (count, len(differences)), dtype=np.int8) * 2 - 1
        as_large += int(np.count_nonzero(np.abs(signs @ differences) >= seen))
    return as_large / (rounds + 1)
