"""The app bundle: the same bytes each time, and only what a browser needs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def bundle_app(script: Callable[[str], ModuleType]) -> ModuleType:
    """The script under test."""
    return script("bundle_app")


def test_two_runs_are_byte_identical(bundle_app: ModuleType, root: Path, tmp_path: Path) -> None:
    """A copy of the tree with other times, rights and stray caches packs to the same bytes."""
    copy = tmp_path / "copy"
    shutil.copytree(root / "app", copy / "app")
    for path in (copy / "app").rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o600)
    cache = copy / "app" / "core" / "__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "model.cpython-399.pyc").write_bytes(b"stray")
    (copy / "app" / ".DS_Store").write_bytes(b"stray")
    bundle_app.bundle(root, tmp_path / "one")
    bundle_app.bundle(copy, tmp_path / "two")
    one, two = tmp_path / "one" / "app.zip", tmp_path / "two" / "app.zip"
    assert one.read_bytes() == two.read_bytes()
    assert (tmp_path / "one" / "bundle.json").read_bytes() == (
        tmp_path / "two" / "bundle.json"
    ).read_bytes()


def test_what_is_inside(bundle_app: ModuleType, root: Path, tmp_path: Path) -> None:
    """The package without host/ and __main__.py, and a record that tells what it is."""
    bundle_app.bundle(root, tmp_path)
    record = json.loads((tmp_path / "bundle.json").read_text())
    data = (tmp_path / "app.zip").read_bytes()
    assert record["sha256"] == hashlib.sha256(data).hexdigest()
    names = zipfile.ZipFile(tmp_path / "app.zip").namelist()
    assert names == sorted(names) == record["files"]
    assert {"app/__init__.py", "app/errors.py", "app/core/model.py"} <= set(names)
    assert not [name for name in names if "host" in name or "__main__" in name]
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_an_unchanged_bundle_is_left_alone(
    bundle_app: ModuleType, root: Path, tmp_path: Path
) -> None:
    """A second run writes nothing, so that caches which go by time stay valid."""
    assert bundle_app.bundle(root, tmp_path) is True
    os.utime(tmp_path / "app.zip", (5, 5))
    assert bundle_app.bundle(root, tmp_path) is False
    assert (tmp_path / "app.zip").stat().st_mtime == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.zip", "bundle.json"]
