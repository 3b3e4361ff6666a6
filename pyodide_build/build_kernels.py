"""Compile the kernels to WebAssembly: `static/vendor/kernels/kernels.wasm`; and the encoder.

    python pyodide_build/build_kernels.py [--force]

The compiler is the one of the PyPI package `ziglang`, pinned in pyproject.toml. The same source
gives the same bytes on every machine. The module works on the memory of Pyodide, so one that wants
static data, a stack or an import besides that memory is refused.
Exit code 1 with one sentence on stderr when something fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from vendor_fetch import VendorError, console, exit_code, written_aside
from vendor_manifest import Package, Record, describe, inputs_digest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "app/core/kernels/kernels.c"
INCLUDED = (
    "app/core/kernels/names.h",
    "app/core/kernels/indexing.h",
    "app/core/kernels/english.h",
    "app/core/kernels/plain.h",
    "app/core/kernels/merging.h",
    "app/core/kernels/vectors.h",
    "app/core/kernels/graph.h",
    "app/core/kernels/checksums.h",
)
"""What `SOURCE` includes."""
TARGET = "kernels/kernels.wasm"
FLAGS = (
    *("-target", "wasm32-freestanding", "-O3", "-msimd128", "-nostdlib", "-fno-builtin"),
    # Floats come out as the NumPy twins compute them, bit for bit.
    "-ffp-contract=off",
    # A function that needed a stack would write over Pyodide's memory.
    *("-Wall", "-Wextra", "-Wframe-larger-than=0", "-Werror"),
    *("-Wl,--no-entry", "-Wl,--import-memory", "-Wl,--strip-all"),
)
_CUSTOM, _IMPORT, _START, _DATA = 0, 2, 8, 11
_ONE_MEMORY = b"\x01\x03env\x06memory\x02\x00"
"""The section of imports: one, `env.memory`, a memory without a maximum."""


def inputs(root: Path) -> str:
    """Names everything that decides what this script writes."""
    sources = [path for name in (SOURCE, *INCLUDED) if (path := root / name).is_file()]
    return f"{inputs_digest([*sources, Path(__file__)])} ziglang {compiler()}"


def compiler() -> str:
    """The version of the compiler; raises `VendorError` if there is none."""
    try:
        return version("ziglang")
    except PackageNotFoundError:
        raise VendorError("ziglang is missing: install the build extra first.") from None


def compiled(root: Path) -> bytes:
    """The module's bytes; raises `VendorError`."""
    return compiled_file(root / SOURCE)


def compiled_file(source: Path, flags: Sequence[str] = ()) -> bytes:
    """The bytes of the module that a source gives, checked; raises `VendorError`."""
    with tempfile.TemporaryDirectory(prefix="kernels-") as folder:
        out = Path(folder) / "kernels.wasm"
        caches = {f"ZIG_{kind}_CACHE_DIR": f"{folder}/{kind}" for kind in ("LOCAL", "GLOBAL")}
        # By a relative name, so that no path of this machine can get into the module.
        options = [*FLAGS, *flags, "-o", str(out), source.name]
        command = [sys.executable, "-m", "ziglang", "cc", *options]
        done = subprocess.run(
            command,
            cwd=source.parent,
            env=os.environ | caches,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 or not out.is_file():
            print(done.stderr, file=sys.stderr)
            raise VendorError(
                "The kernels cannot be compiled; what the compiler says stands above."
            )
        module = out.read_bytes()
    check(module)
    return module


def check(module: bytes) -> None:
    """Raise `VendorError` unless all the module wants is a memory to work on."""
    found = dict(sections(module))
    if not found.get(_IMPORT, b"").startswith(_ONE_MEMORY):
        raise VendorError("The kernels import more than a memory.")
    if wanted := found.keys() & {_CUSTOM, _START, _DATA}:
        raise VendorError(f"The kernels have sections that they must not have: {sorted(wanted)}.")


def sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of each section of a WebAssembly module."""
    at = 8
    while at < len(module):
        kind, size, shift = module[at], 0, 0
        at += 1
        while True:
            byte = module[at]
            size |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                break
        yield kind, module[at : at + size]
        at += size


def run(root: Path, record: Record, *, force: bool = False) -> None:
    """Compile, place and note it unless it is there; raises `VendorError` or `OSError`."""
    made_from = inputs(root)
    if not force and record.is_current("kernels", made_from):
        console.print("kernels.wasm is up to date")
        return
    module = compiled(root)
    record.forget("kernels")
    with written_aside(record.vendor / TARGET) as part:
        part.write_bytes(module)
    package = Package(
        name="fossick-kernels",
        version="1",
        licence="MIT AND BSD-3-Clause",
        homepage="",
        files=describe(record.vendor, [TARGET]),
        texts=(
            "Compiled from Fossick's own source; see Fossick's own licence. The English stemmer"
            " in it follows english.sbl of Snowball, whose licence stands with snowballstemmer.",
        ),
    )
    record.keep("kernels", made_from, [package])
    console.print(f"kernels.wasm: {len(module):,} bytes, by ziglang {compiler()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compile the kernels to WebAssembly.")
    parser.add_argument("--force", action="store_true", help="compile even if nothing has changed")
    options = parser.parse_args(arguments)
    return exit_code("build_kernels", lambda: run_all(force=options.force))


def run_all(*, force: bool) -> None:
    """The kernels, and the encoder."""
    import build_encoder  # which imports this

    for build in (run, build_encoder.run):
        build(ROOT, Record(ROOT), force=force)


if __name__ == "__main__":
    sys.exit(main())
