"""From one vector for each token to one vector for each text.

Every pooling takes `tokens`, float32 of shape (texts, length, dim), and `mask` of shape
(texts, length), nonzero where there is a token and zero where the batch was padded; it returns
float32 of shape (texts, dim). What padding cells hold does not matter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError

Tokens = NDArray[np.float32]
Mask = NDArray[Any]
Matrix = NDArray[np.float32]


def mean(tokens: Tokens, mask: Mask) -> Matrix:
    """Mean over the tokens that are there (Reimers and Gurevych 2019); zeros if there are none.

    >>> mean(np.float32([[[2, 4], [4, 8], [9, 9]]]), np.array([[1, 1, 0]])).tolist()
    [[3.0, 6.0]]
    """
    present = _present(tokens, mask)
    # where() and not a product: padding may hold NaN, and NaN times zero is NaN.
    total = np.where(present, tokens, np.float32(0)).sum(axis=1, dtype=np.float32)
    return np.asarray(total / np.maximum(present.sum(axis=1), 1), dtype=np.float32)


def cls(tokens: Tokens, mask: Mask) -> Matrix:
    """The vector of the first token, [CLS], of each text."""
    _present(tokens, mask)
    return np.array(tokens[:, 0, :], dtype=np.float32)


def maximum(tokens: Tokens, mask: Mask) -> Matrix:
    """Largest value of each dimension over the tokens that are there; zeros if there are none."""
    present = _present(tokens, mask)
    largest = np.where(present, tokens, np.float32(-np.inf)).max(axis=1)
    return np.where(present.any(axis=1), largest, np.float32(0))


def l2_normalise(rows: Matrix) -> Matrix:
    """Each row of (n, dim) scaled to length 1; a row of zeros stays as it is.

    >>> l2_normalise(np.float32([[3, 4], [0, 0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _present(tokens: Tokens, mask: Mask) -> NDArray[np.bool_]:
    """Mask as booleans of shape (texts, length, 1)."""
    if tokens.ndim != 3 or tokens.shape[:2] != mask.shape or tokens.shape[1] == 0:
        raise InputError(
            f"Token vectors have shape {tokens.shape}, the mask {mask.shape}; "
            "(texts, length, dim) and (texts, length) are needed.",
            code="dimension-mismatch",
        )
    present: NDArray[np.bool_] = (mask != 0)[:, :, np.newaxis]
    return present
