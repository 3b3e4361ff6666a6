"""Which chunks of one segment match the leaves and the condition of a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.kernels import Gathered, Kernels, PostingArrays
from app.core.lexical.phrases import Phrases
from app.core.lexical.plan import All, Condition, Either, Has, Leaf, Not, Passes, Phrase, Word
from app.core.lexical.postings import FIELDS
from app.core.lexical.resolve import Lists, SearchedSegment

Flags = NDArray[np.bool_]
UInt32Array = NDArray[np.uint32]
Float32Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the occurrences of a segment: those of certain fields in certain chunks."""

    arrays: PostingArrays
    fields: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """What the weight of each of `FIELDS` is multiplied by."""
    only: NDArray[np.uint8] | None = None
    """u8[n]: the chunks; None: all."""
    is_repeated: bool = False
    """Whether it is the repeated body that stands in the place of the headings."""

    def weights(self, weights: Float32Array) -> Float32Array:
        """Of the fields, float32[4], as this part has them."""
        if self.is_repeated:
            return np.array([0, weights[0], 0, 0], dtype=np.float32)
        return weights * np.array(self.fields, dtype=np.float32)


class Leaves:
    """The chunks of a segment that hold each leaf, found once.

    `part` leaves out what occurrences do not count, see `Part`.
    """

    def __init__(
        self,
        segment: SearchedSegment,
        kernels: Kernels,
        weights: Sequence[float],
        part: Part | None = None,
    ) -> None:
        self.segment = segment
        self._kernels = kernels
        self._weights = np.array(weights, dtype=np.float32)
        self._part = part or Part(segment.postings.arrays)
        self._phrases = Phrases(segment, kernels)
        self._found: dict[Leaf, tuple[UInt32Array, Float32Array]] = {}

    def matches(self, leaves: Sequence[Leaf]) -> Gathered:
        """Live chunks that hold each leaf, and its weighted frequency there."""
        new = [leaf for leaf in leaves if leaf not in self._found]
        together = self._gather(new)
        if together is not None and len(new) == len(leaves):
            return together
        found = [self._found[leaf] for leaf in leaves]
        offsets = np.zeros(len(leaves) + 1, dtype=np.uint32)
        np.cumsum([len(ordinals) for ordinals, _ in found], out=offsets[1:])
        return Gathered(
            np.concatenate([np.empty(0, np.uint32), *(ordinals for ordinals, _ in found)]),
            np.concatenate([np.empty(0, np.float32), *(counts for _, counts in found)]),
            offsets,
        )

    def has(self, leaf: Leaf) -> Flags:
        """bool[n]: live chunks that hold the leaf."""
        self._gather([] if leaf in self._found else [leaf])
        flags = np.zeros(self.segment.n_chunks, dtype=np.bool_)
        flags[self._found[leaf][0]] = True
        return flags

    def _gather(self, leaves: Sequence[Leaf]) -> Gathered | None:
        """Find leaves: all words of a field in one step, as a step has its price in a browser.

        What that step gave, if it was all.
        """
        by_field: dict[str, list[Word]] = {}
        for leaf in leaves:
            if isinstance(leaf, Word):
                by_field.setdefault(leaf.field, []).append(leaf)
        found = None
        for field, words in by_field.items():
            found = self._words([self.segment.lists(word) for word in words], field)
            bounds = found.offsets.tolist()
            for number, word in enumerate(words):
                at = slice(bounds[number], bounds[number + 1])
                self._found[word] = found.ordinals[at], found.frequencies[at]
        phrases = [leaf for leaf in leaves if isinstance(leaf, Phrase)]
        for phrase in phrases:
            self._found[phrase] = self._phrase(phrase)
        return found if len(by_field) == 1 and not phrases else None

    def _words(self, clauses: Sequence[Lists], field: str) -> Gathered:
        offsets = np.array([0, *accumulate(map(len, clauses))], dtype=np.uint32)
        numbers = np.concatenate([lists.numbers for lists in clauses])
        lie = self.segment.postings.posting_offsets
        weights = self._weights
        if field:
            weights = np.where(np.array(FIELDS) == field, weights, np.float32(0))
            if not weights.any():
                weights = (np.array(FIELDS) == field).astype(np.float32)
        mask = self.segment.mask
        if self._part.only is not None:
            mask = self._part.only if mask is None else self._part.only & mask
        return self._kernels.gather(
            self._part.arrays,
            mask,
            offsets,
            lie[numbers],
            lie[numbers + 1],
            np.concatenate([lists.weights for lists in clauses]),
            self._part.weights(weights),
            self.segment.spoken(np.concatenate([lists.languages for lists in clauses])),
        )

    def once(self, phrase: Phrase) -> tuple[UInt32Array, Float32Array]:
        """Chunks that hold a phrase, what chunks of a document share counted once, and how often.

        A document may be left with less than nothing in one chunk and more in another.
        """
        return _sparse(self._phrases.counts_once(phrase, self._held(phrase)))

    def _phrase(self, phrase: Phrase) -> tuple[UInt32Array, Float32Array]:
        """Chunks in which a phrase begins, and how often."""
        return _sparse(self._phrases.counts(phrase, self._held(phrase)))

    def _held(self, phrase: Phrase) -> dict[Word, Flags]:
        self._gather([slot for slot in phrase.slots if slot not in self._found])
        held = {}
        for slot in phrase.slots:
            held[slot] = np.zeros(self.segment.n_chunks, dtype=np.bool_)
            held[slot][self._found[slot][0]] = True
        return held


def _sparse(counts: NDArray[np.int64]) -> tuple[UInt32Array, Float32Array]:
    ordinals = np.flatnonzero(counts)
    return ordinals.astype(np.uint32), counts[ordinals].astype(np.float32)


def condition_mask(
    condition: Condition,
    n: int,
    has: Callable[[Leaf], Flags],
    passes: Callable[[Any], Flags],
) -> Flags:
    """bool[n]: what fulfils a condition, given what has a leaf and what passes a filter."""

    def mask(condition: Condition) -> Flags:
        match condition:
            case Has(leaf):
                return has(leaf)
            case Passes(wanted):
                return passes(wanted)
            case Not(inner):
                return ~mask(inner)
            case All(parts):
                flags = np.ones(n, dtype=np.bool_)
                for part in parts:
                    flags &= mask(part)
                return flags
            case Either(parts):
                flags = np.zeros(n, dtype=np.bool_)
                for part in parts:
                    flags |= mask(part)
                return flags

    return mask(condition)
