"""Find the browsers that the tests drive, or install them where that asks no questions.

`ensure_browser.py` prints the path of each; with `--install` it installs what is missing with
Debian's or Ubuntu's own packages when run as root, and says in one sentence what to do elsewhere.
It never downloads a browser by itself.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

VARIABLES: Final = {
    "chromium": "FOSSICK_CHROMIUM",
    "chromedriver": "FOSSICK_CHROMEDRIVER",
    "firefox": "FOSSICK_FIREFOX",
}
"""Environment variables that name a program, before anything is looked for."""

COMMANDS: Final = {
    "chromium": ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"),
    "chromedriver": ("chromedriver", "chromium.chromedriver"),
    "firefox": ("firefox-esr", "firefox"),
}

PLACES: Final = {
    "chromium": (
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/snap/bin/chromium",
        "/opt/google/chrome/chrome",
    ),
    "chromedriver": (
        "/usr/lib/chromium/chromedriver",
        "/usr/lib/chromium-browser/chromedriver",
        "/snap/bin/chromium.chromedriver",
    ),
    "firefox": (
        "/Applications/Firefox.app/Contents/MacOS/firefox",
        "~/Applications/Firefox.app/Contents/MacOS/firefox",
        "/snap/bin/firefox",
        "/opt/firefox/firefox",
    ),
}

PACKAGES: Final = {
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
    "firefox": "firefox-esr",
}
"""Debian's names. The driver is what the tests inside Pyodide go through; it is as old as the
Chromium beside it, which one fetched from elsewhere would not be."""


class BrowserError(Exception):
    """No browser, and a sentence on how to get one."""


def find(name: str) -> str | None:
    """Path of "chromium", "chromedriver" or "firefox" on this machine, or None.

    Raises `BrowserError` if the environment names a program that is not there.
    """
    variable = VARIABLES[name]
    if named := os.environ.get(variable):
        if path := shutil.which(named):
            return path
        raise BrowserError(f"{variable} is {named!r}, which is no program.")
    for command in COMMANDS[name]:
        if path := shutil.which(command):
            return path
    for place in PLACES[name]:
        if path := shutil.which(str(Path(place).expanduser())):
            return path
    return None


def advice(name: str) -> str:
    """One sentence: how a person installs the browser on this system."""
    if sys.platform == "darwin":
        way = f"install it, for example with: brew install --cask {name}"
    elif shutil.which("apt-get"):
        way = f"install it with: sudo apt-get install {PACKAGES[name]}"
    else:
        way = "install it with your system's package manager"
    return f"The tests need {name.title()}; {way}, or set {VARIABLES[name]} to its path."


def install(names: Sequence[str]) -> None:
    """Install the named browsers with apt-get. Raises `BrowserError` where that cannot be."""
    may = sys.platform == "linux" and shutil.which("apt-get") and os.geteuid() == 0
    if not may:
        raise BrowserError("\n".join(advice(name) for name in names))
    packages = [PACKAGES[name] for name in names]
    print(f"Installing {', '.join(packages)}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["update", "-q"],
        ["install", "-y", "-q", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(
            ["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise BrowserError("apt-get failed. " + " ".join(advice(name) for name in names))


def main() -> int:
    """The command line: 0 when every browser asked for is there."""
    parser = argparse.ArgumentParser(description="Find or install the browsers for the tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(COMMANDS))
    parser.add_argument("--install", action="store_true", help="install what is missing")
    options = parser.parse_args()
    names = options.names or list(COMMANDS)
    if unknown := set(names) - COMMANDS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    try:
        missing = [name for name in names if find(name) is None]
        if missing and options.install:
            install(missing)
            missing = [name for name in missing if find(name) is None]
    except BrowserError as error:
        print(error, file=sys.stderr)
        return 1
    for name in names:
        print(advice(name) if name in missing else f"{name}: {find(name)}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
