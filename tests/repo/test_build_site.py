"""The site's build: complete, stamped, quick the second time, and never harmful."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PAGE = "<!doctype html>\n<html><head>\n  <title>x</title>\n</head><body></body></html>\n"


@pytest.fixture(scope="module")
def build_site(script: Callable[[str], ModuleType]) -> ModuleType:
    """The script under test."""
    return script("build_site")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with every sort of file."""
    (tmp_path / "static" / "vendor" / "app").mkdir(parents=True)
    (tmp_path / "static" / "ui").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "service-worker.js").write_text("// worker\n")
    (tmp_path / "serve.py").write_text("not part of the site")
    (tmp_path / "static" / "main.js").write_text("export const words = [1, 2, 3];\n" * 200)
    (tmp_path / "static" / "ui" / "note.html").write_text(PAGE)
    (tmp_path / "static" / "ui" / ".main.js.swp").write_text("an editor's")
    (tmp_path / "static" / "vendor" / "model.onnx").write_bytes(bytes(5000))
    (tmp_path / "static" / "vendor" / "noise.wasm").write_bytes(os.urandom(5000))
    return tmp_path


def listing(folder: Path) -> dict[str, int]:
    """Path -> time of every file."""
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_in_it(build_site: ModuleType, project: Path) -> None:
    """Pages and static/, the list of both, and compressed forms only where they are smaller."""
    build_site.build(project, project / "dist", {})
    assert sorted(listing(project / "dist")) == [
        "index.html",
        "precache.json",
        "service-worker.js",
        "static/main.js",
        "static/main.js.gz",
        "static/ui/note.html",
        "static/vendor/model.onnx",
        "static/vendor/noise.wasm",
    ]
    packed = project / "dist" / "static" / "main.js.gz"
    assert gzip.decompress(packed.read_bytes()) == (project / "static/main.js").read_bytes()
    assert packed.stat().st_mtime_ns == (project / "dist/static/main.js").stat().st_mtime_ns


def test_the_list_is_true(build_site: ModuleType, project: Path) -> None:
    """Every listed file has the size, hash and type that the list says, and the sum is right."""
    dist = project / "dist"
    _, version, _ = build_site.build(project, dist, {})
    record = json.loads((dist / "precache.json").read_text())
    for entry in record["files"]:
        data = (dist / entry["path"]).read_bytes()
        assert (entry["size"], entry["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    types = {entry["path"]: entry["type"] for entry in record["files"]}
    assert types["static/main.js"] == "text/javascript; charset=utf-8"
    assert set(types) == {
        "index.html",
        "static/main.js",
        "static/ui/note.html",
        "static/vendor/model.onnx",
        "static/vendor/noise.wasm",
    }
    assert record["total"] == sum(entry["size"] for entry in record["files"])
    assert record["version"] == version
    assert record["headers"]["Cross-Origin-Embedder-Policy"] == "require-corp"


def test_the_hub_is_let_in_for_one_script(
    build_site: ModuleType, project: Path, tmp_path: Path
) -> None:
    """The policy of the script that fetches models names the hub of the catalogue in use."""
    hub = {"url": "https://hub.example/models", "redirects": ["https://*.cdn.example"]}
    catalogue = tmp_path / "mirror.json"
    catalogue.write_text(json.dumps({"hub": hub, "models": []}))
    _, plain, _ = build_site.build(project, project / "dist", {})
    assert json.loads((project / "dist" / "precache.json").read_text())["special"] == {}
    _, version, _ = build_site.build(project, project / "dist", {}, catalogue)
    record = json.loads((project / "dist" / "precache.json").read_text())
    ((path, headers),) = record["special"].items()
    assert path == "static/workers/models.worker.js"
    connect = "connect-src 'self' https://hub.example https://*.cdn.example;"
    assert connect in headers["Content-Security-Policy"]
    assert "connect-src 'self';" in record["headers"]["Content-Security-Policy"]
    assert (project / "dist" / "static" / "models.json").read_text() == catalogue.read_text()
    assert version != plain


@pytest.mark.parametrize(
    "catalogue",
    [
        {"models": []},
        {"hub": {"url": "ftp://hub.example", "redirects": []}},
        {"hub": {"url": "https://hub.example; script-src *", "redirects": []}},
        {"hub": {"url": "https://hub.example", "redirects": ["*"]}},
    ],
)
def test_no_hub_of_another_kind(
    build_site: ModuleType, project: Path, tmp_path: Path, catalogue: object
) -> None:
    """What is no address of a hub does not get into the policy."""
    (tmp_path / "mirror.json").write_text(json.dumps(catalogue))
    with pytest.raises(ValueError, match="hub"):
        build_site.build(project, project / "dist", {}, tmp_path / "mirror.json")


def test_pages_know_their_version(build_site: ModuleType, project: Path) -> None:
    """Pages at the root carry the version in their head; the source does not."""
    _, version, _ = build_site.build(project, project / "dist", {})
    page = (project / "dist" / "index.html").read_text()
    meta = f'<meta name="fossick-version" content="{version}">'
    assert page.index(meta) < page.index("</head>")
    assert page.replace(f"  {meta}\n  ", "") == PAGE == (project / "index.html").read_text()


def test_a_second_run_touches_nothing(build_site: ModuleType, project: Path) -> None:
    """The same sources: no file is written, whether the digests are remembered or not."""
    cache: dict[str, object] = {}
    _, version, changed = build_site.build(project, project / "dist", cache)
    before = listing(project / "dist")
    assert changed > 0
    for memory in (cache, {}):
        _, again, changed = build_site.build(project, project / "dist", memory)
        assert (again, changed) == (version, 0)
        assert listing(project / "dist") == before


def test_changes_and_removals_arrive(build_site: ModuleType, project: Path) -> None:
    """An edit gives a new version and new compressed form; a removed file and folder are gone."""
    cache: dict[str, object] = {}
    _, version, _ = build_site.build(project, project / "dist", cache)
    (project / "static" / "main.js").write_text("export const words = [4, 5, 6];\n" * 200)
    (project / "static" / "ui" / "note.html").unlink()
    _, newer, _ = build_site.build(project, project / "dist", cache)
    assert newer != version
    packed = (project / "dist" / "static" / "main.js.gz").read_bytes()
    assert b"[4, 5, 6]" in gzip.decompress(packed)
    assert not (project / "dist" / "static" / "ui").exists()
    (project / "static" / "main.js").write_text("export {};\n")
    build_site.build(project, project / "dist", cache)
    assert not (project / "dist" / "static" / "main.js.gz").exists()


def test_the_version_is_the_content(build_site: ModuleType, project: Path, tmp_path: Path) -> None:
    """Times do not matter; going back to an old content goes back to its version."""
    _, version, _ = build_site.build(project, project / "dist", {})
    os.utime(project / "static" / "main.js", (5, 5))
    assert build_site.build(project, project / "dist", {})[1] == version
    old = (project / "index.html").read_text()
    (project / "index.html").write_text(old.replace("x", "y"))
    assert build_site.build(project, project / "dist", {})[1] != version
    (project / "index.html").write_text(old)
    assert build_site.build(project, project / "dist", {})[1] == version


def test_foreign_folders_are_not_swept(build_site: ModuleType, tmp_path: Path) -> None:
    """Only a folder of ours, an empty or a new one is written to: the rest would be deleted."""
    assert build_site.is_ours(tmp_path / "new")
    assert build_site.is_ours(tmp_path)
    (tmp_path / "thesis.txt").write_text("years of work")
    assert not build_site.is_ours(tmp_path)
    (tmp_path / "precache.json").write_text("{}")
    assert build_site.is_ours(tmp_path)


def test_a_page_without_head_is_refused(build_site: ModuleType, project: Path) -> None:
    """It could not tell its version, so updates would never settle."""
    (project / "index.html").write_text("<p>no head")
    with pytest.raises(ValueError, match="</head>"):
        build_site.build(project, project / "dist", {})
