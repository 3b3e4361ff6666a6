"""What is left out of folders: as in a browser (tests/js/rules.test.js), and as Git has it."""

import json
import shutil
import subprocess

import pytest

from app.host.files import sources
from app.host.rules import Rules
from tests.conftest import ROOT

CASES = json.loads((ROOT / "tests/fixtures/ignore_rules.json").read_text("utf-8"))


def put(folder, case):
    """The files of a case."""
    for name in case["files"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name, "utf-8")
    for name, text in case.get("texts", {}).items():
        (folder / name).write_text(text, "utf-8", newline="")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(tmp_path, case):
    """Kept and left out as the fixture has it, with a reason each."""
    put(tmp_path, case)
    rules = Rules(case.get("ignore", ()), gitignore=case.get("gitignore", False))
    found = sources([tmp_path], rules)
    start = len(tmp_path.as_posix()) + 1
    assert sorted(source.path[start:] for source in found.sources) == case["kept"]
    assert sorted(path[start:] for path in found.ignored) == sorted(case["ignored"])
    assert all(found.ignored.values())


@pytest.mark.skipif(shutil.which("git") is None, reason="Git is not installed")
@pytest.mark.parametrize("case", [case for case in CASES if case.get("gitignore")],
                         ids=lambda case: case["name"])  # fmt: skip
def test_git_agrees(tmp_path, case):
    """Of what is not hidden, Git lists the same, with patterns of the user's own as the last."""
    put(tmp_path, case)
    with (tmp_path / ".gitignore").open("a") as file:
        file.write("\n".join(case.get("ignore", ())))
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    command = ["git", "-C", tmp_path, "ls-files", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert sorted(name for name in listed if ".git" not in name) == case["kept"]


def test_reasons(tmp_path):
    """They name the rule, and the file that it stands in."""
    put(tmp_path, {"files": ["b/x.bin", "y.tmp", ".z"], "texts": {"b/.gitignore": "*.bin"}})
    found = sources([tmp_path], Rules(["*.tmp"], gitignore=True)).ignored
    assert found == {
        f"{tmp_path.as_posix()}/{name}": why
        for name, why in {
            "b/x.bin": '"*.bin" in b/.gitignore leaves it out',
            "b/.gitignore": "hidden files and folders are left out",
            "y.tmp": 'the pattern "*.tmp" leaves it out',
            ".z": "hidden files and folders are left out",
        }.items()
    }


def test_lines_that_are_no_patterns():
    """Are passed over."""
    rules = Rules(["!", "a//", "\\", "*.tmp"])
    assert rules.why("x.tmp", False) and not rules.why("x.txt", False)
