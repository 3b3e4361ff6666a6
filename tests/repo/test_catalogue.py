"""The catalogue of models: whole, pinned, and the same as what the page takes for granted."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from serve import HUB_SCRIPT, special_headers

KINDS = {"embedder", "reranker"}
POOLING = {"mean", "cls", "last", "none"}
DTYPES = {"q8", "fp32", "fp16", "int8", "q4"}
NEEDED = {"config.json", "tokenizer.json", "tokenizer_config.json"}


@pytest.fixture(scope="module")
def catalogue(root: Path) -> dict[str, Any]:
    """static/models.json."""
    read: dict[str, Any] = json.loads((root / "static" / "models.json").read_text("utf-8"))
    return read


def test_every_model_is_described(catalogue: dict[str, Any]) -> None:
    """What the page says of a model and what the workers need of it is there, and of its kind."""
    ids = [model["id"] for model in catalogue["models"]]
    assert len(set(ids)) == len(ids)
    for model in catalogue["models"]:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", model["id"])
        assert model["kind"] in KINDS and model["pooling"] in POOLING and model["dtype"] in DTYPES
        assert (model["pooling"] == "none") == (model["kind"] == "reranker")
        assert model["licence"] and model["languages"] and model["description"].endswith(".")
        assert 8 <= model["maxTokens"] <= 512
        assert set(model["prefixes"]) == {"query", "passage"}


def test_every_file_is_pinned(catalogue: dict[str, Any]) -> None:
    """Revisions are commits, hashes whole, and each model has one graph and what goes with it."""
    for model in catalogue["models"]:
        if model.get("bundled"):
            continue
        assert re.fullmatch(r"[0-9a-f]{40}", model["revision"])
        paths = {file["path"] for file in model["files"]}
        assert paths > NEEDED
        assert len([path for path in paths if path.endswith(".onnx")]) == 1
        for file in model["files"]:
            assert re.fullmatch(r"[0-9a-f]{64}", file["sha256"])
            assert file["bytes"] > 0


def test_the_bundled_model_is_that_of_the_page(catalogue: dict[str, Any], root: Path) -> None:
    """models.js, which needs it before anything is fetched, says the same of it."""
    code = "import { BUNDLED } from './static/models.js'; console.log(JSON.stringify(BUNDLED))"
    command = ["node", "--input-type=module", "-e", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    page = json.loads(done.stdout)
    (bundled,) = [model for model in catalogue["models"] if model.get("bundled")]
    assert page.pop("name") == bundled["id"]
    assert page.pop("stored") is False
    assert page == {key: bundled[key] for key in page}


def test_the_hub_can_be_let_in(catalogue: dict[str, Any]) -> None:
    """Its addresses are such as a policy takes, over https alone."""
    policy = special_headers(catalogue["hub"])[HUB_SCRIPT]["Content-Security-Policy"]
    assert re.search(r"connect-src 'self'( https://[\w.*-]+)+;", policy)
