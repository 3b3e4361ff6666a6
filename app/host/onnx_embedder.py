"""Embeddings on CPython, by the same model file that the browser uses."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

import numpy as np

from app.core.dense import pooling
from app.errors import EmbedderError
from app.host.model_files import BUNDLED_MODEL
from app.host.onnx_model import OnnxModel, batches
from app.ports import EmbedderInfo, Float32Matrix, TextRole


class OnnxEmbedder:
    """An `Embedder` over a model folder, see `OnnxModel`. Mean pooling, unit length."""

    def __init__(
        self,
        folder: str | os.PathLike[str] = BUNDLED_MODEL,
        *,
        max_tokens: int = 256,
        threads: int = 0,
        device: str = "auto",
    ) -> None:
        self._model = OnnxModel(folder, max_tokens=max_tokens, threads=threads, device=device)
        dim = int(self._model.session.get_outputs()[0].shape[-1])
        name = f"{self._model.name}/1/{self._model.dtype}"
        self._info = EmbedderInfo(name, dim, self._model.device, self._model.dtype, max_tokens)

    @property
    def info(self) -> EmbedderInfo:
        """What is in use."""
        return self._info

    async def embed(self, texts: Sequence[str], role: TextRole) -> Float32Matrix:
        """float32 matrix (len(texts), dim), rows of length 1; runs beside the event loop."""
        return await asyncio.to_thread(self.embed_now, texts)

    def embed_now(self, texts: Sequence[str]) -> Float32Matrix:
        """As `embed`, in the calling thread. Texts of like length share a batch."""
        rows = np.empty((len(texts), self._info.dim), dtype=np.float32)
        try:
            encoded = self._model.tokenizer.encode_batch_fast(list(texts))
            for batch in batches([len(encoding.ids) for encoding in encoded]):
                states, mask = self._model.run([encoded[number] for number in batch])
                rows[batch] = pooling.l2_normalise(pooling.mean(states, mask))
        except Exception as error:
            raise EmbedderError(
                f"The model {self._info.model} failed: {error}",
                hint="Search goes on by words; run the doctor to check the model's files.",
            ) from error
        return rows
