"""Compile the encoder, a BERT's forward pass in int8, to WebAssembly: `static/vendor/encoder/`.

`relaxed.wasm` is for browsers with relaxed SIMD, `plain.wasm` for those with SIMD only. Compiled
and checked as the kernels are, by `build_kernels.py`, which runs this.
"""

from __future__ import annotations

from pathlib import Path

import build_kernels
from vendor_fetch import console, written_aside
from vendor_manifest import Package, Record, describe, inputs_digest

SOURCE = "pyodide_build/encoder/encoder.c"
BUILDS = {"encoder/relaxed.wasm": ("-mrelaxed-simd",), "encoder/plain.wasm": ()}
"""File below `static/vendor/` -> flags of the compiler beside those of the kernels."""


def inputs(root: Path) -> str:
    """Names everything that decides what this script writes."""
    files = [root / SOURCE, Path(__file__), Path(build_kernels.__file__)]
    digest = inputs_digest([path for path in files if path.is_file()])
    return f"{digest} ziglang {build_kernels.compiler()}"


def compiled(root: Path) -> dict[str, bytes]:
    """The modules by the files they belong in; raises `VendorError`."""
    source = root / SOURCE
    return {name: build_kernels.compiled_file(source, flags) for name, flags in BUILDS.items()}


def run(root: Path, record: Record, *, force: bool = False) -> None:
    """Compile, place and note both unless they are there; raises `VendorError` or `OSError`."""
    made_from = inputs(root)
    if not force and record.is_current("encoder", made_from):
        console.print("the encoder is up to date")
        return
    modules = compiled(root)
    record.forget("encoder")
    for name, module in modules.items():
        with written_aside(record.vendor / name) as part:
            part.write_bytes(module)
    package = Package(
        name="fossick-encoder",
        version="1",
        licence="MIT",
        homepage="",
        files=describe(record.vendor, list(modules)),
        texts=("Compiled from Fossick's own source; see Fossick's own licence.",),
    )
    record.keep("encoder", made_from, [package])
    sizes = ", ".join(f"{name} {len(module):,} bytes" for name, module in modules.items())
    console.print(f"{sizes}, by ziglang {build_kernels.compiler()}")
