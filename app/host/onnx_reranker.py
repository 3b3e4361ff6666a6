"""Reranking on CPython: a cross-encoder in ONNX Runtime."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

import numpy as np

from app.errors import EmbedderError
from app.host.model_card import read_card
from app.host.onnx_model import OnnxModel, batches, load_tokenizer
from app.ports import Float32Row


class OnnxReranker:
    """A `Reranker` over a model folder, see `OnnxModel`; its graph gives a logit for each pair."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        threads: int = 0,
        device: str = "auto",
    ) -> None:
        card = read_card(folder)
        self._name = card.name
        self._tokenizer = load_tokenizer(folder, card.max_tokens)
        self._model = OnnxModel(card, threads=threads, device=device)
        if len(self._model.session.get_outputs()[0].shape) != 2:
            raise EmbedderError(
                f"The model {self._name} is no reranker: it gives no score for a pair.",
                hint="Name a cross-encoder's folder, or leave --rerank out.",
            )

    async def score(self, query: str, passages: Sequence[str]) -> Float32Row:
        """float32 (len(passages)), more is better; runs beside the event loop."""
        return await asyncio.to_thread(self.score_now, query, passages)

    def score_now(self, query: str, passages: Sequence[str]) -> Float32Row:
        """As `score`, in the calling thread. Passages of like length share a batch."""
        scores = np.empty(len(passages), dtype=np.float32)
        try:
            pairs = [(query, passage) for passage in passages]
            encoded = self._tokenizer.encode_batch(pairs)
            for batch in batches([len(encoding.ids) for encoding in encoded]):
                logits, _ = self._model.run([encoded[number] for number in batch])
                scores[batch] = logits[:, 0]
        except Exception as error:
            raise EmbedderError(
                f"The model {self._name} failed: {error}",
                hint="The hits stay in their order; leave --rerank out.",
            ) from error
        return scores
