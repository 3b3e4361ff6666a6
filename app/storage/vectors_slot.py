"""The commit of a vector index that is kept under a name: which parts it has, and who is dead.

Written to two slots that take turns, each a container of `sections`: `head`, JSON in UTF-8, and
`dead`, one bit a row, lowest first. Whatever happens while one is written, the other one tells
the commit before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.dense.graph_options import GraphOptions
from app.core.dense.vector_index import VectorIndex
from app.errors import InputError, StorageError
from app.ports import Buffer, Store
from app.storage import sections
from app.storage.damage import DamagedFileError
from app.storage.names import LAST_NUMBER, of_vectors, vectors_part, vectors_slots

_COUNTS = ("generation", "next_number", "wider")


@dataclass(frozen=True, slots=True)
class Part:
    """A file with the rows that follow on those of the part before, or the graph of the first."""

    number: int
    rows: int
    crc: int
    """Checksum over the table of the file, so that no other file passes for it."""


@dataclass(frozen=True, slots=True)
class Head:
    """One commit. Options are those of `VectorIndex`; `wider` is what audits have found.

    `graph`: M, ef_construction, ef_search and seed; `linked`: where it lies, which may be a graph
    of the first rows alone. `floats`: the float32 rows, where they are kept; none of them in
    indexes of format 7, which have them beside the codes.
    """

    dim: int
    metric: str
    dtype: str
    keep_float32: bool
    recall: float
    graph: tuple[int, int, int, int] | None = None
    wider: int = 1
    generation: int = 0
    next_number: int = 1
    parts: tuple[Part, ...] = ()
    linked: Part | None = None
    floats: tuple[Part, ...] = ()

    @property
    def n_rows(self) -> int:
        """Rows of all parts, dead ones too."""
        return sum(part.rows for part in self.parts)

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """Every file of the commit, the slots aside."""
        linked = [self.linked] if self.linked else []
        return (*self.parts, *linked, *self.floats)

    @classmethod
    def of(cls, index: VectorIndex) -> Head:
        """The commit before the first one of an index."""
        stats = index.stats()
        options = stats.dim, stats.metric, stats.dtype, stats.keeps_float32
        return cls(*options, index.recall, astuple(stats.graph) if stats.graph else None)

    def new_index(self, **more: Any) -> VectorIndex:  # noqa: ANN401 (kernels)
        """An empty index with these options. `InputError` where none can have them."""
        index = VectorIndex(
            self.dim,
            metric=self.metric,  # type: ignore[arg-type]  # both are checked there
            dtype=self.dtype,  # type: ignore[arg-type]
            keep_float32=self.keep_float32,
            recall=self.recall,
            is_elsewhere=True,
            graph=None if self.graph is None else GraphOptions(*self.graph),
            **more,
        )
        index.wider = self.wider
        return index


async def read_newest(store: Store, name: str) -> tuple[Head, NDArray[np.uint8]] | None:
    """The newest whole commit and its flags uint8 (n_rows,), 1 for a dead row; None without any.

    Raises `StorageError`: `storage-damaged` where parts are there and no slot is whole, and
    `index-version`. Slots without parts are what a kill leaves of an index that never stood.
    """
    found: list[tuple[Head, NDArray[np.uint8]]] = []
    damaged: list[StorageError] = []
    for slot in vectors_slots(name):
        if not await store.size(slot):
            continue
        try:
            found.append(decode(await store.read(slot), slot))
        except StorageError as error:
            if error.code == "index-version":
                raise
            damaged.append(error)
    if damaged and not found and await _has_parts(store, name):
        raise damaged[0]
    return max(found, key=lambda each: each[0].generation, default=None)


async def _has_parts(store: Store, name: str) -> bool:
    owners = map(of_vectors, await store.names())
    return any(owner and owner[0] == name and owner[1] not in {"a", "b"} for owner in owners)


async def write(store: Store, name: str, head: Head, dead: NDArray[np.uint8]) -> None:
    """Make a commit the newest one; the one before stays readable until this returns."""
    await store.write(vectors_slots(name)[head.generation % 2], encode(head, dead))


async def seal(store: Store, name: str, head: Head, dead: NDArray[np.uint8]) -> None:
    """Let both slots tell of a commit, so that no file but its own is needed any more."""
    await store.write(vectors_slots(name)[(head.generation + 1) % 2], encode(head, dead))


def encode(head: Head, dead: NDArray[np.uint8]) -> list[Buffer]:
    """The parts of a slot; one with float32 apart is nothing that format 7 knows."""
    content = asdict(head)
    if not head.floats:
        del content["floats"]
    payload = json.dumps(content, separators=(",", ":")).encode()
    bits = np.packbits(dead, bitorder="little")
    version = sections.NEWEST if head.floats else sections.VERSION
    return sections.pack({"head": np.frombuffer(payload, np.uint8), "dead": bits}, version)


def decode(data: Buffer, slot: str) -> tuple[Head, NDArray[np.uint8]]:
    """What is in a slot; nothing of it is believed. Raises like `read_newest`."""
    arrays = sections.unpack(data, slot)
    try:
        head = _head(json.loads(arrays["head"].tobytes()))
        head.new_index()
        bits = arrays["dead"]
        if bits.dtype != np.uint8 or bits.shape != (-(-head.n_rows // 8),):
            raise ValueError("the flags are not those of the rows")
    except (ValueError, TypeError, KeyError, AttributeError, InputError) as error:
        raise DamagedFileError(slot, "head") from error
    return head, np.unpackbits(bits, count=head.n_rows, bitorder="little")


def _head(content: Mapping[str, Any]) -> Head:
    parts = tuple(Part(**part) for part in content["parts"])
    floats = tuple(Part(**part) for part in content.get("floats", ()))
    graph, linked = content["graph"], content["linked"]
    head = Head(
        **{
            **content,
            "parts": parts,
            "graph": None if graph is None else tuple(graph),
            "linked": None if linked is None else Part(**linked),
            "floats": floats,
        }
    )
    counts = [*(getattr(head, name) for name in _COUNTS), *(head.graph or ())]
    counts += [value for part in head.all_parts for value in astuple(part)]
    if any(type(count) is not int or count < 0 for count in [*counts, head.dim]):
        raise ValueError("these are no counts")
    if head.linked and (head.graph is None or head.linked.rows > head.n_rows):
        raise ValueError("the graph is not one of the rows")
    if floats and (not head.keep_float32 or sum(part.rows for part in floats) != head.n_rows):
        raise ValueError("the rows of float32 are not those of the codes")
    numbers = [part.number for part in head.all_parts]
    if len(set(numbers)) < len(numbers):
        raise ValueError("a part stands there twice")
    if not max(numbers, default=0) < head.next_number <= LAST_NUMBER or not head.wider:
        raise ValueError("the next number is not free")
    return head


def files(name: str, head: Head) -> set[str]:
    """Names of the parts of a commit."""
    return {vectors_part(name, part.number) for part in head.all_parts}
