"""Write `static/workers/probe.json`: what the model must make of a few texts, on any device.

The inference worker compares its own vectors with these before it trusts a GPU. They come from
native ONNX Runtime in float32 and are kept in the repository: they change only with the model.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PROBE: Final = ROOT / "static" / "workers" / "probe.json"
MODEL: Final = ROOT / "build" / "model" / "all-MiniLM-L6-v2"

TEXTS: Final = (
    "gold",
    "To fossick is to rummage about for something, to search through one's own ground for gold.",
)
"""Of different length, so that a batch of both needs padding."""


def main() -> None:
    """Embed the texts with the float32 model and write them down to four decimals."""
    sys.path.insert(0, str(ROOT))
    from app.host.onnx_embedder import OnnxEmbedder

    vectors = OnnxEmbedder(MODEL).embed_now(TEXTS)
    rows = [[round(float(value), 4) for value in row] for row in vectors]
    PROBE.write_text(json.dumps({"texts": TEXTS, "vectors": rows}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
