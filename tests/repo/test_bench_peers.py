"""The libraries that Fossick is measured beside are pinned, and come from no address."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

FOLDERS = ("tests/bench/keyword", "tests/bench/vectors")


@pytest.mark.parametrize("folder", FOLDERS)
def test_peers_are_pinned(root: Path, folder: str) -> None:
    """package.json names exact versions, and the lock file has just these."""
    package = json.loads((root / folder / "package.json").read_text("utf-8"))
    locked = json.loads((root / folder / "package-lock.json").read_text("utf-8"))["packages"]
    assert locked[""]["dependencies"] == package["dependencies"]
    for name, version in package["dependencies"].items():
        assert re.fullmatch(r"\d[\w.+-]*", version), f"{name} is not pinned: {version}"
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all(name == "" or "integrity" in row for name, row in locked.items())


@pytest.mark.parametrize("folder", FOLDERS)
def test_peers_come_from_any_registry(root: Path, folder: str) -> None:
    """As those of the app: hashes, no addresses, no install scripts."""
    assert "resolved" not in (root / folder / "package-lock.json").read_text("utf-8")
    assert (root / folder / ".npmrc").read_text() == (root / ".npmrc").read_text()
