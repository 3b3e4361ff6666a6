"""Pack `app/` for the browser: `static/vendor/app/app.zip` and `bundle.json`.

The archive is reproducible: the same sources give the same bytes on every machine. Names are
sorted, times fixed, rights equal, and nothing is compressed (two versions of zlib may pack the
same file differently; transport compresses anyway). Its SHA-256 therefore names the code, and
the browser's memory snapshot is kept as long as it stays.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can hold."""

LEFT_OUT: Final = ("app/host/", "app/__main__.py")
"""What only a desktop has: the command line and its adapters."""


def members(root: Path) -> list[str]:
    """Names of the files that go in, relative to `root`, with slashes, sorted."""
    names = (path.relative_to(root).as_posix() for path in (root / "app").rglob("*"))
    return sorted(name for name in names if _belongs(name) and (root / name).is_file())


def _belongs(name: str) -> bool:
    if name.startswith(LEFT_OUT) or name.endswith((".pyc", ".c", "~")):
        return False
    return not any(part.startswith(".") or part == "__pycache__" for part in name.split("/"))


def pack(root: Path, names: list[str]) -> bytes:
    """A stored zip archive of the named files; equal contents give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3  # Unix, also where this runs on another system
            info.external_attr = 0o100644 << 16
            archive.writestr(info, (root / name).read_bytes())
    return packed.getvalue()


def version(root: Path) -> str:
    """`__version__` of the package, read without importing it."""
    tree = ast.parse((root / "app" / "__init__.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__version__":
            return str(ast.literal_eval(node.value))
    raise ValueError("app/__init__.py has no __version__")


def write_if_changed(path: Path, data: bytes) -> bool:
    """Replace the file in one step; untouched, and False, where it holds `data` already."""
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return True


def bundle(root: Path, folder: Path) -> bool:
    """Write both files to `folder`; True if the archive changed."""
    names = members(root)
    data = pack(root, names)
    record = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "version": version(root),
        "files": names,
    }
    changed = write_if_changed(folder / "app.zip", data)
    write_if_changed(folder / "bundle.json", json.dumps(record, indent=1).encode() + b"\n")
    return changed


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Pack the Python package for the browser.")
    parser.add_argument("--out", type=Path, default=ROOT / "static" / "vendor" / "app")
    options = parser.parse_args()
    try:
        changed = bundle(ROOT, options.out)
    except OSError as error:
        print(f"The bundle could not be written: {error}", file=sys.stderr)
        return 1
    print(f"App bundle {'written' if changed else 'is up to date'}: {options.out / 'app.zip'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
