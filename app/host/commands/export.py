"""`export`: a collection, or a portion of it, as one file."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app import __version__
from app.core.analysis import VERSION
from app.engine.exporting import telling
from app.engine.progress import Cancellation, Meter
from app.engine.publishing import Writer, writer_of
from app.errors import InputError
from app.host import console, opening
from app.host.disk_store import DirectoryStore
from app.host.passphrase import in_file, store_in
from app.host.portable_files import FileSink, new_file
from app.storage import manifest as manifests
from app.storage.portable import (
    Contents,
    Export,
    Exported,
    LeftOut,
    Portion,
    SealingSink,
    about,
)

HELP = "write a collection as one portable file, or for other programs"

FORMATS = {
    ".fossick": "fossick",
    ".jsonl": "jsonl",
    ".md": "llm-md",
    ".parquet": "parquet",
    ".zip": "llm-zip",
}
"""Formats by the end of the file's name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder of the index")
    parser.add_argument("file", type=Path, metavar="FILE", help="file to write")
    parser.add_argument(
        "--format",
        choices=sorted(set(FORMATS.values())),
        help="what the file is to be; told by its name where it is left out",
    )
    parser.add_argument("--source", default="", help="only what lies below this folder")
    parser.add_argument("--no-text", action="store_true", help="without the texts")
    parser.add_argument("--no-words", action="store_true", help="without words: vectors only")
    parser.add_argument("--no-vectors", action="store_true", help="without vectors")
    parser.add_argument(
        "--file-passphrase-file", type=Path, default=None, metavar="PATH",
        help="seal the file with a passphrase: the first line of PATH",
    )  # fmt: skip
    parser.add_argument("--force", action="store_true", help="replace a file that is there")


async def run(options: argparse.Namespace) -> int:
    """0 when all of it is written, 1 when something damaged was left out."""
    portion = Portion(
        options.source.rstrip("/"),
        texts=not options.no_text,
        words=not options.no_words,
        vectors=not options.no_vectors,
    )
    write = _writer(options)
    passphrase = _passphrase(options, plain=write is not None)
    if not options.directory.is_dir():
        raise not_there(options.directory)
    store = await store_in(options.directory, options.passphrase_file, read_only=True)
    if await manifests.read_newest(store) is None:
        raise not_there(options.directory)
    described = about(
        app=__version__,
        collection=options.directory.resolve().name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        analysis=VERSION,
        portion=portion,
    )
    if passphrase is None and not isinstance(store, DirectoryStore):
        console.err.print("The file will not be sealed: whoever has it can read what is in it.")
    if write is not None:
        await store.close()
        return await _publish(options, described, write)
    async with new_file(options.file, force=options.force) as sink:
        with console.progress_bar("Exporting") as tell:
            meter = Meter(time.perf_counter, tell, 0, unit="bytes")
            export = Export(store, described, tell=telling(meter, Cancellation(), "export"))
            meter.total = await export.size()
            done = await _written(export, sink, passphrase)
    _show(done, options)
    return 1 if done.left_out else 0


def _passphrase(options: argparse.Namespace, *, plain: bool) -> str | None:
    """That of the file, None for a file that is not sealed, as all for other programs are."""
    if options.file_passphrase_file is None:
        return None
    if plain:
        hint = "Leave --file-passphrase-file out, or export a .fossick file."
        raise InputError("Only the portable file can be sealed.", hint=hint)
    return in_file(options.file_passphrase_file)


async def _written(export: Export, sink: FileSink, passphrase: str | None) -> Exported:
    """Run an export, sealed if there is a passphrase."""
    if passphrase is None:
        return await export.run(sink)
    from app.host.ciphers import HostCiphers

    sealing = SealingSink(sink, passphrase, HostCiphers())
    done = await export.run(sealing)
    await sealing.end()
    return replace(done, bytes=sealing.bytes)


def _writer(options: argparse.Namespace) -> Writer | None:
    """What writes the format that was named, or that the file's name tells; None for our own."""
    name = options.format or FORMATS.get(options.file.suffix.lower(), "fossick")
    if name == "parquet":
        from app.host import parquet

        return parquet.writer()
    return None if name == "fossick" else writer_of(name)


async def _publish(options: argparse.Namespace, described: Contents, write: Writer) -> int:
    """Write it in a format for others."""
    async with (
        opening.collection(
            options.directory,
            embedder="none",
            model=options.model,
            device=options.device,
            read_only=True,
            passphrase_file=options.passphrase_file,
        ) as (collection, _),
        new_file(options.file, force=options.force) as sink,
    ):
        with console.progress_bar("Exporting") as tell:
            done = await collection.export(described, sink, write=write, on_progress=tell)
    _show(done, options)
    return 1 if done.left_out else 0


def not_there(directory: Path) -> InputError:
    """The error for a folder without an index."""
    hint = "Make one first: python -m app index FOLDER --index DIR."
    return InputError(f"There is no index in {directory}.", code="not-found", hint=hint)


def tell_left_out(left_out: tuple[LeftOut, ...]) -> None:
    """What is damaged, on standard error."""
    for each in left_out:
        many = f", {each.documents} documents" if each.documents else ""
        console.err.print(
            f"  left out: {each.what} {each.name}{many}: {each.message}", markup=False
        )
        for path in each.paths:
            console.err.print(f"    {path}", markup=False)


def _show(done: Exported, options: argparse.Namespace) -> None:
    if options.json:
        console.print_json({**console.plain(done), "file": str(options.file)})
    else:
        console.out.print(
            f"{done.documents} documents, {done.chunks} chunks, {done.bytes / 1e6:.1f} MB "
            f"in {options.file}"
        )
    tell_left_out(done.left_out)
