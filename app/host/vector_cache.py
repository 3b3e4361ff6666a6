"""Vectors kept between measurements, by model and text: embedding takes minutes, reading none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.errors import StorageError
from app.ports import Embedder, EmbedderInfo, Float32Matrix, TextRole
from app.storage import sections

_KEY_BYTES = 16


class CachedEmbedder:
    """An `Embedder` that asks another one only for texts it has not seen.

    `folder` None keeps nothing. `save` writes what is new; a damaged file counts as empty.
    """

    def __init__(self, embedder: Embedder, folder: Path | None) -> None:
        self._embedder = embedder
        slug = re.sub(r"[^a-z0-9.]+", "-", embedder.info.model.lower())
        self._file = None if folder is None else folder / f"{slug}.vectors"
        self._rows: dict[bytes, NDArray[np.float32]] = {}
        self._is_new = False
        self._load()

    @property
    def info(self) -> EmbedderInfo:
        """What the embedder behind is."""
        return self._embedder.info

    async def embed(self, texts: Sequence[str], role: TextRole) -> Float32Matrix:
        """float32 matrix (len(texts), dim), rows of length 1."""
        if self._file is None or not texts:
            return await self._embedder.embed(texts, role)
        keys = [_key(role, text) for text in texts]
        missing = [n for n, key in enumerate(keys) if key not in self._rows]
        if missing:
            rows = await self._embedder.embed([texts[n] for n in missing], role)
            self._rows.update(zip((keys[n] for n in missing), rows, strict=True))
            self._is_new = True
        return np.stack([self._rows[key] for key in keys])

    def save(self) -> None:
        """Write the vectors aside, then into place."""
        if self._file is None or not self._is_new:
            return
        keys = np.frombuffer(b"".join(self._rows), dtype=np.uint8).reshape(-1, _KEY_BYTES)
        rows = np.stack(list(self._rows.values()))
        self._file.parent.mkdir(parents=True, exist_ok=True)
        aside = self._file.with_suffix(".aside")
        aside.write_bytes(b"".join(sections.pack({"keys": keys, "rows": rows})))
        aside.replace(self._file)
        self._is_new = False

    def _load(self) -> None:
        if self._file is None or not self._file.is_file():
            return
        try:
            arrays = sections.unpack(self._file.read_bytes(), self._file.name)
        except StorageError:
            return
        keys = (key.tobytes() for key in arrays["keys"])
        self._rows = dict(zip(keys, arrays["rows"], strict=True))


def _key(role: TextRole, text: str) -> bytes:
    encoded = f"{role}\x00{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(encoded, digest_size=_KEY_BYTES).digest()
