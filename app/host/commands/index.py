"""`index`: make files searchable, keep the index in step with the folders."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from app.engine import AddReport
from app.errors import InputError
from app.formats.limits import Limits
from app.host import console, opening
from app.host.files import path_of, sources
from app.host.rules import Rules

HELP = "index files and folders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="folder or file")
    parser.add_argument(
        "--keep-missing", action="store_true", help="keep documents whose files are gone"
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="PATTERN",
        help="leave out what this names, as in .gitignore; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--limit", action="append", default=[], type=_limit, metavar="NAME=NUMBER",
        help="how much of a file is read: file-bytes=200M, pages=50000 and the like",
    )  # fmt: skip
    parser.add_argument(
        "--gitignore", action="store_true", help="leave out what .gitignore files name"
    )


async def run(options: argparse.Namespace) -> int:
    """0 when every file is indexed, 1 when one failed or there was none."""
    for folder in options.folders:
        if not folder.exists():
            raise _missing(folder)
    found = sources(options.folders, Rules(options.ignore, gitignore=options.gitignore))
    whole = [path_of(folder) for folder in options.folders if folder.is_dir()]
    async with opening.collection(
        options.index,
        embedder=options.embedder,
        model=options.model,
        device=options.device,
        limits=Limits.of(dict(options.limit)),
        passphrase_file=options.passphrase_file,
    ) as (collection, notes):
        console.print_notes(notes)
        with console.progress_bar("Indexing") as tell:
            report = await collection.add(
                found.sources,
                whole=[] if options.keep_missing else whole,
                ignored=found.ignored,
                on_progress=tell,
            )
        # From here on everything is found, should somebody not care to wait.
        with console.progress_bar("Understanding") as tell:
            upgraded = await collection.upgrade(on_progress=tell)
        await collection.settle()
        stats = await collection.stats()
    console.print_notes(report.notes)
    if options.json:
        answer = console.plain(report)
        more = {"ignored": len(found.ignored), "notes": [*notes, *report.notes]}
        console.print_json({**answer, **more, "upgraded": upgraded, "index": str(options.index),
                            "stats": stats})  # fmt: skip
    else:
        _show(report, len(found.ignored), options.index)
        if upgraded.chunks:
            console.out.print(
                f"{upgraded.chunks} chunks embedded anew by {stats.embedder} "
                f"in {upgraded.seconds:.1f} s"
            )
    return 1 if report.failed or not found.sources else 0


def _missing(folder: Path) -> InputError:
    """What to say of a folder or file that is not there; an address is none of either.

    >>> _missing(Path("https://example.org/a.pdf")).message
    'https://example.org/a.pdf is an address, and this program opens no connections.'
    """
    if address := _ADDRESS.match(str(folder)):
        scheme, rest = address.groups()
        local = scheme.lower() == "file"
        whole = f"{scheme}:///{rest}" if local else f"{scheme}://{rest}"  # a Path keeps one stroke
        way_out = "Fetch it into a file first, as by curl, then index that file."
        return InputError(
            f"{whole} is an address, and this program opens no connections.",
            hint=f"Give its path alone: /{rest}" if local else way_out,
        )
    return InputError(f"There is no {folder}.", code="not-found")


_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]+):[/\\]+(.*)", re.IGNORECASE | re.DOTALL)
_UNITS = {"K": 10, "M": 20, "G": 30}


def _limit(text: str) -> tuple[str, int]:
    """`file-bytes=200M` as a name and a number."""
    name, _, number = text.partition("=")
    bits = _UNITS.get(number[-1:].upper(), 0)
    return name.replace("-", "_"), int(number[:-1] if bits else number) << bits


def _show(report: AddReport, ignored: int, index: Path) -> None:
    console.out.print(
        f"{report.added} added, {report.updated} updated, {report.skipped} unchanged, "
        f"{report.removed} removed, {len(report.failed)} failed: {report.chunks} chunks "
        f"in {report.seconds:.1f} s, in {index}"
    )
    if ignored:
        console.out.print(f"{ignored} files and folders left out by rules")
    for failure in report.failed:
        console.err.print(f"  {failure.code}: {failure.message} {failure.hint}", markup=False)
