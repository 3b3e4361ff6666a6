"""The `Embedder` port over the model in the inference worker."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

import numpy as np

from app.browser import ffi, ffi_arrays
from app.browser.requests import CURRENT
from app.errors import EmbedderError
from app.ports import EmbedderInfo, Float32Matrix, Float32Row, TextRole


class BrowserEmbedder:
    """Vectors from a model that loads beside the engine and may change its device.

    `client` is an InferenceClient of static/workers/inference-client.js. `embed` waits for a
    model that is still loading and fails when none can be loaded.
    """

    def __init__(self, client: ffi.JsObject) -> None:
        self._client = client

    @property
    def info(self) -> EmbedderInfo:
        """What is in use now; `device` is empty while the model loads."""
        client = self._client
        return EmbedderInfo(
            model=str(client.model),
            dim=int(client.dim),
            device=str(client.device),
            dtype=str(client.dtype),
            max_tokens=int(client.maxTokens),
        )

    @property
    def state(self) -> str:
        """ "loading", "ready" or "failed"."""
        return str(self._client.state)

    async def embed(self, texts: Sequence[str], role: TextRole) -> Float32Matrix:
        """float32 matrix (len(texts), dim), rows of length 1.

        Cancelling the task takes texts that still wait out of the worker's queue.
        """
        if not texts:
            return np.empty((0, int(self._client.dim)), dtype=np.float32)
        call = self._client.nextCall()
        owner = CURRENT.get()
        asked = self._client.embed(call, owner, ffi.to_javascript(list(texts)), role)
        try:
            rows = await ffi.settled(asked, EmbedderError)
            return ffi_arrays.to_float32(rows, int(self._client.dim))
        except asyncio.CancelledError:
            self._client.abort(call)
            raise

    def interrupt(self, request: int) -> None:
        """End what waits for the model on behalf of a request, with `CancelledError`."""
        self._client.interrupt(request)


class BrowserFormer:
    """The `FormerModels` port over an inference worker of its own.

    `client` is an InferenceClient of static/workers/inference-client.js; `on_turn` is told the
    name of the model that is wanted of it, "" for none.
    """

    def __init__(self, client: ffi.JsObject, on_turn: ffi.JsObject) -> None:
        self._client = client
        self._on_turn = on_turn
        self._embedder = BrowserEmbedder(client)

    def is_ready(self, model: str) -> bool:
        """Whether nobody has to wait for a model; has it loaded where it is not."""
        return not self._turns_to(model) or self._embedder.state != "loading"

    async def embed_query(self, model: str, text: str) -> Float32Row | None:
        """Unit vector of a query; None while another model is in use."""
        if not self._turns_to(model):
            return None
        row: Float32Row = (await self._embedder.embed([text], "query"))[0]
        return row

    def keep(self, models: Collection[str]) -> None:
        """Let go of one that is not among these."""
        if (current := str(self._client.model)) and current not in models:
            self._turn("")

    def _turns_to(self, model: str) -> bool:
        current, has_failed = str(self._client.model), self._embedder.state == "failed"
        if current != model or has_failed:
            if current and not has_failed:
                return False
            self._turn(model)
        return True

    def _turn(self, model: str) -> None:
        self._client.turnTo(model)
        self._on_turn(model)


class BrowserReranker:
    """Scores from a cross-encoder in an inference worker of its own.

    `client` is an InferenceClient of static/workers/inference-client.js.
    """

    def __init__(self, client: ffi.JsObject) -> None:
        self._client = client

    async def score(self, query: str, passages: Sequence[str]) -> Float32Row:
        """float32 (len(passages)), more is better."""
        call = self._client.nextCall()
        texts = ffi.to_javascript(list(passages))
        asked = self._client.score(call, CURRENT.get(), query, texts)
        try:
            return ffi_arrays.to_float32(await ffi.settled(asked, EmbedderError), 1)[:, 0]
        except asyncio.CancelledError:
            self._client.abort(call)
            raise
