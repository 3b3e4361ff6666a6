"""Fill `static/vendor/` with the pinned third-party files of the site (the model aside).

    python pyodide_build/vendor_assets.py [--source auto|cdn|pypi] [--verify] [--force]

npm packages come through `npm ci`, wheels through pip or from Pyodide's CDN, each checked by its
hash. Everything is laid out aside first and moved into place at the end. A second run sees that
nothing has changed and does nothing. Exit code 1 with one sentence on stderr when something fails.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from vendor_fetch import Source, console, exit_code, obtain, swap_in
from vendor_manifest import Package, Record, describe, inputs_digest
from vendor_packages import ensure_installed, place_npm, place_wheel, pyodide_lock
from vendor_pins import NPM_PACKAGES, RUNTIME_WHEELS

ROOT = Path(__file__).resolve().parent.parent
LOCK = "pyodide/pyodide-lock.json"


def inputs(root: Path) -> str:
    """The hash of everything that decides what this script writes."""
    here = Path(__file__).parent
    scripts = [*here.glob("vendor_*.py"), *here.glob("licences/*.txt")]
    return inputs_digest([root / "package-lock.json", *scripts])


def stage_all(root: Path, stage: Path, source: Source) -> list[Package]:
    """Lay out everything in `stage`; returns the manifest's entries."""
    wheels = [obtain(wheel, root / "build" / "downloads", source) for wheel in RUNTIME_WHEELS]
    ensure_installed(root)
    packages = [place_npm(package, root, stage) for package in NPM_PACKAGES]
    packages += [
        place_wheel(wheel, path, stage) for wheel, path in zip(RUNTIME_WHEELS, wheels, strict=True)
    ]
    (stage / LOCK).write_text(pyodide_lock(root, RUNTIME_WHEELS), "utf-8")
    packages.append(_lock_package(stage))
    return packages


def _lock_package(stage: Path) -> Package:
    """Our own lock file, listed so that every vendored file stands in the manifest."""
    return Package(
        name="pyodide-lock",
        version="1",
        licence="MIT",
        homepage="",
        files=describe(stage, [LOCK]),
        texts=("Written by Fossick's build; see Fossick's own licence.",),
    )


def vendor(root: Path, source: Source) -> None:
    """Stage, move into place and record; raises `VendorError` or `OSError`."""
    record = Record(root)
    stage = root / "build" / "vendor-stage"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    try:
        packages = stage_all(root, stage, source)
        former = record.paths("assets")
        record.forget("assets")
        for entry in sorted(stage.iterdir()):
            swap_in(entry, record.vendor / entry.name)
        record.keep("assets", inputs(root), packages)
        for path in former - record.paths("assets"):
            (record.vendor / path).unlink(missing_ok=True)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    size = sum(file["size"] for package in packages for file in package.files)
    console.print(f"static/vendor: {len(packages)} packages, {size / 1e6:.1f} MB")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Fill static/vendor with the site's libraries.")
    parser.add_argument("--source", choices=("auto", "cdn", "pypi"), default="auto")
    parser.add_argument("--verify", action="store_true", help="compare hashes, not only sizes")
    parser.add_argument("--force", action="store_true", help="do it again even if all is there")
    options = parser.parse_args(arguments)
    if not options.force and Record(ROOT).is_current(
        "assets", inputs(ROOT), thorough=options.verify
    ):
        console.print("static/vendor is up to date")
        return 0
    return exit_code("vendor_assets", lambda: vendor(ROOT, options.source))


if __name__ == "__main__":
    sys.exit(main())
