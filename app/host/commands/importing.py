"""`import`: a portable file as an index in a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.engine.importing import bring_in
from app.host import console
from app.host.commands.export import tell_left_out
from app.host.passphrase import content_of, store_in
from app.host.portable_files import FileRanges
from app.storage.portable import Archive

HELP = "make an index of a portable file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="file that was exported")
    parser.add_argument("directory", type=Path, metavar="DIR", help="folder for the index")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace an index that is there already"
    )
    parser.add_argument(
        "--file-passphrase-file", type=Path, default=None, metavar="PATH",
        help="passphrase of the file, if it is sealed: the first line of PATH",
    )  # fmt: skip


async def run(options: argparse.Namespace) -> int:
    """0 when it is done."""
    ranges = FileRanges(options.file)
    try:
        content = await content_of(ranges, options.file_passphrase_file)
        with console.progress_bar("Importing") as tell:
            archive = await Archive.open(content)
            store = await store_in(options.directory, options.passphrase_file)
            done = await bring_in(archive, store, overwrite=options.overwrite, on_progress=tell)
    finally:
        ranges.close()
    if options.json:
        console.print_json({**console.plain(done), "index": str(options.directory)})
    else:
        console.out.print(
            f"{done.documents} documents, {done.chunks} chunks, {done.bytes / 1e6:.1f} MB "
            f"in {options.directory}"
        )
    tell_left_out(done.left_out)
    return 0
