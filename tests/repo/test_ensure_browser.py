"""Finding the browsers: what is named wins, what is missing is one sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def ensure_browser(script: Callable[[str], ModuleType]) -> ModuleType:
    """The script under test."""
    return script("ensure_browser")


@pytest.fixture
def bare(ensure_browser: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without browsers; the folder is its PATH."""
    for variable in ensure_browser.VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(ensure_browser, "PLACES", dict.fromkeys(ensure_browser.COMMANDS, ()))
    return tmp_path


def program(folder: Path, name: str) -> str:
    """An executable file."""
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return str(path)


def test_nothing_there(ensure_browser: ModuleType, bare: Path) -> None:
    """No browser is None, not an error."""
    assert [ensure_browser.find(name) for name in ensure_browser.COMMANDS] == [None] * 3


def test_found_on_the_path(ensure_browser: ModuleType, bare: Path) -> None:
    """Known names are found, the better known first."""
    chrome = program(bare, "google-chrome")
    assert ensure_browser.find("chromium") == chrome
    chromium = program(bare, "chromium")
    assert ensure_browser.find("chromium") == chromium


def test_the_variable_wins(
    ensure_browser: ModuleType, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program named in the environment is taken; one that is not there is an error."""
    program(bare, "firefox")
    own = program(bare, "my-firefox")
    monkeypatch.setenv("FOSSICK_FIREFOX", own)
    assert ensure_browser.find("firefox") == own
    monkeypatch.setenv("FOSSICK_FIREFOX", str(bare / "gone"))
    with pytest.raises(ensure_browser.BrowserError, match="FOSSICK_FIREFOX"):
        ensure_browser.find("firefox")


def test_what_a_person_is_told(
    ensure_browser: ModuleType,
    bare: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without root nothing is installed; the sentence names the browser and the way out."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(sys, "argv", ["ensure_browser.py", "--install", "chromium"])
    assert ensure_browser.main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "The tests need Chromium" in said.err
    assert "FOSSICK_CHROMIUM" in said.err
