"""The libraries that the keyword engine is measured beside are pinned, and come from no address."""

from __future__ import annotations

import json
import re
from pathlib import Path

FOLDER = "tests/bench/keyword"


def test_peers_are_pinned(root: Path) -> None:
    """package.json names exact versions, and the lock file has just these."""
    package = json.loads((root / FOLDER / "package.json").read_text("utf-8"))
    locked = json.loads((root / FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    assert locked[""]["dependencies"] == package["dependencies"]
    for name, version in package["dependencies"].items():
        assert re.fullmatch(r"\d[\w.+-]*", version), f"{name} is not pinned: {version}"
        assert locked[f"node_modules/{name}"]["version"] == version
    assert all(name == "" or "integrity" in row for name, row in locked.items())


def test_peers_come_from_any_registry(root: Path) -> None:
    """As those of the app: hashes, no addresses, no install scripts."""
    assert "resolved" not in (root / FOLDER / "package-lock.json").read_text("utf-8")
    assert (root / FOLDER / ".npmrc").read_text() == (root / ".npmrc").read_text()
