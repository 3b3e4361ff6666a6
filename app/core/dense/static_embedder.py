"""An embedder that looks vectors of tokens up in a table, and adds them: no network is run.

The table is learned from a transformer (`pyodide_build/static_model`), so that the sum over a text
points where the transformer's vector of it does. What a token weighs is in the length of its row.
Sums are of whole numbers, and therefore the same on every machine.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.wordpiece import WordPiece
from app.errors import EmbedderError

Probe = tuple[str, tuple[float, ...]]

MODEL = "static"
"""What the names of its vector spaces begin with."""

BUNDLED, DIM = "static/minilm-256/1", 256
"""Vector space of the table that comes with Fossick, and its dimension."""

PROBE: Probe = (
    "gold in the river",
    (0.0409, 0.0529, 0.0230, 0.0271, -0.0208, -0.0644, 0.1395, 0.0138),
)
"""A text, and how its vector by that table and the bundled vocabulary begins."""

MOST_TOKENS = 8000
"""Tokens of a text that are looked at."""

_LARGEST_WEIGHT = 2047
_ROWS = 512
"""Rows that are widened at a time: more leave the near cache, and take several times as long."""

_REMEMBERED = 1 << 16
"""Stretches between spaces whose tokens are kept at hand."""


class StaticTable(NamedTuple):
    """Vectors of tokens: row i is ``weights[i] * codes[i]``, in a unit that says nothing.

    `codes` int8 (tokens, dim); `weights` uint16 (tokens,), 2047 at most; `model` names the vector
    space.
    """

    codes: NDArray[np.int8]
    weights: NDArray[np.uint16]
    model: str

    @classmethod
    def of(cls, rows: NDArray[np.floating[Any]], model: str) -> StaticTable:
        """The nearest to rows (tokens, dim).

        >>> table = StaticTable.of(np.array([[1.0, -0.5], [0.0, 0.0], [0.0, 4.0]]), "static/x")
        >>> table.codes.tolist(), table.weights.tolist()
        ([[127, -63], [0, 0], [0, 127]], [512, 0, 2047])
        """
        largest = np.abs(rows).max(axis=1, initial=0.0)
        unit = float(largest.max(initial=0.0)) / _LARGEST_WEIGHT or 1.0
        weights = np.rint(largest / unit)
        steps = np.where(weights > 0, weights, 1.0) * unit / 127
        codes = np.clip(np.rint(rows / steps[:, np.newaxis]), -127, 127)
        return cls(codes.astype(np.int8), weights.astype(np.uint16), model)

    @classmethod
    def from_bytes(cls, data: bytes) -> StaticTable:
        """What `to_bytes` made bytes of; `EmbedderError("model-failed")` for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                held: Mapping[str, NDArray[Any]] = {name: arrays[name] for name in arrays.files}
            table = cls(held["codes"], held["weights"], held["model"].tobytes().decode())
        except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise _damaged(str(error)) from None
        table.check()
        return table

    def to_bytes(self) -> bytes:
        """The table as a file of NumPy's, uncompressed."""
        out = io.BytesIO()
        name = np.frombuffer(self.model.encode(), np.uint8)
        np.savez(out, codes=self.codes, weights=self.weights, model=name)
        return out.getvalue()

    def check(self) -> None:
        """`EmbedderError("model-failed")` where sums could go wrong."""
        codes, weights = self.codes, self.weights
        if codes.ndim != 2 or codes.dtype != np.int8 or weights.shape != codes.shape[:1]:
            raise _damaged("The arrays of the table do not fit together.")
        if weights.dtype != np.uint16 or not codes.size or int(weights.max()) > _LARGEST_WEIGHT:
            raise _damaged("The weights of the table are not what they should be.")
        if not self.model.startswith(MODEL):
            raise _damaged(f"The table is for {self.model!r}.")


class StaticEmbedder:
    """Adds up the rows of a text's tokens.

    >>> pieces = WordPiece(["[UNK]", "gold", "silver", "tax"])
    >>> rows = np.array([[0.0, 0.0], [1.0, 0.1], [0.9, 0.2], [-0.1, 1.0]])
    >>> embedder = StaticEmbedder(StaticTable.of(rows, "static/example"), pieces)
    >>> a, b, c = embedder.embed(["Gold!", "silver", "tax"])
    >>> bool(a @ b > 0.9), bool(a @ c < 0.1)
    (True, True)

    `EmbedderError("model-failed")` if vocabulary and table are of different sizes.
    """

    def __init__(self, table: StaticTable, pieces: WordPiece) -> None:
        table.check()
        if len(pieces) != len(table.codes):
            raise _damaged(f"{len(pieces)} tokens do not fit {len(table.codes)} rows.")
        self.dim = table.codes.shape[1]
        self.model = table.model
        self._codes = table.codes
        self._weights = table.weights.astype(np.float64)
        self._tokens = _Tokens(pieces)

    def prove(self, probe: Probe) -> None:
        """`EmbedderError("model-failed")` unless the vector of a known text begins as it should.

        A vocabulary of the right size in another order is found only so.
        """
        text, known = probe
        if np.abs(self.embed([text])[0, : len(known)] - known).max() > 1e-3:
            raise _damaged(f"Its vector of {text!r} is wrong.")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 matrix (len(texts), dim), rows of length 1; one without a token is all zeros."""
        sums = np.zeros((len(texts), self.dim))
        for number, text in enumerate(texts):
            tokens = np.array(self._tokens.of(text), dtype=np.intp)
            for start in range(0, len(tokens), _ROWS):
                step = tokens[start : start + _ROWS]
                # Whole numbers below 2^53: exact, in whatever order they are added.
                sums[number] += self._weights[step] @ self._codes[step].astype(np.float64)
        lengths = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
        np.divide(sums, lengths, out=sums, where=lengths > 0)
        return sums.astype(np.float32)

    def embed_weighted(self, text: str, weigh: Callable[[str], float]) -> NDArray[np.float32]:
        """float32 (dim,) of length 1, or zeros: `weigh` tells how much each word of a text counts.

        Words are what stands between spaces; weights are 0 to 1, and count in steps of 1/64.

        >>> pieces = WordPiece(["[UNK]", "gold", "tax"])
        >>> table = StaticTable.of(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), "static/x")
        >>> weigh = {"gold": 1.0, "tax": 0.25}.__getitem__
        >>> StaticEmbedder(table, pieces).embed_weighted("gold tax", weigh).round(2).tolist()
        [0.9700000286102295, 0.23999999463558197]
        """
        sums = np.zeros(self.dim)
        for word in text.split()[:MOST_TOKENS]:
            tokens = self._tokens[word]
            sums += self._weights[tokens] @ self._codes[tokens] * round(64 * weigh(word))
        length = np.sqrt((sums * sums).sum())
        return (sums / length if length else sums).astype(np.float32)


class _Tokens(dict[str, list[int]]):
    """Tokens of each stretch between spaces, remembered; forgets all when it grows too large."""

    def __init__(self, pieces: WordPiece) -> None:
        super().__init__()
        self._pieces = pieces

    def of(self, text: str) -> list[int]:
        """The tokens of a text, the first `MOST_TOKENS`."""
        found: list[int] = []
        for stretch in text.split():
            found += self[stretch]
            if len(found) > MOST_TOKENS:
                break
        return found[:MOST_TOKENS]

    def __missing__(self, stretch: str) -> list[int]:
        found = self._pieces.encode(stretch)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[stretch] = found
        return found


def _damaged(reason: str) -> EmbedderError:
    return EmbedderError(
        f"The table of static vectors cannot be used. {reason}",
        hint="Build the site anew; search goes on without it.",
    )
