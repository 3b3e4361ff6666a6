"""What lies in static/vendor is what was pinned, and works without anything else."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[2] / "pyodide_build"))

from vendor_pins import NPM_PACKAGES, PYODIDE_VERSION, RUNTIME_WHEELS

OURS = {"MANIFEST.json", "NOTICES.html"}


@pytest.fixture(scope="module")
def vendor(root: Path) -> Path:
    """static/vendor, filled."""
    folder = root / "static" / "vendor"
    if not (folder / "MANIFEST.json").is_file():
        pytest.skip("nothing is vendored yet; run: make vendor")
    return folder


@pytest.fixture(scope="module")
def packages(vendor: Path) -> list[dict[str, Any]]:
    """The manifest's rows."""
    rows: list[dict[str, Any]] = json.loads((vendor / "MANIFEST.json").read_text())["packages"]
    return rows


@pytest.fixture(scope="module")
def locked(root: Path) -> dict[str, Any]:
    """The packages of package-lock.json."""
    rows: dict[str, Any] = json.loads((root / "package-lock.json").read_text())["packages"]
    return rows


def test_every_file_is_in_the_manifest(vendor: Path, packages: list[dict[str, Any]]) -> None:
    """Each file with its size and hash; type declarations and our own bundle aside."""
    there = {
        path.relative_to(vendor).as_posix()
        for path in vendor.rglob("*")
        if path.is_file() and not re.search(r"\.d\.m?ts$", path.name)
    }
    there = {path for path in there - OURS if not path.startswith("app/")}
    listed = {file["path"]: file for package in packages for file in package["files"]}
    assert there == listed.keys()
    for path, file in listed.items():
        content = (vendor / path).read_bytes()
        assert len(content) == file["size"], path
        assert hashlib.sha256(content).hexdigest() == file["sha256"], path


def test_every_package_has_its_notice(vendor: Path, packages: list[dict[str, Any]]) -> None:
    """Name, version, licence and a text of some length on the page of notices."""
    sections = (vendor / "NOTICES.html").read_text("utf-8").split("<section ")[1:]
    assert len(sections) == len(packages)
    for package, section in zip(packages, sections, strict=True):
        assert f"<h2>{package['name']} {package['version']}</h2>" in section
        assert package["licence"] in section
        assert "<pre>" in section


def test_npm_packages_are_the_locked_ones(
    packages: list[dict[str, Any]], locked: dict[str, Any]
) -> None:
    """Every npm package in the site has the version of the lock file."""
    vendored = {package["name"]: package["version"] for package in packages}
    for package in NPM_PACKAGES:
        assert vendored[package.name] == locked[f"node_modules/{package.name}"]["version"]
    assert vendored["pyodide"] == PYODIDE_VERSION


def test_the_lock_names_no_addresses(root: Path, locked: dict[str, Any]) -> None:
    """Any registry or mirror can serve the packages; hashes make sure of them."""
    assert "resolved" not in (root / "package-lock.json").read_text()
    assert all("integrity" in row for name, row in locked.items() if name)
    assert "omit-lockfile-registry-resolved=true" in (root / ".npmrc").read_text().splitlines()


def test_the_lock_is_whole(root: Path, locked: dict[str, Any]) -> None:
    """It agrees with package.json and has the binaries of every platform, not just of one."""
    package = json.loads((root / "package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        assert locked[""][kind] == package[kind]
        assert all(re.fullmatch(r"\d[\w.+-]*", version) for version in package[kind].values())
    names = {path.rpartition("node_modules/")[2] for path in locked}
    for path, row in locked.items():
        wanted = {*row.get("dependencies", ()), *row.get("optionalDependencies", ())}
        assert wanted <= names, path


def test_nothing_is_fetched_besides_the_registry(root: Path, locked: dict[str, Any]) -> None:
    """Install scripts stay off, and the packages that need one are replaced by empty ones."""
    assert "ignore-scripts=true" in (root / ".npmrc").read_text().splitlines()
    for name in ("onnxruntime-node", "sharp", "@napi-rs/canvas"):
        assert locked[f"node_modules/{name}"]["name"] == "empty-npm-package"


def test_onnxruntime_is_the_one_transformers_names(locked: dict[str, Any]) -> None:
    """The WASM files must fit the JavaScript that is inside transformers.js, to the build."""
    wanted = locked["node_modules/@huggingface/transformers"]["dependencies"]["onnxruntime-web"]
    assert locked["node_modules/onnxruntime-web"]["version"] == wanted


def test_modules_stand_by_themselves(vendor: Path) -> None:
    """No vendored module imports by a bare name, which no browser could resolve."""
    modules = ["lit.js", "comlink.js", "transformers/transformers.min.js", "pdfjs/pdf.min.mjs"]
    for name in modules:
        source = (vendor / name).read_text("utf-8")
        bare = re.findall(r'(?:^|[;}\s])(?:import|export)[^;"\'`(]*from\s*"([^./"][^"]*)"', source)
        assert bare == [], name


def test_transformers_finds_its_runtime(vendor: Path) -> None:
    """The WASM file that transformers.js asks for by default is there under that name."""
    source = (vendor / "transformers" / "transformers.min.js").read_text("utf-8")
    asked = set(re.findall(r"ort-wasm-simd-threaded[a-z.]*\.(?:mjs|wasm)", source))
    assert asked
    assert asked <= {path.name for path in (vendor / "onnxruntime").iterdir()}


def test_pyodide_can_load_its_packages(root: Path, vendor: Path) -> None:
    """Our lock names exactly the vendored wheels, with their hashes and no others needed."""
    lock = json.loads((vendor / "pyodide" / "pyodide-lock.json").read_text())
    assert set(lock["packages"]) == {"numpy", "micropip", "olefile", "snowballstemmer", "xlrd"}
    for name, row in lock["packages"].items():
        content = (vendor / "pyodide" / row["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"], name
        assert row["depends"] == []


def test_one_stemmer_everywhere(root: Path) -> None:
    """The browser stems with the version that pyproject.toml gives CPython."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    (stemmer,) = (wheel for wheel in RUNTIME_WHEELS if wheel.name == "snowballstemmer")
    assert stemmer.requirement in project["dependencies"]


def test_the_tokenizer_cuts_where_the_model_ends(vendor: Path) -> None:
    """256 tokens, no fixed padding, and vocab.txt line by line the tokenizer's vocabulary."""
    folder = vendor / "models" / "all-MiniLM-L6-v2"
    tokenizer = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    assert tokenizer["truncation"]["max_length"] == 256
    assert tokenizer["padding"] is None
    assert json.loads((folder / "tokenizer_config.json").read_text())["model_max_length"] == 256
    lines = (folder / "vocab.txt").read_text("utf-8").split("\n")
    assert lines.pop() == ""
    assert {token: number for number, token in enumerate(lines)} == tokenizer["model"]["vocab"]
