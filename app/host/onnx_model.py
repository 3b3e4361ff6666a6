"""The files of a model folder on CPython: its graph on a device, its tokenizer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import EmbedderError
from app.host.model_card import ModelCard
from app.host.model_files import missing

_PROVIDERS = {
    "CUDAExecutionProvider": "cuda",
    "CoreMLExecutionProvider": "coreml",
    "DmlExecutionProvider": "directml",
    "CPUExecutionProvider": "cpu",
}
"""What ONNX Runtime computes on, best first, and what we call it."""
_BATCH_TOKENS = 4096
"""Padded tokens of one run: enough to keep two cores busy, small enough for their caches."""
_EXACT = ("session.x64quantprecision", "1")
"""Processors with AVX2 or AVX-512 but no VNNI add pairs of products of int8 in 16 bits, which can
overflow; with this they take a slower multiplication that cannot. Others are not affected."""


class OnnxModel:
    """A graph in ONNX Runtime, on the best of its devices that takes it, or on `device`.

    That is "cuda", "coreml", "directml" or "cpu". `EmbedderError("model-failed")` when the graph
    cannot be used.
    """

    def __init__(self, card: ModelCard, *, threads: int, device: str) -> None:
        self.session = _session(card.graph, threads, device)
        self.device = _PROVIDERS.get(self.session.get_providers()[0], "cpu")
        self._inputs = {node.name for node in self.session.get_inputs()}

    def run(self, encoded: Sequence[Any]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The graph's first output for a batch of encodings, and their mask, (batch, tokens)."""
        width = max(len(encoding.ids) for encoding in encoded)
        tokens, mask, types = np.zeros((3, len(encoded), width), dtype=np.int64)
        for row, encoding in enumerate(encoded):
            length = len(encoding.ids)
            tokens[row, :length] = encoding.ids
            types[row, :length] = encoding.type_ids
            mask[row, :length] = 1
        feed = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": types}
        wanted = {name: values for name, values in feed.items() if name in self._inputs}
        (found,) = self.session.run([self.session.get_outputs()[0].name], wanted)
        return found, mask


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Numbers of the texts, longest first, cut so that a padded batch stays within its size.

    >>> batches([3, 4000, 5])
    [[1], [2, 0]]
    """
    batches: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= _BATCH_TOKENS:
            batches[-1].append(number)
        else:
            batches.append([number])
    return batches


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


def load_tokenizer(folder: str | os.PathLike[str], max_tokens: int) -> Any:  # noqa: ANN401
    """The tokenizer of a folder, an object of `tokenizers`; texts are cut at `max_tokens`.

    `EmbedderError`: "model-missing" where there is none, "model-failed" where it cannot be used.
    """
    from tokenizers import Tokenizer

    path = Path(folder) / "tokenizer.json"
    if not path.is_file():
        raise missing(path)
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:
        raise EmbedderError(f"{path} cannot be used: {error}") from error
    tokenizer.enable_truncation(max_length=max_tokens)
    tokenizer.no_padding()
    return tokenizer


def cores() -> int:
    """The cores that this process may use; macOS and Windows do not say, so all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _session(graph: Path, threads: int, device: str) -> Any:  # noqa: ANN401 (no types published)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cores()
    options.log_severity_level = 3
    options.add_session_config_entry(*_EXACT)
    chosen = providers(onnxruntime.get_available_providers(), device)
    reasons: list[str] = []
    while chosen:
        try:
            return onnxruntime.InferenceSession(str(graph), options, chosen)
        except Exception as error:  # a driver may be missing: the next provider may do
            reasons.append(str(error))
            chosen = chosen[1:]
    raise EmbedderError(f"{graph} cannot be used: {'; '.join(reasons)}")
