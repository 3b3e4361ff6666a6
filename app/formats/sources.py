"""What files are read from, and the parser that reads them where it is called."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from app.errors import FileError, FossickError
from app.formats.detect import check_size, large_family
from app.formats.limits import DEFAULT_LIMITS, Limits, check_limit
from app.formats.parsing import Known, Parsed, Parser
from app.formats.slices import LARGE, Slices

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Source(Protocol):
    """A file. Its `path` is its identity: adding the same path again replaces the document."""

    @property
    def path(self) -> str:
        """Path with ``/``, from the root of what was picked, for example "notes/gold.md"."""
        ...

    @property
    def size(self) -> int | None:
        """Bytes, None where unknown."""
        ...

    @property
    def modified(self) -> float | None:
        """Seconds since 1970, None where unknown."""
        ...

    async def read(self) -> bytes:
        """All bytes. Raises `FileError("unreadable")` or `OSError` if the file cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class BytesSource:
    """A file whose bytes are at hand: pasted text, a member of an archive, a test."""

    path: str
    data: bytes
    modified: float | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.data)

    async def read(self) -> bytes:
        """The bytes."""
        return self.data


@runtime_checkable
class Sliced(Protocol):
    """A source that can be read piece by piece."""

    async def slices(self) -> Slices | None:
        """Its bytes when they are asked for, None where it can only be read whole.

        Raises as `Source.read`.
        """
        ...


class InlineParser:
    """A `FileParser` that works where it is called: simple, and as patient as a hanging reader."""

    ahead = 0

    def __init__(self, parser: Parser) -> None:
        self.parser = parser

    async def parse(
        self, sources: Sequence[Source], known: Known
    ) -> AsyncIterator[Sequence[Parsed]]:
        """What becomes of each source, one at a time."""
        for source in sources:
            if source.path in self.parser.passed:
                continue
            try:
                data = await data_of(source, self.parser.limits)
            except FileError as error:
                yield [unread(source, error)]
                continue
            parse = self.parser.parse if isinstance(data, bytes) else self.parser.parse_large
            async for parsed in parse(source.path, data, source.modified, known):  # type: ignore[arg-type]  # one of both
                yield [parsed]


async def data_of(source: Source, limits: Limits) -> bytes | Slices:
    """The bytes of a file, or what reads them when they are asked for.

    By parts are read large archives and mailboxes, which are known by how they begin: mail
    programs give mailboxes names without an end.
    """
    if (source.size or 0) >= LARGE and isinstance(source, Sliced):
        data = await _given(source, source.slices())
        if data is not None and _large_family(source.path, data, limits):
            check_limit(source.path, len(data), limits.archive_bytes)
            return data
    return await bytes_of(source, limits)


def _large_family(path: str, data: Slices, limits: Limits) -> str:
    """As `large_family`; of a file that cannot be read its size is told first."""
    try:
        return large_family(path, data)
    except FileError:
        check_size(path, len(data), limits)
        raise


async def bytes_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a file; `FileError` where it cannot or need not be read."""
    if source.size is not None:
        check_size(source.path, source.size, limits)
    data = bytes(await _given(source, source.read()))
    check_size(source.path, len(data), limits)
    return data


async def _given(source: Source, asked: Awaitable[_T]) -> _T:
    """What a source gives. Raises `FileError("unreadable")`."""
    try:
        return await asked
    except FossickError as error:
        raise FileError(error.message, code="unreadable", hint=error.hint) from error
    except Exception as error:  # a file can vanish or be locked in ways that we cannot list
        _log.info("%s cannot be read", source.path, exc_info=error)
        message = f"{source.path} could not be read: {error}."
        raise FileError(message, code="unreadable") from error


def unread(source: Source, problem: FileError) -> Parsed:
    """What became of a source of which nothing could be read."""
    return Parsed(source.path, source.size or 0, b"", source.modified, problem=problem)
