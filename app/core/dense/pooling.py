"""From one vector for each token to one vector for each text.

Every pooling takes `tokens`, float32 of shape (texts, length, dim), and `mask` of shape
(texts, length), nonzero where there is a token and zero where the batch was padded, None where
there is no padding; it returns float32 of shape (texts, dim). What padding cells hold does not
matter. Raises `InputError("dimension-mismatch")` where the shapes do not fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import InputError

Tokens = NDArray[np.float32]
Mask = NDArray[Any]
Matrix = NDArray[np.float32]


def mean(tokens: Tokens, mask: Mask | None = None) -> Matrix:
    """Mean over the tokens that are there (Reimers and Gurevych 2019); zeros if there are none.

    >>> mean(np.float32([[[2, 4], [4, 8], [9, 9]]]), np.array([[1, 1, 0]])).tolist()
    [[3.0, 6.0]]
    """
    sums = total(tokens, mask)
    return np.asarray(sums / np.maximum(_present(tokens, mask).sum(axis=1), 1), dtype=np.float32)


def total(tokens: Tokens, mask: Mask | None = None) -> Matrix:
    """Sum over the tokens that are there; zeros if there are none.

    >>> total(np.float32([[[2, 4], [4, 8], [9, 9]]]), np.array([[1, 1, 0]])).tolist()
    [[6.0, 12.0]]
    """
    # where() and not a product: padding may hold NaN, and NaN times zero is NaN.
    present = np.where(_present(tokens, mask), tokens, np.float32(0))
    return np.asarray(present.sum(axis=1, dtype=np.float32))


def weighted(tokens: Tokens, mask: Mask | None, weights: NDArray[Any]) -> Matrix:
    """Mean over the tokens that are there, each counting by its weight; zeros if nothing counts.

    `weights` (texts, length), from 0; those of padding do not matter. For example idf, or 1, 2, 3
    ... for models that read from left to right (Muennighoff, "SGPT", 2022). Raises
    `InputError("bad-option")` for weights that are negative or no numbers.

    >>> tokens = np.float32([[[2, 4], [6, 8], [9, 9]]])
    >>> weighted(tokens, np.array([[1, 1, 0]]), np.array([[1, 3, 5]])).tolist()
    [[5.0, 7.0]]
    """
    present = _present(tokens, mask)
    if weights.shape != tokens.shape[:2]:
        raise _mismatch(tokens, weights, "the weights")
    counting = np.where(present, weights[:, :, np.newaxis], 0).astype(np.float64)
    if not (np.isfinite(counting) & (counting >= 0)).all():
        raise InputError("Weights of tokens are numbers from 0.")
    sums = (np.where(present, tokens, 0) * counting).sum(axis=1)
    weight = counting.sum(axis=1)
    return np.asarray(sums / np.where(weight > 0, weight, 1), dtype=np.float32)


def cls(tokens: Tokens, mask: Mask | None = None) -> Matrix:
    """The vector of the first token, [CLS], of each text."""
    _present(tokens, mask)
    return np.array(tokens[:, 0, :], dtype=np.float32)


def last(tokens: Tokens, mask: Mask | None = None) -> Matrix:
    """The vector of the last token that is there, of each text; the first where there is none.

    >>> last(np.float32([[[2, 4], [4, 8], [9, 9]]]), np.array([[1, 1, 0]])).tolist()
    [[4.0, 8.0]]
    """
    present = _present(tokens, mask)[:, :, 0]
    places = np.where(present, np.arange(tokens.shape[1]), 0).max(axis=1)
    return np.array(tokens[np.arange(len(tokens)), places], dtype=np.float32)


def maximum(tokens: Tokens, mask: Mask | None = None) -> Matrix:
    """Largest value of each dimension over the tokens that are there; zeros if there are none."""
    present = _present(tokens, mask)
    largest = np.where(present, tokens, np.float32(-np.inf)).max(axis=1)
    return np.where(present.any(axis=1), largest, np.float32(0))


def pooled(
    tokens: Tokens, strategy: str, mask: Mask | None = None, weights: NDArray[Any] | None = None
) -> Matrix:
    """One vector for each text by "mean", "max", "sum", "cls", "last", or "weighted".

    "weighted" takes weights, and nothing else does.

    Raises `InputError("bad-option")` for other strategies, and for weights where there are none.

    >>> pooled(np.float32([[[2, 4], [4, 8]]]), "max").tolist()
    [[4.0, 8.0]]
    """
    if (strategy == "weighted") != (weights is not None):
        raise InputError("Weights of tokens go with the strategy 'weighted', and only with it.")
    if weights is not None:
        return weighted(tokens, mask, weights)
    if strategy not in _STRATEGIES:
        names = ", ".join([*_STRATEGIES, "weighted"])
        raise InputError(f"There is no pooling {strategy!r}.", hint=f"There are {names}.")
    return _STRATEGIES[strategy](tokens, mask)


_STRATEGIES = {"mean": mean, "max": maximum, "sum": total, "cls": cls, "last": last}


def l2_normalise(rows: Matrix) -> Matrix:
    """Each row of (n, dim) scaled to length 1; a row of zeros stays as it is.

    >>> l2_normalise(np.float32([[3, 4], [0, 0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _present(tokens: Tokens, mask: Mask | None) -> NDArray[np.bool_]:
    """Mask as booleans of shape (texts, length, 1)."""
    there = np.ones(tokens.shape[:2], dtype=np.bool_) if mask is None else mask != 0
    if tokens.ndim != 3 or tokens.shape[:2] != there.shape or tokens.shape[1] == 0:
        raise _mismatch(tokens, there, "the mask")
    present: NDArray[np.bool_] = there[:, :, np.newaxis]
    return present


def _mismatch(tokens: Tokens, other: NDArray[Any], name: str) -> InputError:
    return InputError(
        f"Token vectors have shape {tokens.shape}, {name} {other.shape}; "
        "(texts, length, dim) and (texts, length) are needed.",
        code="dimension-mismatch",
    )
