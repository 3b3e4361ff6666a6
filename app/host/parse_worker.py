"""The end of reading that runs in a process of its own: jobs in, outcomes out, over a pipe.

Messages are pairs: to here `("job", (sources, known, passed))`; from here `("open", path)` for each
file that is opened, `("some", [JSON, ...])` for outcomes, and `("end", None)`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.formats.crossing import encode
from app.formats.limits import Limits
from app.formats.parsing import Known, Parser
from app.formats.sources import InlineParser
from app.host.files import FileSource
from app.host.model_files import counter
from app.host.pdfium import PdfiumReader

Job = tuple[Sequence[FileSource], Known, frozenset[str]]
Message = tuple[str, Any]


def serve(pipe: Connection, model: Path, limits: Limits) -> None:
    """Read files until the pipe is closed."""
    parser = Parser(
        count_tokens=counter(model),
        pdf_reader=PdfiumReader(),
        limits=limits,
        tell=lambda path: pipe.send(("open", path)),
    )
    with contextlib.suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        while True:
            _, job = pipe.recv()
            asyncio.run(answer(pipe, parser, job))


async def answer(pipe: Connection, parser: Parser, job: Job) -> None:
    """Do one job."""
    sources, known, parser.passed = job
    async for some in InlineParser(parser).parse(sources, known):
        pipe.send(("some", [encode(one) for one in some]))
    pipe.send(("end", None))
