"""The command line: ``python -m app COMMAND``, the commands being those of `COMMANDS` and `serve`.

Exit codes: 0 done; 1 nothing found, a file failed, or the work could not be done; 2 the command
was not understood.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from app import __version__
from app.errors import FossickError, InputError
from app.host import console, opening
from app.host.commands import (
    audit,
    check,
    doctor,
    duplicates,
    evaluate,
    export,
    importing,
    index,
    repair,
    seal,
    search,
    vacuum,
)
from app.host.model_files import BUNDLED_MODEL

COMMANDS = {
    "index": index,
    "search": search,
    "audit": audit,
    "duplicates": duplicates,
    "vacuum": vacuum,
    "check": check,
    "repair": repair,
    "seal": seal,
    "export": export,
    "import": importing,
    "eval": evaluate,
    "doctor": doctor,
}
_USAGE = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["serve"]:
        return _serve(given[1:])
    options = _parser().parse_args(given)
    logging.basicConfig(level=logging.DEBUG if options.verbose else logging.ERROR)
    try:
        return int(asyncio.run(COMMANDS[options.command].run(options)))
    except FossickError as error:
        console.print_error(error, as_json=options.json)
        return _USAGE if isinstance(error, InputError) and error.code != "not-found" else 1
    except KeyboardInterrupt:
        console.err.print("Stopped; what was committed is kept.")
        return _INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="one JSON document on standard output")
    common.add_argument("--verbose", action="store_true", help="tell what goes on")
    common.add_argument(
        "--index", type=Path, default=opening.DEFAULT_INDEX, metavar="PATH",
        help="folder of the index (.fossick)",
    )  # fmt: skip
    common.add_argument(
        "--passphrase-file", type=Path, default=None, metavar="FILE",
        help="passphrase of a sealed index: the first line of this file",
    )  # fmt: skip
    common.add_argument("--embedder", choices=opening.EMBEDDERS, default="auto")
    common.add_argument(
        "--model", type=Path, default=BUNDLED_MODEL, metavar="DIR", help="folder of the model"
    )
    common.add_argument(
        "--device", default="auto", metavar="NAME",
        help="what models run on: cuda, coreml, directml, cpu (the best there is), or wasm, "
        "which makes the browser's vectors to the bit",
    )  # fmt: skip
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="Search your own files by words and by meaning.",
        epilog="`serve` takes the options of serve.py.",
    )
    parser.add_argument("--version", action="version", version=f"fossick {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, module in COMMANDS.items():
        sub = commands.add_parser(name, parents=[common], help=module.HELP)
        module.add_arguments(sub)
    commands.add_parser("serve", help="serve the built site", add_help=False)
    return parser


def _serve(arguments: Sequence[str]) -> int:
    """`serve.py` stands beside the package, not in it: it knows nothing of the engine."""
    file = Path(__file__).resolve().parents[2] / "serve.py"
    spec = importlib.util.spec_from_file_location("serve", file) if file.is_file() else None
    if spec is None or spec.loader is None:
        console.err.print(f"There is no {file}: serve from a checkout of the project.")
        return 1
    module = importlib.util.module_from_spec(spec)
    sys.modules["serve"] = module
    spec.loader.exec_module(module)
    return int(module.main(list(arguments)))
