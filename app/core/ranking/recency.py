"""New documents above old ones that match as well, where that is wanted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HALF_LIFE = 180.0
"""Days after which a document gains half of what a new one does."""


def recency(ages: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """What scores are multiplied by, 1 to 1 + weight, for ages in days; NaN is unknown.

    >>> recency(np.array([0.0, 180.0, 1e6, np.nan, -3.0]), 0.5).tolist()
    [1.5, 1.25, 1.0, 1.0, 1.5]
    """
    youth = np.exp2(-np.maximum(ages, 0.0) / HALF_LIFE)
    return 1.0 + weight * np.where(np.isnan(ages), 0.0, youth)
