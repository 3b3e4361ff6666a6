"""What the prose promises about the code, and one side of a seam about the other."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.browser.vectors import VectorBridge
from app.errors import CODES

TEXT = {".py", ".js", ".mjs", ".ts", ".html", ".css", ".json", ".toml", ".md", ".txt", ".svg", ""}


def tracked(root: Path) -> list[Path]:
    """All text files in git, the lock file of npm aside."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    paths = [root / name for name in listed if name and name != "package-lock.json"]
    return [path for path in paths if path.suffix in TEXT and path.is_file()]


def page_sources(root: Path) -> list[Path]:
    """What the browser runs and we wrote: pages, modules, styles, pictures."""
    kinds = {".html", ".js", ".mjs", ".css", ".svg", ".webmanifest"}
    own = [root / name for name in ("index.html", "manifest.webmanifest", "service-worker.js")]
    static = (path for path in (root / "static").rglob("*") if path.suffix in kinds)
    own += [path for path in static if not path.is_relative_to(root / "static" / "vendor")]
    return [path for path in own if path.is_file()]


def found(paths: list[Path], pattern: str, root: Path, allowed: str = r"(?!)") -> list[str]:
    """`file:line: text` of every line that matches, those that match `allowed` aside."""
    hits = []
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if re.search(pattern, line) and not re.search(allowed, line):
                hits.append(f"{path.relative_to(root)}:{number}: {line.strip()[:120]}")
    return hits


def js_list(root: Path, name: str) -> list[str]:
    """The strings of an exported array in static/protocol.js."""
    source = (root / "static" / "protocol.js").read_text("utf-8")
    match = re.search(rf"export const {name} = [^\[]*\[(.*?)\]", source, re.DOTALL)
    assert match, f"static/protocol.js exports no {name}"
    return re.findall(r'^\s*"([^"]+)"', match[1], re.MULTILINE)


def test_methods_are_equal_on_both_sides(root: Path) -> None:
    """The page can call what the Python bridge has, no more and no less."""
    tree = ast.parse((root / "app" / "browser" / "bridge.py").read_text("utf-8"))
    bridge = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == "Bridge")
    functions = (n for n in bridge.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    public = {function.name for function in functions if not function.name.startswith("_")}
    assert set(js_list(root, "METHODS")) == public


def test_calls_of_vectors_are_equal_on_both_sides(root: Path) -> None:
    """The same of the vector indexes."""
    prefix = "call_"
    calls = {name for name in vars(VectorBridge) if name.startswith(prefix)}
    assert {prefix + call for call in js_list(root, "VECTOR_CALLS")} == calls


def test_error_codes_are_equal_on_both_sides(root: Path) -> None:
    """A code that Python raises is one that JavaScript knows, each listed once."""
    codes = js_list(root, "ERROR_CODES")
    assert len(codes) == len(set(codes))
    assert set(codes) == CODES


def test_error_codes_are_documented(root: Path) -> None:
    """docs/errors.md says something about every code."""
    text = (root / "docs" / "errors.md").read_text("utf-8")
    assert [code for code in sorted(CODES) if f"`{code}`" not in text] == []


def test_pins_agree(root: Path) -> None:
    """What is vendored is what package.json and its lock name."""
    manifest = root / "static" / "vendor" / "MANIFEST.json"
    if not manifest.is_file():
        pytest.skip("nothing is vendored yet; run: make vendor")
    vendored = {p["name"]: p["version"] for p in json.loads(manifest.read_text())["packages"]}
    package = json.loads((root / "package.json").read_text("utf-8"))
    locked = json.loads((root / "package-lock.json").read_text("utf-8"))["packages"]
    for name, version in package["dependencies"].items():
        assert re.fullmatch(r"\d[\w.+-]*", version), f"{name} is not pinned: {version}"
        assert locked[f"node_modules/{name}"]["version"] == version
        assert vendored[name] == version


def test_versions_agree(root: Path) -> None:
    """One version number, in the package, pyproject.toml and package.json."""
    from app import __version__

    assert f'version = "{__version__}"' in (root / "pyproject.toml").read_text("utf-8")
    assert json.loads((root / "package.json").read_text("utf-8"))["version"] == __version__


def test_no_outside_hosts_in_the_page(root: Path) -> None:
    """Our own page names no other host: XML namespaces are names, not requests."""
    paths = page_sources(root)
    assert len(paths) > 5
    pattern = r"(?:https?|wss?|ftp)://|[\"'(]//[a-z0-9-]+\."
    assert found(paths, pattern, root, allowed=r"http://www\.w3\.org/") == []


def test_nothing_inline_in_the_page(root: Path) -> None:
    """The policy forbids inline scripts, handlers and styles; so they would silently not work."""
    paths = [path for path in page_sources(root) if path.suffix in {".html", ".js"}]
    assert found(paths, r"<script(?![^>]*\bsrc=)[^>]*>|<style\b", root) == []
    assert found(paths, r"<[a-z-]+[^>]*\s(?:style|on[a-z]+)=[\"'][^$]", root) == []


def test_our_scripts_are_type_checked(root: Path) -> None:
    """tsc looks only at files that ask for it in their first line."""
    scripts = [path for path in page_sources(root) if path.suffix in {".js", ".mjs"}]
    lacking = [p for p in scripts if not p.read_text("utf-8").startswith("// @ts-check\n")]
    assert [str(path.relative_to(root)) for path in lacking] == []


def test_no_paths_of_one_machine(root: Path) -> None:
    """Nothing in the tree works on one machine only."""
    pattern = r"(?:^|[\s\"'`(=:])/(?:home|Users|root|work|mnt)/\w"
    assert found(tracked(root), pattern, root) == []


def test_no_package_registry_is_named(root: Path) -> None:
    """npm and pip go where the machine's own configuration sends them."""
    hosts = [
        "registry.npm" + "js",
        "pypi." + "org",
        "pythonhosted." + "org",
        "registry.yarn" + "pkg",
    ]
    pattern = "|".join(re.escape(host) for host in hosts)
    assert found([*tracked(root), root / "package-lock.json"], pattern, root) == []


def test_layers_hold(root: Path) -> None:
    """The house of ARCHITECTURE.md: imports go downwards only."""
    tool = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(tool), "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_every_decision_names_its_confirmation(root: Path) -> None:
    """An ADR says which test guards it."""
    pages = sorted((root / "docs" / "adr").glob("[0-9]*.md"))
    assert pages
    lacking = [p.name for p in pages if not re.search(r"^#+ Confirmation$", p.read_text(), re.M)]
    assert lacking == []


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_names_the_two_commands(root: Path, command: str) -> None:
    """A newcomer finds both at once."""
    assert command in (root / "README.md").read_text("utf-8")


def test_help_names_every_target(root: Path) -> None:
    """`make help` knows all that the Makefile offers, and nothing else."""
    source = (root / "Makefile").read_text("utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", source, re.MULTILINE)
    assert phony
    told = set(re.findall(r"\bmake ([a-z]+) ", source.partition("\nrun:")[0] + " "))
    told |= set(re.findall(r"make ([a-z]+):", source))
    assert set(phony[1].split()) - {"help", "node", "vendor"} <= told


def test_continuous_integration_can_run(root: Path) -> None:
    """.ci/run is an executable script that bash understands."""
    script = root / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
