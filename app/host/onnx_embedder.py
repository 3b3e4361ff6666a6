"""Embeddings on CPython: ONNX Runtime on the same model file that the browser uses."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.analysis.wordpiece import WordPiece
from app.core.dense import pooling
from app.errors import EmbedderError
from app.ports import EmbedderInfo, Float32Matrix, TextRole, TokenCounter

BUNDLED_MODEL = Path(__file__).parents[2] / "static/vendor/models/all-MiniLM-L6-v2"
_GRAPHS = (("onnx/model_quantized.onnx", "int8"), ("onnx/model.onnx", "fp32"))
_PROVIDERS = {
    "CUDAExecutionProvider": "cuda",
    "CoreMLExecutionProvider": "coreml",
    "DmlExecutionProvider": "directml",
    "CPUExecutionProvider": "cpu",
}
"""What ONNX Runtime computes on, best first, and what we call it."""
_BATCH_TOKENS = 4096
"""Padded tokens of one run: enough to keep two cores busy, small enough for their caches."""


class OnnxEmbedder:
    """An `Embedder` over a model folder as transformers.js lays it out.

    `folder` holds `tokenizer.json` and `onnx/model_quantized.onnx` (int8, taken first) or
    `onnx/model.onnx`. Mean pooling, unit length. It runs on the best device that this ONNX Runtime
    has and that takes the graph, or on `device`: "cuda", "coreml", "directml" or "cpu". Raises
    `EmbedderError("model-missing")` when a file is not there and `model-failed` when one cannot be
    used.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] = BUNDLED_MODEL,
        *,
        max_tokens: int = 256,
        threads: int = 0,
        device: str = "auto",
    ) -> None:
        path = Path(folder)
        graph, dtype = _graph(path)
        self._tokenizer = _tokenizer(path, max_tokens)
        self._session = _session(graph, threads, device)
        self._inputs = {node.name for node in self._session.get_inputs()}
        dim = int(self._session.get_outputs()[0].shape[-1])
        name = f"{path.resolve().name}/1/{dtype}"
        used = _PROVIDERS.get(self._session.get_providers()[0], "cpu")
        self._info = EmbedderInfo(name, dim, used, dtype, max_tokens)

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
            encoded = self._tokenizer.encode_batch_fast(list(texts))
            ids = [encoding.ids for encoding in encoded]
            for batch in _batches([len(tokens) for tokens in ids]):
                rows[batch] = self._run([ids[number] for number in batch])
        except Exception as error:
            raise EmbedderError(
                f"The model {self._info.model} failed: {error}",
                hint="Search goes on by words; run the doctor to check the model's files.",
            ) from error
        return rows

    def _run(self, ids: Sequence[Sequence[int]]) -> Float32Matrix:
        width = max(map(len, ids))
        tokens = np.zeros((len(ids), width), dtype=np.int64)
        mask = np.zeros_like(tokens)
        for row, values in enumerate(ids):
            tokens[row, : len(values)] = values
            mask[row, : len(values)] = 1
        feed: dict[str, NDArray[Any]] = {"input_ids": tokens, "attention_mask": mask}
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(tokens)
        (states,) = self._session.run([self._session.get_outputs()[0].name], feed)
        return pooling.l2_normalise(pooling.mean(states, mask))


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Numbers of the texts, longest first, cut so that a padded batch stays within its size.

    >>> _batches([3, 4000, 5])
    [[1], [2, 0]]
    """
    batches: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= _BATCH_TOKENS:
            batches[-1].append(number)
        else:
            batches.append([number])
    return batches


def token_counter(folder: str | os.PathLike[str] = BUNDLED_MODEL) -> TokenCounter:
    """Counts a text's tokens by the model's own vocabulary; raises as `OnnxEmbedder` does."""
    path = Path(folder) / "vocab.txt"
    if not path.is_file():
        raise _missing(path)
    return WordPiece(path.read_text(encoding="utf-8").splitlines()).count


def _graph(folder: Path) -> tuple[Path, str]:
    for name, dtype in _GRAPHS:
        if (folder / name).is_file():
            return folder / name, dtype
    raise _missing(folder / _GRAPHS[0][0])


def _missing(path: Path) -> EmbedderError:
    return EmbedderError(
        f"There is no model file {path}.",
        code="model-missing",
        hint="Run `make site` once to build the bundled model, or name a folder with --model.",
    )


def _tokenizer(folder: Path, max_tokens: int) -> Any:  # noqa: ANN401 (no types published)
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        raise _missing(path)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise EmbedderError(f"{path} cannot be used: {error}") from error
    tokenizer.enable_truncation(max_length=max_tokens)
    tokenizer.no_padding()
    return tokenizer


def providers(available: Sequence[str], device: str = "auto") -> list[str]:
    """The execution providers to try, best first; `EmbedderError` when the device is not there.

    >>> providers(["AzureExecutionProvider", "CPUExecutionProvider", "CUDAExecutionProvider"])
    ['CUDAExecutionProvider', 'CPUExecutionProvider']
    """
    found = [name for name in _PROVIDERS if name in available]
    if device == "auto":
        return found
    wanted = [name for name in found if _PROVIDERS[name] == device]
    if not wanted:
        known = ", ".join(_PROVIDERS[name] for name in found)
        raise EmbedderError(
            f'This ONNX Runtime has no device "{device}", only {known}.',
            hint="Install the build of onnxruntime for that device, or use another one.",
        )
    return wanted


def _session(graph: Path, threads: int, device: str) -> Any:  # noqa: ANN401 (no types published)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or len(os.sched_getaffinity(0))
    options.log_severity_level = 3
    chosen = providers(onnxruntime.get_available_providers(), device)
    reasons: list[str] = []
    while chosen:
        try:
            return onnxruntime.InferenceSession(str(graph), options, chosen)
        except Exception as error:  # a driver may be missing: the next provider may do
            reasons.append(str(error))
            chosen = chosen[1:]
    raise EmbedderError(f"{graph} cannot be used: {'; '.join(reasons)}")
