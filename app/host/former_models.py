"""Former models on CPython: folders beside that of the model in use."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from app.errors import EmbedderError
from app.host.model_card import read_card
from app.host.onnx_embedder import OnnxEmbedder
from app.ports import Float32Row


class SiblingModels:
    """The `FormerModels` port over the folders in which models lie, that of `model` and others."""

    def __init__(self, model: Path, device: str = "auto") -> None:
        self._models = model.resolve().parent
        self._device = device
        self._used: OnnxEmbedder | None = None

    def is_ready(self, model: str) -> bool:
        """True: here nobody goes on without a model."""
        return True

    async def embed_query(self, model: str, text: str) -> Float32Row | None:
        """Unit vector of a query; None while another model is in use.

        `EmbedderError("model-missing")` where no folder has the model.
        """
        if self._used is None:
            self._used = OnnxEmbedder(self._folder(model), device=self._device)
        if self._used.info.model != model:
            return None
        row: Float32Row = (await self._used.embed([text], "query"))[0]
        return row

    def keep(self, models: Collection[str]) -> None:
        """Let go of one that is not among these."""
        if self._used is not None and self._used.info.model not in models:
            self._used = None

    def _folder(self, model: str) -> Path:
        for tokenizer in sorted(self._models.glob("*/tokenizer.json")):
            try:
                if read_card(tokenizer.parent).space == model:
                    return tokenizer.parent
            except EmbedderError:  # a folder that is no model's
                continue
        raise EmbedderError(
            f"There is no folder of the model {model} in {self._models}.",
            code="model-missing",
            hint="Index again: the model in use makes its own vectors.",
        )
