"""Embeddings on CPython, by the same model file that the browser uses.

ONNX Runtime runs it, on the best device there is, or the page's own encoder (`wasm_encoder`).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from app.core.dense import pooling
from app.errors import EmbedderError
from app.host.model_card import ModelCard, read_card
from app.host.model_files import BUNDLED_MODEL
from app.host.onnx_model import OnnxModel, batches, cores, load_tokenizer
from app.host.wasm_encoder import WasmEncoder
from app.ports import EmbedderInfo, Float32Matrix, TextRole


class _Encoder(Protocol):
    """Tokens to vectors."""

    dim: int
    device: str

    def vectors(self, encoded: Sequence[Any]) -> Float32Matrix:
        """Unit rows, float32 (len(encoded), dim), of encodings of `tokenizers`."""
        ...


class OnnxEmbedder:
    """An `Embedder` over a model folder, run as its card says; unit length.

    `device` is one of `OnnxModel`, or "wasm": then vectors are those of the browser's processor to
    the bit, and come from `WasmEncoder`.
    """

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
        self._prefixes = card.prefixes
        self._tokenizer = load_tokenizer(folder, card.max_tokens)
        threads = threads or cores()
        self._encoder: _Encoder = (
            WasmEncoder(card, threads)
            if device == "wasm"
            else _RuntimeEncoder(OnnxModel(card, threads=threads, device=device), card)
        )
        self._info = EmbedderInfo(
            card.space, self._encoder.dim, self._encoder.device, card.dtype, card.max_tokens
        )

    @property
    def info(self) -> EmbedderInfo:
        """What is in use."""
        return self._info

    async def embed(self, texts: Sequence[str], role: TextRole) -> Float32Matrix:
        """float32 matrix (len(texts), dim), rows of length 1; runs beside the event loop."""
        return await asyncio.to_thread(self.embed_now, texts, role)

    def embed_now(self, texts: Sequence[str], role: TextRole = "passage") -> Float32Matrix:
        """As `embed`, in the calling thread."""
        try:
            prefixed = [self._prefixes[role] + text for text in texts]
            return self._encoder.vectors(self._tokenizer.encode_batch_fast(prefixed))
        except Exception as error:
            raise EmbedderError(
                f"The model {self._info.model} failed: {error}",
                hint="Search goes on by words; run the doctor to check the model's files.",
            ) from error


class _RuntimeEncoder:
    """By ONNX Runtime. Texts of like length share a batch."""

    def __init__(self, model: OnnxModel, card: ModelCard) -> None:
        self._model = model
        self._pooling = card.pooling
        self.device = model.device
        shape = model.session.get_outputs()[0].shape
        if len(shape) != 3 or not isinstance(shape[-1], int):
            raise EmbedderError(
                f"The model {card.name} is no embedder: it gives no vectors of tokens.",
                hint="Name the folder of an encoder with --model.",
            )
        self.dim: int = shape[-1]

    def vectors(self, encoded: Sequence[Any]) -> Float32Matrix:
        rows = np.empty((len(encoded), self.dim), dtype=np.float32)
        for batch in batches([len(encoding.ids) for encoding in encoded]):
            states, mask = self._model.run([encoded[number] for number in batch])
            rows[batch] = pooling.l2_normalise(pooling.pooled(states, self._pooling, mask))
        return rows
