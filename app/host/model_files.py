"""Files of a model on this host, as far as they can be read without running it."""

from __future__ import annotations

import os
from pathlib import Path

from app.core.analysis.wordpiece import WordPiece, estimate_tokens
from app.errors import EmbedderError
from app.ports import TokenCounter

BUNDLED_MODEL = Path(__file__).parents[2] / "static/vendor/models/all-MiniLM-L6-v2"


def missing(path: Path) -> EmbedderError:
    """The error for a file of a model that is not there."""
    return EmbedderError(
        f"There is no model file {path}.",
        code="model-missing",
        hint="Run `make site` once to build the bundled model, or name a folder with --model.",
    )


def token_counter(folder: str | os.PathLike[str] = BUNDLED_MODEL) -> TokenCounter:
    """Counts a text's tokens by the model's own vocabulary; `EmbedderError("model-missing")`."""
    path = Path(folder) / "vocab.txt"
    if not path.is_file():
        raise missing(path)
    return WordPiece(path.read_text(encoding="utf-8").splitlines()).count


def counter(model: Path) -> TokenCounter:
    """The counter of a model's folder, an estimate where its vocabulary is not there."""
    try:
        return token_counter(model)
    except EmbedderError:
        return estimate_tokens
