"""The `Embedder` port over the model in the inference worker."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

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
        dim = int(self._client.dim)
        if not texts:
            return np.empty((0, dim), dtype=np.float32)
        call = self._client.nextCall()
        owner = CURRENT.get()
        asked = self._client.embed(call, owner, ffi.to_javascript(list(texts)), role)
        try:
            return ffi_arrays.to_float32(await ffi.settled(asked, EmbedderError), dim)
        except asyncio.CancelledError:
            self._client.abort(call)
            raise

    def interrupt(self, request: int) -> None:
        """End what waits for the model on behalf of a request, with `CancelledError`."""
        self._client.interrupt(request)


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
