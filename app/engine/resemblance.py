"""How alike the candidates of a search are: by what their words leave behind, and by meaning."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.core.dense.codes import Coded
from app.core.duplicates.fingerprint import BITS, NEAR, UNKNOWN, distance
from app.core.kernels import VectorKernels
from app.engine.view import View

AKIN = 16
"""Bits in which fingerprints differ at most where vectors tell the rest: a resemblance of 0.5."""
COSINE = 0.97
"""Cosine from which on they do."""

_NOT_KNOWN = np.uint8(255)

Places = Sequence[int] | NDArray[np.intp]


class Resemblance:
    """Compares candidates, which go by their places among `ordinals`, the chunks' global ones.

    `models`: those whose vectors are at hand. Vectors of different models are not compared.
    """

    def __init__(self, view: View, ordinals: NDArray[np.int64], models: Iterable[str]) -> None:
        self._fingerprints = view.fingerprints(ordinals)
        self._kernels: VectorKernels = view.vector_kernels
        self._indexes = [view.vectors(model) for model in models]
        self._ordinals = ordinals

    def near(self, ones: Places, others: Places) -> NDArray[np.bool_]:
        """Which are near-copies of each other, bool (ones, others)."""
        distances = self._distances(ones, others)
        found = distances <= NEAR
        doubted = ~found & ((distances <= AKIN) | (distances == _NOT_KNOWN))
        rows, columns = (np.flatnonzero(doubted.any(axis=axis)) for axis in (1, 0))
        if len(rows):
            ones, others = np.array(ones)[rows], np.array(others)[columns]
            part = np.ix_(rows, columns)
            for coded in self._vectors:
                found[part] |= doubted[part] & (self._cosines(coded, ones, others) >= COSINE)
        return found

    def similarities(self, ones: Places, others: Places) -> NDArray[np.float32]:
        """From 0 to 1, float32 (ones, others): cosines, and where those lack the resemblance."""
        distances = self._distances(ones, others)
        alike = np.clip(1 - distances * np.float32(2 / BITS), 0, 1)
        for coded in self._vectors:
            there = coded.scales > 0
            both = there[[*ones]][:, np.newaxis] & there[[*others]]
            cosines = self._cosines(coded, ones, others)
            alike = np.where(both, np.clip(cosines, 0, 1), alike)
        return np.asarray(alike, dtype=np.float32)

    def _distances(self, ones: Places, others: Places) -> NDArray[np.uint8]:
        """Bits in which fingerprints differ."""
        one, other = self._fingerprints[[*ones]][:, np.newaxis], self._fingerprints[[*others]]
        known = (one != UNKNOWN) & (other != UNKNOWN)
        return np.where(known, distance(one, other), _NOT_KNOWN)

    @cached_property
    def _vectors(self) -> list[Coded]:
        """Those of all candidates, by model."""
        found = (index.vectors(self._ordinals) for index in self._indexes)
        return [coded for coded in found if coded is not None]

    def _cosines(self, coded: Coded, ones: Places, others: Places) -> NDArray[np.float32]:
        """float32 (ones, others), the same on every machine; 0 where there is no vector."""
        rows, asked = (coded[np.array(places, dtype=np.uint32)] for places in (others, ones))
        codes: NDArray[np.int8] = rows.codes  # type: ignore[assignment]
        scores = self._kernels.int8(codes, rows.scales, asked.codes.astype(np.int16))
        return np.asarray(scores * asked.scales[:, np.newaxis], dtype=np.float32)
