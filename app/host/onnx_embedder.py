"""Embeddings on CPython, by the same model file that the browser uses."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.core.dense import pooling
from app.errors import EmbedderError
from app.host.model_card import read_card
from app.host.model_files import BUNDLED_MODEL
from app.host.onnx_model import OnnxModel, batches
from app.ports import EmbedderInfo, Float32Matrix, TextRole


class OnnxEmbedder:
    """An `Embedder` over a model folder, run as its card says, see `OnnxModel`; unit length."""

    def __init__(
        self,
        folder: str | os.PathLike[str] = BUNDLED_MODEL,
        *,
        max_tokens: int | None = None,
        threads: int = 0,
        device: str = "auto",
    ) -> None:
        card = read_card(folder)
        if max_tokens is not None:
            card = replace(card, max_tokens=max_tokens)
        self._model = OnnxModel(folder, card, threads=threads, device=device)
        shape = self._model.session.get_outputs()[0].shape
        if len(shape) != 3 or not isinstance(shape[-1], int):
            raise EmbedderError(
                f"The model {card.name} is no embedder: it gives no vectors of tokens.",
                hint="Name the folder of an encoder with --model.",
            )
        self._info = EmbedderInfo(
            card.space, shape[-1], self._model.device, card.dtype, card.max_tokens
        )

    @property
    def info(self) -> EmbedderInfo:
        """What is in use."""
        return self._info

    async def embed(self, texts: Sequence[str], role: TextRole) -> Float32Matrix:
        """float32 matrix (len(texts), dim), rows of length 1; runs beside the event loop."""
        return await asyncio.to_thread(self.embed_now, texts, role)

    def embed_now(self, texts: Sequence[str], role: TextRole = "passage") -> Float32Matrix:
        """As `embed`, in the calling thread. Texts of like length share a batch."""
        rows = np.empty((len(texts), self._info.dim), dtype=np.float32)
        card = self._model.card
        try:
            prefixed = [card.prefixes[role] + text for text in texts]
            encoded = self._model.tokenizer.encode_batch_fast(prefixed)
            for batch in batches([len(encoding.ids) for encoding in encoded]):
                states, mask = self._model.run([encoded[number] for number in batch])
                rows[batch] = pooling.l2_normalise(pooling.pooled(states, card.pooling, mask))
        except Exception as error:
            raise EmbedderError(
                f"The model {self._info.model} failed: {error}",
                hint="Search goes on by words; run the doctor to check the model's files.",
            ) from error
        return rows
