"""Put together the Pyodide that tests run in: `build/pyodide-dist/`.

It is the distribution that the site carries (core, NumPy, snowballstemmer; made by
`vendor_assets.py`) plus the wheels of the test tools, under one `pyodide-lock.json`. Nothing of
it ever goes into the site.

Wheels are pinned by hash. They are fetched once with `pip download` into `build/downloads/`;
a second run only compares, and needs no network. Equal inputs give equal bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
SITE: Final = ROOT / "static" / "vendor" / "pyodide"
DOWNLOADS: Final = ROOT / "build" / "downloads"
OUT: Final = ROOT / "build" / "pyodide-dist"

CORE: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
"""Pyodide itself; the packages are read from its lock file."""

PLATFORM: Final = ("--python-version", "3.14", "--platform", "pyemscripten_2026_0_wasm32")
"""What pip is to fetch wheels for. Pure ones come under the same options."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel of the test tools, as it stands in the lock file."""

    name: str
    version: str
    tag: str
    sha256: str
    imports: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The name that pip saves it under."""
        return f"{self.name}-{self.version}-{self.tag}.whl"


PURE: Final = "py3-none-any"
WHEELS: Final = (
    Wheel(
        "hypothesis",
        "6.170.15",
        "cp314-cp314-pyemscripten_2026_0_wasm32",
        "1138c03edf4c4401afb28e50255644b4ab4e1ad52864456cd4e84458ba8c671a",
        depends=("sortedcontainers",),
    ),
    Wheel(
        "iniconfig",
        "2.3.1",
        PURE,
        "9121e2c1fdb355232495be3194c8dfe87ccc2d5dee45947b78e68f499790d7a7",
    ),
    Wheel(
        "packaging",
        "26.3",
        PURE,
        "d7193f7c8e4e93f444fde0262bf90af30e16fa0ad0ad44cb553c87339b23cd1c",
    ),
    Wheel(
        "pluggy",
        "1.7.0",
        PURE,
        "7dd7b0d8832ba3cb632c306926ded123429211b83641b35dc5c41ad2d34f9bec",
    ),
    Wheel(
        "pygments",
        "2.21.0",
        PURE,
        "2363c69b61c4a97c838da3b130dcd6468f4848992b21a82f2a63ec34377137d9",
    ),
    Wheel(
        "pytest",
        "9.0.2",
        PURE,
        "711ffd45bf766d5264d487b917733b453d917afd2b0ad65223959f59089f875b",
        imports=("pytest", "_pytest"),
        depends=("iniconfig", "packaging", "pluggy", "pygments"),
    ),
    Wheel(
        "sortedcontainers",
        "2.4.0",
        "py2.py3-none-any",
        "a163dcaede0f1c021485e957a39245190e74249897e2ae4b2aa38595db237ee0",
    ),
)


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(wheels: tuple[Wheel, ...], downloads: Path) -> None:
    """Have every wheel in `downloads`; only what is missing is downloaded, by hash."""
    missing = [wheel for wheel in wheels if not _is_there(downloads / wheel.file_name, wheel)]
    if not missing:
        return
    downloads.mkdir(parents=True, exist_ok=True)
    pins = "".join(f"{w.name}=={w.version} --hash=sha256:{w.sha256}\n" for w in missing)
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(pins)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", *PLATFORM, "--require-hashes"]
        command += ["--dest", str(downloads), "--requirement", str(requirements)]
        subprocess.run(command, check=True)


def _is_there(path: Path, wheel: Wheel) -> bool:
    return path.is_file() and sha256(path) == wheel.sha256


def lock(site_lock: dict[str, Any], wheels: tuple[Wheel, ...]) -> dict[str, Any]:
    """The site's lock with the test tools added."""
    packages = dict(site_lock["packages"])
    for wheel in wheels:
        packages[wheel.name] = {
            "depends": list(wheel.depends),
            "file_name": wheel.file_name,
            "imports": list(wheel.imports or (wheel.name,)),
            "install_dir": "site",
            "name": wheel.name,
            "package_type": "package",
            "sha256": wheel.sha256,
            "unvendored_tests": False,
            "version": wheel.version,
        }
    return {**site_lock, "packages": dict(sorted(packages.items()))}


def place(source: Path, target: Path) -> None:
    """Have `source` at `target`, as a hard link where the file system allows one."""
    if target.is_file() and (target.samefile(source) or sha256(target) == sha256(source)):
        return
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def build(site: Path, downloads: Path, out: Path) -> None:
    """Bring `out` up to date. Raises `FileNotFoundError` if the site's Pyodide is not there."""
    site_lock = json.loads((site / "pyodide-lock.json").read_text("utf-8"))
    fetch(WHEELS, downloads)
    out.mkdir(parents=True, exist_ok=True)
    sources = [site / name for name in CORE]
    sources += [site / package["file_name"] for package in site_lock["packages"].values()]
    sources += [downloads / wheel.file_name for wheel in WHEELS]
    for source in sources:
        place(source, out / source.name)
    text = json.dumps(lock(site_lock, WHEELS), indent=1, sort_keys=True) + "\n"
    (out / "pyodide-lock.json").write_text(text, "utf-8")
    for stray in {path.name for path in out.iterdir()} - {source.name for source in sources}:
        if stray != "pyodide-lock.json":
            (out / stray).unlink()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Put together the Pyodide that tests run in.")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    try:
        build(SITE, DOWNLOADS, options.out)
    except FileNotFoundError as error:
        print(f"{error.filename} is not there; run: make vendor", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"pip could not fetch the test tools ({error}).", file=sys.stderr)
        return 1
    print(f"Test distribution is ready: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
