"""What the engine asks of the outside: each Protocol has adapters in the browser and on a host.

Ports are asynchronous because storage and models are, in a browser; the core behind the engine
is not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Buffer = bytes | bytearray | memoryview
Float32Matrix = NDArray[np.float32]
Float32Row = NDArray[np.float32]
TextRole = Literal["query", "passage"]


class Store(Protocol):
    """A flat set of named, immutable-once-written files.

    Names match ``[a-z0-9][a-z0-9._-]*``. Every method raises `StorageError`:
    `quota-exceeded` when the device is full, `storage-unavailable` for other failures.
    """

    kind: str
    """"opfs", "indexeddb", "memory" or "directory"."""

    async def names(self) -> list[str]:
        """Names of all files, sorted."""
        ...

    async def size(self, name: str) -> int | None:
        """Bytes in the file, None if there is none of that name."""
        ...

    async def read(self, name: str, offset: int = 0, length: int | None = None) -> Buffer:
        """The bytes from `offset`, `length` of them or to the end; fewer where the file ends.

        Raises `StorageError("storage-damaged")` if there is no such file.
        """
        ...

    async def write(self, name: str, parts: Sequence[Buffer]) -> None:
        """Create or replace a file with the parts in order; durable when this returns."""
        ...

    async def remove(self, name: str) -> None:
        """Delete the file; no error if there is none."""
        ...

    async def close(self) -> None:
        """Give back handles. The store cannot be used afterwards."""
        ...


@runtime_checkable
class Filler(Protocol):
    """What a `Store` may have besides: reading to where the bytes stay, which saves a copy."""

    async def fill(self, name: str, offset: int, into: NDArray[np.uint8]) -> int:
        """Read the bytes from `offset` into an array, as many as fit; how many there were.

        Raises like `Store.read`.
        """
        ...


@dataclass(frozen=True, slots=True)
class EmbedderInfo:
    """What an embedder is: `model` names the vector space, so it changes when vectors would."""

    model: str
    """For example "all-MiniLM-L6-v2/1/int8" or "hash/1"."""
    dim: int
    device: str
    """"webgpu", "wasm", "cpu", "numpy"."""
    dtype: str
    max_tokens: int = 256
    quick: bool = False
    """Whether texts that are added go to it first, and to a better one in the background."""


class Embedder(Protocol):
    """Turns texts into unit vectors of one model."""

    @property
    def info(self) -> EmbedderInfo:
        """What is in use now; may change when a failing device is left for the next one."""
        ...

    async def embed(self, texts: Sequence[str], role: TextRole) -> Float32Matrix:
        """float32 matrix (len(texts), dim), rows of length 1.

        Raises `EmbedderError` when this embedder cannot go on; the caller falls to the next.
        """
        ...


class FormerModels(Protocol):
    """Models that new texts go to no more, for queries against vectors that they have made.

    One at a time: the first that is asked for stays until a collection has nothing of it.
    """

    def is_ready(self, model: str) -> bool:
        """Whether nobody has to wait for a model; has it loaded where it is not."""
        ...

    async def embed_query(self, model: str, text: str) -> Float32Row | None:
        """Unit vector of a query, float32 (dim,); None while another model is in use.

        Raises `EmbedderError` where the model is not there, or fails.
        """
        ...

    def keep(self, models: Collection[str]) -> None:
        """Let go of one that is not among these."""
        ...


class Reranker(Protocol):
    """Says how well a passage answers a query, reading both together."""

    async def score(self, query: str, passages: Sequence[str]) -> Float32Row:
        """float32 (len(passages)), more is better; of no scale that two queries would share.

        Raises `EmbedderError` where it cannot go on.
        """
        ...


Clock = Callable[[], float]
"""Seconds from an arbitrary start, never going back."""

TokenCounter = Callable[[str], int]
"""Number of model tokens in a text, without the special ones."""
