"""Deletes: a bitmap over the documents of a segment, in a file of its own beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.ports import Buffer, Store
from app.storage import sections
from app.storage.damage import MISSING, DamagedFileError, of_this_format


def encode(dead: NDArray[np.bool_]) -> list[Buffer]:
    """The file for a mask over a segment's documents, True for those that are deleted."""
    return sections.pack({"dead": np.packbits(dead, bitorder="little")})


def decode(data: Buffer, name: str, documents: int) -> NDArray[np.bool_]:
    """The mask that `encode` wrote, shape (documents,)."""
    with of_this_format(name):
        packed = sections.unpack(data, name).get("dead")
    if packed is None or packed.dtype != np.uint8 or packed.shape != (-(-documents // 8),):
        raise DamagedFileError(name, "dead")
    return np.unpackbits(packed, count=documents, bitorder="little").astype(np.bool_)


async def load(store: Store, name: str | None, documents: int) -> NDArray[np.bool_]:
    """The mask in a file, or that of no deletes where there is none; raises `StorageError`."""
    if name is None:
        return np.zeros(documents, dtype=np.bool_)
    if await store.size(name) is None:
        raise DamagedFileError(name, MISSING)
    return decode(await store.read(name), name, documents)
