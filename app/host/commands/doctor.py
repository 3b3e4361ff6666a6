"""`doctor`: is everything there, and does it work."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from app import __version__
from app.core.analysis.wordpiece import estimate_tokens
from app.engine import BytesSource, Collection, HashEmbedder
from app.errors import FossickError
from app.host import console
from app.host.disk_store import DirectoryStore
from app.host.model_files import token_counter
from app.host.onnx_embedder import OnnxEmbedder
from app.host.passphrase import store_in

HELP = "check the installation"
PACKAGES = (
    "numpy",
    "snowballstemmer",
    "olefile",
    "xlrd",
    "onnxruntime",
    "tokenizers",
    "pypdfium2",
    "rich",
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `hint` is the way out where it is not well."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


async def run(options: argparse.Namespace) -> int:
    """0 when all is well, 1 otherwise."""
    checks = [
        _python(),
        *map(_package, PACKAGES),
        await _attempt("model", lambda: _model(options.model, options.device)),
        await _attempt("store", _store),
        await _attempt("index", lambda: _index(options.index, options.passphrase_file)),
    ]
    well = all(check.ok for check in checks)
    if options.json:
        console.print_json({"ok": well, "version": __version__, "checks": checks})
    else:
        for check in checks:
            mark = "[green]ok  [/green]" if check.ok else "[red]bad [/red]"
            console.out.print(f"{mark} {check.name}: ", end="")
            console.out.print(check.detail, markup=False)
            if check.hint and not check.ok:
                console.out.print(f"     {check.hint}", markup=False, style="dim")
    return 0 if well else 1


def _python() -> Check:
    ok = sys.version_info >= (3, 11)
    detail = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    return Check("Python", ok, detail, "Python 3.11 or newer is needed.")


def _package(name: str) -> Check:
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(name, False, "not installed", "Install the project with its host extra.")


async def _attempt(name: str, check: Callable[[], Awaitable[str]]) -> Check:
    try:
        return Check(name, True, await check())
    except FossickError as error:
        return Check(name, False, error.message, error.hint)


async def _model(folder: Path, device: str) -> str:
    """Texts of like meaning must be near each other, and the vocabulary must be there."""
    embedder = OnnxEmbedder(folder, device=device)
    began = time.perf_counter()
    near, same, far = await embedder.embed(
        ["The cat sleeps.", "A kitten is napping.", "Tax law was changed."], "passage"
    )
    took = 1000 * (time.perf_counter() - began)
    likeness, unlikeness = float(np.dot(near, same)), float(np.dot(near, far))
    if likeness < unlikeness + 0.2:
        raise FossickError(
            f"{embedder.info.model} gives wrong vectors ({likeness:.2f}, {unlikeness:.2f}).",
            hint="Build the model again: make site.",
        )
    tokens = token_counter(folder)("The cat sleeps.")
    return f"{embedder.info.model}, {embedder.info.dim} dims, {tokens} tokens, {took:.0f} ms"


async def _store() -> str:
    """Write, find and remove in an index that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        collection = await Collection.open(
            DirectoryStore(folder),
            embedder=HashEmbedder(),
            clock=time.perf_counter,
            count_tokens=estimate_tokens,
        )
        await collection.add([BytesSource("check.txt", b"gold in the river")])
        found = await collection.search("gold")
        await collection.remove(["check.txt"])
        await collection.close()
    if [hit.path for hit in found.hits] != ["check.txt"]:
        raise FossickError("A document was written and not found again.")
    return "a document was written, found and removed"


async def _index(folder: Path, passphrase_file: Path | None) -> str:
    """The index at hand, if there is one, with all checksums."""
    if not folder.is_dir():
        return f"none in {folder} yet"
    collection = await Collection.open(
        await store_in(folder, passphrase_file, read_only=True),
        embedder=None,
        clock=time.perf_counter,
        count_tokens=estimate_tokens,
        read_only=True,
    )
    checked = await collection.check()
    await collection.close()
    if damage := checked.damage:
        hint = f"{damage[0].hint} Repair: python -m app repair --index {folder}."
        raise FossickError(" ".join(one.message for one in damage), hint=hint)
    return (
        f"{checked.documents} documents, {checked.chunks} chunks, {checked.segments} segments, "
        f"{checked.bytes / 1e6:.1f} MB, all checksums agree"
    )
