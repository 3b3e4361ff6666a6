"""The distribution that the tests run in: pinned, reproducible, quick the second time."""

from __future__ import annotations

import hashlib
import json
import re

import pytest


@pytest.fixture(scope="module")
def tools(script):
    """The build script."""
    return script("test_dist")


@pytest.fixture
def inputs(tools, tmp_path, monkeypatch):
    """A site with stand-ins for Pyodide's files, and downloads with one wheel."""
    site, downloads = tmp_path / "site", tmp_path / "downloads"
    site.mkdir()
    downloads.mkdir()
    for name in (*tools.CORE, "numpy-1-any.whl"):
        (site / name).write_bytes(name.encode())
    lock = {"info": {}, "packages": {"numpy": {"file_name": "numpy-1-any.whl"}}}
    (site / "pyodide-lock.json").write_text(json.dumps(lock))
    sha256 = hashlib.sha256(b"a wheel").hexdigest()
    wheel = tools.Wheel("tool", "1.0", tools.PURE, sha256, depends=("numpy",))
    (downloads / wheel.file_name).write_bytes(b"a wheel")
    monkeypatch.setattr(tools, "WHEELS", (wheel,))
    return site, downloads


def test_wheels_are_those_of_the_host(tools, root):
    """pytest is the same on both sides; every wheel has a hash, and depends on what is there."""
    pinned = re.search(r"pytest==([\d.]+)", (root / "pyproject.toml").read_text())[1]
    wheels = {wheel.name: wheel for wheel in tools.WHEELS}
    assert wheels["pytest"].version == pinned
    assert all(re.fullmatch(r"[0-9a-f]{64}", wheel.sha256) for wheel in wheels.values())
    assert {name for wheel in wheels.values() for name in wheel.depends} <= wheels.keys()


def test_build(tools, inputs, tmp_path):
    """The site's files and the tools under one lock; strays go; twice gives the same."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "old-0.9-py3-none-any.whl").write_bytes(b"stray")
    for _ in range(2):
        tools.build(*inputs, out)
        lock = json.loads((out / "pyodide-lock.json").read_text())
        assert sorted(lock["packages"]) == ["numpy", "tool"]
        assert lock["packages"]["tool"]["depends"] == ["numpy"]
        names = {path.name for path in out.iterdir()} - {"pyodide-lock.json"}
        assert names == {*tools.CORE, "numpy-1-any.whl", "tool-1.0-py3-none-any.whl"}


def test_follows_the_site(tools, inputs, tmp_path):
    """A file that changed in the site is taken over."""
    out = tmp_path / "out"
    tools.build(*inputs, out)
    changed = inputs[0] / "pyodide.mjs"
    changed.unlink()
    changed.write_bytes(b"newer")
    tools.build(*inputs, out)
    assert (out / "pyodide.mjs").read_bytes() == b"newer"


def test_damaged_download_is_fetched_again(tools, inputs, tmp_path, monkeypatch):
    """A wheel with another hash is not taken; pip is asked for it by hash."""
    site, downloads = inputs
    (downloads / tools.WHEELS[0].file_name).write_bytes(b"half a wheel")
    asked = []
    monkeypatch.setattr(tools.subprocess, "run", lambda command, check: asked.append(command))
    tools.build(site, downloads, tmp_path / "out")
    assert "--require-hashes" in asked[0]
    assert "--no-deps" in asked[0]


def test_without_the_site(tools, tmp_path):
    """What is missing is named, so that it can be made."""
    with pytest.raises(FileNotFoundError, match=r"pyodide-lock\.json"):
        tools.build(tmp_path / "none", tmp_path, tmp_path / "out")
