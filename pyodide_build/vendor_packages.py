"""Lay out npm packages and wheels in a staging folder as the site will have them."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from vendor_fetch import VendorError, console
from vendor_manifest import NOTICES_FILE, Package, describe
from vendor_pins import NPM_PACKAGES, NpmPackage, Wheel

LICENCES = Path(__file__).parent / "licences"
ESBUILD_OPTIONS = ("--bundle", "--format=esm", "--minify", "--target=es2022", "--charset=utf8")


def ensure_installed(root: Path) -> None:
    """Run `npm ci` unless node_modules has every vendored package in the locked version."""
    if _installed(root):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError("npm was not found: install Node.js 20 or newer, then run this again.")
    console.print("Installing the npm packages (npm ci)")
    result = subprocess.run([npm, "ci"], cwd=root, stdout=sys.stderr, check=False)
    if result.returncode != 0 or not _installed(root):
        raise VendorError("npm ci failed; what it says stands above.")


def _installed(root: Path) -> bool:
    locked = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    for name in ["esbuild", *(package.name for package in NPM_PACKAGES)]:
        found = root / "node_modules" / name / "package.json"
        if not found.is_file():
            return False
        if json.loads(found.read_text("utf-8"))["version"] != _locked(locked, name):
            return False
    return True


def _locked(locked: dict[str, Any], name: str) -> str:
    return str(locked[f"node_modules/{name}"]["version"])


def place_npm(package: NpmPackage, root: Path, stage: Path) -> Package:
    """Copy or bundle a package's files into `stage`; returns its entry for the manifest."""
    folder = root / "node_modules" / package.name
    paths: list[str] = []
    for pattern, target in package.copies:
        paths += _copy_matches(folder, pattern, stage, target)
    if package.notices_of:
        paths += _copy_notices(package, stage)
    if package.bundle:
        entry, target = package.bundle
        _bundle(root, entry, stage / target)
        paths.append(target)
    for target, text in package.types:
        (stage / target).write_text(text, "utf-8")
    return Package(
        name=package.name,
        version=json.loads((folder / "package.json").read_text("utf-8"))["version"],
        licence=package.licence,
        homepage=package.homepage,
        files=describe(stage, paths),
        texts=tuple(_licence_texts(folder, package.licence_files)),
        inside=package.inside,
    )


def _copy_matches(folder: Path, pattern: str, stage: Path, target: str) -> list[str]:
    found = sorted(folder.glob(pattern))
    if not found:
        raise VendorError(f"{folder.name} has no {pattern}: has its layout changed?")
    (stage / target).mkdir(parents=True, exist_ok=True)
    for path in found:
        shutil.copyfile(path, stage / target / path.name)
    return [f"{target}/{path.name}" for path in found]


def _copy_notices(package: NpmPackage, stage: Path) -> list[str]:
    """The notices that the Python package of the same project brings and the npm one lacks."""
    module, target = package.notices_of
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise VendorError(f"The Python package {module} is missing: install the host extra first.")
    shutil.copyfile(Path(spec.origin).parent / NOTICES_FILE, stage / target / NOTICES_FILE)
    return [f"{target}/{NOTICES_FILE}"]


def _bundle(root: Path, entry: str, target: Path) -> None:
    """Make one ES module of an entry and all it imports, with the licence comments kept."""
    program = shutil.which("esbuild", path=str(root / "node_modules" / ".bin"))
    if program is None:
        raise VendorError("esbuild is not in node_modules: run npm ci, then this again.")
    command = [program, *ESBUILD_OPTIONS, "--log-level=warning", f"--outfile={target}"]
    result = subprocess.run(
        command, cwd=root, input=entry, text=True, stdout=sys.stderr, check=False
    )
    if result.returncode != 0:
        raise VendorError(f"esbuild could not make {target.name}; what it says stands above.")


def _licence_texts(folder: Path, names: tuple[str, ...]) -> list[str]:
    texts = []
    for name in names:
        found = [LICENCES / name[1:]] if name.startswith("=") else sorted(folder.glob(name))
        if not found:
            raise VendorError(f"{folder.name} has no licence file {name}.")
        texts += [path.read_text("utf-8", errors="replace").strip() for path in found]
    return list(dict.fromkeys(texts))


def place_wheel(wheel: Wheel, path: Path, stage: Path) -> Package:
    """Copy a wheel beside Pyodide as it is; returns its entry for the manifest."""
    target = f"pyodide/{wheel.file}"
    (stage / "pyodide").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, stage / target)
    return Package(
        name=wheel.name,
        version=wheel.version,
        licence=wheel.licence,
        homepage=wheel.homepage,
        files=describe(stage, [target]),
        texts=tuple(wheel_licences(path)),
    )


def wheel_licences(path: Path) -> list[str]:
    """The distinct licence texts in a wheel's dist-info, in older wheels not in licenses/."""
    with zipfile.ZipFile(path) as archive:
        names = [
            name
            for name in archive.namelist()
            if ".dist-info/licenses/" in name or ".dist-info/LICENSE" in name
        ]
        texts = [archive.read(name).decode("utf-8", "replace").strip() for name in sorted(names)]
    return list(dict.fromkeys(text for text in texts if text))


def pyodide_lock(root: Path, wheels: tuple[Wheel, ...]) -> str:
    """A `pyodide-lock.json` with these wheels only, for the interpreter that npm brought.

    `VendorError` if a wheel built for Pyodide differs from what its own lock names. Pure ones are
    those of PyPI, as on the host, where Pyodide has packed them anew.
    """
    original = json.loads((root / "node_modules/pyodide/pyodide-lock.json").read_text("utf-8"))
    packages = {}
    for wheel in wheels:
        known = original["packages"].get(wheel.name)
        if known and known["sha256"] != wheel.sha256 and not wheel.inside:
            known = None
        if known and known["sha256"] != wheel.sha256:
            raise VendorError(
                f"{wheel.name} {wheel.version} is not the build that Pyodide's lock names "
                f"({known['file_name']}): change vendor_pins.py along with Pyodide."
            )
        packages[wheel.name] = known or _lock_entry(wheel)
    lock = {"info": original["info"], "packages": packages}
    return json.dumps(lock, indent=1, sort_keys=True) + "\n"


def _lock_entry(wheel: Wheel) -> dict[str, Any]:
    return {
        "depends": [],
        "file_name": wheel.file,
        "imports": [wheel.name],
        "install_dir": "site",
        "name": wheel.name,
        "package_type": "package",
        "sha256": wheel.sha256,
        "unvendored_tests": False,
        "version": wheel.version,
    }
