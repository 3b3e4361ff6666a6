"""Reading files in processes of their own, which are ended when a file hangs or ends its reader.

The file that did it is damaged, and the job goes on behind it in another process.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from app.errors import FileError
from app.formats import extension
from app.formats.crossing import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.parsing import Known, Parsed
from app.formats.sources import InlineParser, Source, unread
from app.host.files import FileSource
from app.host.parse_worker import Message, serve

FEW = 16
"""So many small files of text are not worth starting a process for."""
LIGHT_BYTES = 1 << 18
_LIGHT = frozenset({"txt", "md", "markdown", "html", "htm", "py", "js", "ts", "rs", "c", "h"})
START = 30
"""Seconds that a process may take to start."""
_LOOK = 0.2
"""Seconds between looks at whether nobody wants to know any longer."""


class ProcessParser:
    """A `FileParser` over processes; `close` ends them. Few small files of text, and sources that
    are no `FileSource`, are read by `inline`."""

    def __init__(
        self,
        inline: InlineParser,
        *,
        model: Path,
        limits: Limits = DEFAULT_LIMITS,
        size: int | None = None,
        serve: Callable[[Connection, Path, Limits], None] = serve,
    ) -> None:
        """`size` is the number of processes: one for each processor but one, four at most."""
        self._size = size or max(1, min(4, (os.cpu_count() or 2) - 1))
        self.ahead = self._size
        self._inline = inline
        self._start = partial(_Worker, serve, model, limits)
        self._seconds = limits.seconds
        self._free: list[_Worker] = []
        self._turns = asyncio.Semaphore(self._size)

    async def parse(
        self, sources: Sequence[Source], known: Known
    ) -> AsyncIterator[Sequence[Parsed]]:
        """What becomes of the sources, as they are ready."""
        files = [source for source in sources if isinstance(source, FileSource)]
        is_light = len(sources) <= FEW and all(map(_is_light, sources))
        if is_light or len(files) < len(sources):
            async for some in self._inline.parse(sources, known):
                yield some
            return
        async with self._turns:
            async for some in self._by_workers(files, known):
                yield some

    def close(self) -> None:
        """End the processes."""
        while self._free:
            self._free.pop().end()

    async def _by_workers(
        self, files: Sequence[FileSource], known: Known
    ) -> AsyncIterator[Sequence[Parsed]]:
        done: set[str] = set()
        while any(file.path not in done for file in files):
            worker = self._free.pop() if self._free else self._start()
            try:
                worker.send(("job", (files, known, frozenset(done))))
                while (some := await worker.next(self._seconds)) is not None:
                    done.update(one.path for one in some)
                    yield some
                done.update(file.path for file in files)
                self._free.append(worker)
            except _LostError as lost:
                problem = _blamed(worker, lost, files, done)
                done.add(problem.path)
                yield [problem]
            finally:
                if worker not in self._free:
                    worker.end()


class _LostError(Exception):
    """A process gave no sign of life, or is gone."""


class _Worker:
    """A process, and the file that it has open."""

    def __init__(
        self,
        serve: Callable[[Connection, Path, Limits], None],
        model: Path,
        limits: Limits,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, model, limits), daemon=True)
        self._process.start()
        theirs.close()
        self._started = False
        self.path = ""

    def send(self, message: Message) -> None:
        """Tell it something."""
        try:
            self._pipe.send(message)
        except OSError as error:
            raise _LostError("the reader has stopped.") from error

    async def next(self, seconds: float) -> Sequence[Parsed] | None:
        """The next outcomes, None at the end of the job."""
        while True:
            kind, content = await self._receive(seconds if self._started else max(seconds, START))
            self._started = True
            if kind == "open":
                self.path = content
            elif kind == "end":
                return None
            else:
                return [decode(json.loads(row)) for row in content]

    async def _receive(self, seconds: float) -> Message:
        waited = 0.0
        try:
            while not await asyncio.to_thread(self._pipe.poll, _LOOK):
                waited += _LOOK
                if waited >= seconds:
                    raise _LostError(f"the reader gave no sign of life for {seconds:g} s.")
            message: Message = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise _LostError("the reader has stopped.") from error
        return message

    def end(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _blamed(
    worker: _Worker, lost: _LostError, files: Sequence[FileSource], done: set[str]
) -> Parsed:
    """The file that a worker was lost with: the one that it had open, else the next one."""
    first = next(file for file in files if file.path not in done)
    path = worker.path if worker.path and worker.path not in done else first.path
    problem = FileError(f"{path} could not be read: {lost}", code="damaged")
    if path == first.path:
        return unread(first, problem)
    return Parsed(path, 0, b"", problem=problem)


def _is_light(source: Source) -> bool:
    """Whether its name and size say that it is a small file of text."""
    if source.size is None or source.size > LIGHT_BYTES:
        return False
    return extension(source.path) in _LIGHT
