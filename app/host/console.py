"""What people and machines see: text and progress bars for the one, JSON for the other."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

from app.engine import Progress
from app.errors import FossickError

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def plain(value: object) -> Any:  # noqa: ANN401 (any JSON value)
    """Dataclasses and mappings as dicts, sequences as lists, NaN as None."""
    if is_dataclass(value) and not isinstance(value, type):
        # A name that is a word of Python's ends with an underscore.
        return {f.name.rstrip("_"): plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def print_json(value: object) -> None:
    """One JSON document on standard output."""
    json.dump(plain(value), sys.stdout, ensure_ascii=True, indent=2)
    sys.stdout.write("\n")


def print_error(error: FossickError, *, as_json: bool) -> None:
    """A failure: as JSON on standard output for machines, in words on standard error."""
    if as_json:
        print_json({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
    err.print(f"[red]error[/red] ({error.code}): ", end="")
    err.print(error.message, markup=False)
    if error.hint:
        err.print(error.hint, markup=False, style="dim")


def print_notes(notes: list[str] | tuple[str, ...]) -> None:
    """Sentences for the user, on standard error."""
    for note in notes:
        err.print(note, markup=False, style="yellow")


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error, shown only where that is a terminal."""
    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(),
        console=err,
        disable=not err.is_terminal,
        transient=True,
    )
    with bars:
        task = bars.add_task(label, total=None, detail="")

        def tell(progress: Progress) -> None:
            detail = f"{progress.chunks} chunks" if progress.chunks else ""
            bars.update(task, completed=progress.done, total=progress.total, detail=detail)

        yield tell
