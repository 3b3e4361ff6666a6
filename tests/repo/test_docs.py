"""What the pages point to is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

LINK = re.compile(r"(?<!`)\[[^\]\n]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:app|tests|static|docs|pyodide_build)/[\w./-]+\.(?:py|json|js|md|ts|c)\b)")
MODULE = re.compile(r"`(app(?:\.\w+)+)`")


def pages(root: Path) -> list[Path]:
    """All Markdown pages in git but those of the judged texts."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "*.md"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    found = [root / name for name in listed if name and not name.startswith("tests/")]
    return [page for page in found if page.is_file()]


def test_links_lead_somewhere(root):
    """Each link to a file of our own names one."""
    found = pages(root)
    assert len(found) > 20
    broken = [
        f"{page.relative_to(root)}: {target}"
        for page in found
        for target in LINK.findall(page.read_text("utf-8"))
        if not re.match(r"https?:|#", target)
        and not (page.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_files_that_are_named_are_there(root):
    """Code that a page names has that path; what is generated stands in static/vendor."""
    missing = [
        f"{page.relative_to(root)}: {name}"
        for page in pages(root)
        for name in NAMED.findall(page.read_text("utf-8"))
        if not name.startswith("static/vendor/") and not (root / name).is_file()
    ]
    assert missing == []


def test_modules_that_are_named_are_there(root):
    """A dotted name is a module or something in one."""
    missing = []
    for page in pages(root):
        for name in MODULE.findall(page.read_text("utf-8")):
            path = root / name.replace(".", "/")
            parent = path.parent
            known = (path.with_suffix(".py"), path / "__init__.py", parent.with_suffix(".py"))
            known += (parent / "__init__.py", parent.parent.with_suffix(".py"))
            if not any(each.is_file() for each in known):
                missing.append(f"{page.relative_to(root)}: {name}")
    assert missing == []


def test_every_decision_is_listed(root):
    """The list of decisions has each page once, in order."""
    folder = root / "docs" / "adr"
    page = (folder / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| \[(\d+)\]\((\S+)\) \| .+ \|$", page, re.M)
    assert listed == [(each.name[:4], each.name) for each in sorted(folder.glob("[0-9]*.md"))]
