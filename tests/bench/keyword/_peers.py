"""The other libraries: installed on demand from the lock file here, bundled one module each."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import _harness as harness

HERE = Path(__file__).resolve().parent
FOLDER = harness.ROOT / "build" / "keyword-peers"
PACKAGES = {
    "sqlite": "@sqlite.org/sqlite-wasm",
    "flexsearch": "flexsearch",
    "flexsearch-forward": "flexsearch",
    "minisearch": "minisearch",
    "lunr": "lunr",
    "orama": "@orama/orama",
}
"""Our names of the libraries, and those of their packages."""

NAMES = tuple(PACKAGES)
SQLITE_FILES = ("sqlite3.wasm", "sqlite3-opfs-async-proxy.js")
"""What its module fetches; without the second it waits for half a minute."""


def versions() -> dict[str, str]:
    """The version of each library."""
    lock = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]
    return {name: lock[f"node_modules/{package}"]["version"] for name, package in PACKAGES.items()}


def bundles(names: Sequence[str]) -> dict[str, bytes]:
    """Files for the measured site: a worker for each of the libraries."""
    if not names:
        return {}
    _install()
    out = FOLDER / "bundles"
    program = harness.ROOT / "node_modules" / ".bin" / "esbuild"
    entries = [str(HERE / "peers" / f"{name}.js") for name in names]
    subprocess.run(
        [
            str(program),
            *entries,
            "--bundle",
            "--format=esm",
            "--target=es2024",
            "--log-level=warning",
            f"--outdir={out}",
        ],
        check=True,
        env={**os.environ, "NODE_PATH": str(FOLDER / "node_modules")},
    )
    dist = FOLDER / "node_modules" / "@sqlite.org" / "sqlite-wasm" / "dist"
    return {
        **{name: (dist / name).read_bytes() for name in SQLITE_FILES},
        **{f"{name}.js": (out / f"{name}.js").read_bytes() for name in names},
    }


def _install() -> None:
    lock = (HERE / "package-lock.json").read_bytes()
    mark = FOLDER / "installed"
    stamp = hashlib.sha256(lock).hexdigest()
    if mark.is_file() and mark.read_text("utf-8") == stamp:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(HERE / name, FOLDER / name)
    if subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER, check=False).returncode:
        sys.exit("The libraries could not be installed; --engines fossick needs none of them.")
    mark.write_text(stamp, "utf-8")
