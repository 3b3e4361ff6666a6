"""The kernels' module: the same bytes on each build, and nothing in it that it must not have."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("ziglang")
sys.path.append(str(Path(__file__).parents[2] / "pyodide_build"))

import build_kernels
from build_kernels import INCLUDED, SOURCE, TARGET, check, compiled, inputs, sections
from vendor_fetch import VendorError
from vendor_manifest import Record

from app.core.kernels.wasm import VERSION

SMALL = '__attribute__((export_name("add"))) int add(int a, int b) { return a + b; }\n'

Project = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """`project(source, *included)`: a folder with these kernels."""

    def make(source: str, *included: str) -> Path:
        for name, text in zip((SOURCE, *INCLUDED), (source, *included), strict=False):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return make


@pytest.mark.lengthy
def test_every_build_is_the_same(root: Path, project: Project) -> None:
    """Two builds, and one of a copy in another folder."""
    module = compiled(root)
    assert compiled(root) == module
    copied = ((root / name).read_text("utf-8") for name in (SOURCE, *INCLUDED))
    assert compiled(project(*copied)) == module


def test_what_is_included_counts(root: Path, project: Project) -> None:
    """Each file that the source includes is listed, and a change of one is a change of inputs."""
    source = (root / SOURCE).read_text("utf-8")
    folder = Path(SOURCE).parent
    named = re.findall(r'^#include "(.+)"$', source, re.MULTILINE)
    assert [str(folder / name) for name in named] == list(INCLUDED)
    before = inputs(project(SMALL, "int one;"))
    assert inputs(project(SMALL, "int two;")) != before


@pytest.mark.lengthy
def test_the_module_is_small_and_has_simd(root: Path) -> None:
    """It is loaded on each start; and without SIMD it would not be worth it."""
    module = compiled(root)
    assert len(module) < 65_000
    code = dict(sections(module))[10]
    assert code.count(b"\xfd") > 50


@pytest.mark.lengthy
def test_the_site_has_what_the_source_gives(root: Path) -> None:
    """The vendored file is the one that is built now."""
    vendored = root / "static" / "vendor" / TARGET
    if not vendored.is_file():
        pytest.skip("nothing is vendored yet; run: make vendor")
    assert vendored.read_bytes() == compiled(root)


def test_versions_agree(root: Path) -> None:
    """wasm.py expects the version that kernels.c answers."""
    source = (root / SOURCE).read_text("utf-8")
    assert f"version(void) {{ return {VERSION}; }}" in source


@pytest.mark.parametrize(
    "line",
    [
        "int table[64]; EXPORT int get(int i) { return table[i]; }",
        'EXPORT const char *get(void) { return "text"; }',
        "int other(int); EXPORT int get(int i) { return other(i); }",
        "EXPORT int get(int i) { volatile int a[4] = {0}; a[i & 3] = i; return a[0]; }",
        "EXPORT int get(void) { return",
    ],
    ids=["static", "data", "import", "stack", "syntax"],
)
def test_what_is_refused(project: Project, line: str) -> None:
    """Static data, a stack and other imports would be in the middle of Pyodide's memory."""
    source = '#define EXPORT __attribute__((export_name("get")))\n' + line + "\n"
    with pytest.raises(VendorError):
        compiled(project(source))


def test_a_module_without_a_memory_is_refused() -> None:
    """The smallest module there is does not work on anybody's memory."""
    with pytest.raises(VendorError, match="import"):
        check(b"\0asm\1\0\0\0")


def test_a_second_run_does_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    """The first places and lists the file; the next one is done at once; a new source is new."""
    root = project(SMALL)
    record = Record(root)
    build_kernels.run(root, record)
    first = (record.vendor / TARGET).read_bytes()
    assert "bytes" in capsys.readouterr().err
    assert TARGET in (record.vendor / "MANIFEST.json").read_text()
    (record.vendor / TARGET).write_bytes(bytes(len(first)))
    build_kernels.run(root, record)
    assert "up to date" in capsys.readouterr().err
    assert (record.vendor / TARGET).read_bytes() == bytes(len(first))
    build_kernels.run(root, record, force=True)
    assert (record.vendor / TARGET).read_bytes() == first
    project(SMALL.replace("a + b", "a - b"))
    build_kernels.run(root, record)
    assert (record.vendor / TARGET).read_bytes() != first


def test_a_failed_build_leaves_the_old_one(project: Project) -> None:
    """A mistake in the source is a message, and what was there stays."""
    root = project(SMALL)
    build_kernels.run(root, Record(root))
    first = (root / "static" / "vendor" / TARGET).read_bytes()
    project("int broken(")
    with pytest.raises(VendorError):
        build_kernels.run(root, Record(root))
    assert (root / "static" / "vendor" / TARGET).read_bytes() == first
