"""`index`: make files searchable, keep the index in step with the folders."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.engine import AddReport, Collection
from app.errors import InputError
from app.host import console, opening
from app.host.files import FileSource, sources

HELP = "index files and folders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="folder or file")
    parser.add_argument(
        "--keep-missing", action="store_true", help="keep documents whose files are gone"
    )


async def run(options: argparse.Namespace) -> int:
    """0 when every file is indexed, 1 when one failed or there was none."""
    for folder in options.folders:
        if not folder.exists():
            raise InputError(f"There is no {folder}.", code="not-found")
    found = sources(options.folders)
    async with opening.collection(
        options.index, embedder=options.embedder, model=options.model
    ) as (collection, notes):
        console.print_notes(notes)
        removed = 0 if options.keep_missing else await _remove_missing(collection, options, found)
        with console.progress_bar("Indexing") as tell:
            report = await collection.add(found, on_progress=tell)
        # From here on everything is found, should somebody not care to wait.
        with console.progress_bar("Understanding") as tell:
            upgraded = await collection.upgrade(on_progress=tell)
        await collection.settle()
        stats = await collection.stats()
    console.print_notes(report.notes)
    if options.json:
        answer = console.plain(report)
        console.print_json({**answer, "removed": removed, "notes": [*notes, *report.notes],
                            "upgraded": upgraded, "index": str(options.index),
                            "stats": stats})  # fmt: skip
    else:
        _show(report, removed, options.index)
        if upgraded.chunks:
            console.out.print(
                f"{upgraded.chunks} chunks embedded anew by {stats.embedder} "
                f"in {upgraded.seconds:.1f} s"
            )
    return 1 if report.failed or not found else 0


async def _remove_missing(
    collection: Collection, options: argparse.Namespace, found: list[FileSource]
) -> int:
    """Remove documents whose files are gone from the folders that were named."""
    here = {source.path for source in found}
    roots = [FileSource.of(folder).path.rstrip("/") + "/" for folder in options.folders
             if folder.is_dir()]  # fmt: skip
    gone = [
        info.id
        for info in await collection.documents()
        if info.path not in here and any(info.path.startswith(root) for root in roots)
    ]
    return await collection.remove(gone)


def _show(report: AddReport, removed: int, index: Path) -> None:
    console.out.print(
        f"{report.added} added, {report.updated} updated, {report.skipped} unchanged, "
        f"{removed} removed, {len(report.failed)} failed: {report.chunks} chunks "
        f"in {report.seconds:.1f} s, in {index}"
    )
    for failure in report.failed:
        console.err.print(f"  {failure.code}: {failure.message} {failure.hint}", markup=False)
