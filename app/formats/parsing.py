"""Files, and the files inside of them, read and cut: all that is done before the engine.

Without NumPy and without the engine, so that it runs in a worker or a process of its own, where a
reader that hangs can be ended.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from app import formats
from app.core.chunking import chunk
from app.core.model import Chunk, Document
from app.errors import FileError, FossickError
from app.formats.families import FAMILIES, Member
from app.formats.inside import members_by_parts
from app.formats.limits import DEFAULT_LIMITS, Limits, check_limit
from app.formats.names import whole_text
from app.formats.pdf import PdfContents, opened
from app.formats.slices import Heard, Slices, digest

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

Known = Mapping[str, bytes]
"""SHA-256 of files that are indexed already, by path: what is unchanged is not read again."""


class PdfReader(Protocol):
    """Renders PDFs to text items: pdf.js in the browser, PDFium on a host."""

    async def contents(self, path: str, data: bytes, limits: Limits) -> PdfContents:
        """The pages, and what stands beside their text.

        Raises `FileError`: `encrypted`, `damaged`, or `too-large` for more pages than `limits`
        allows; `path` is for the message.
        """
        ...


@dataclass(frozen=True, slots=True)
class CutDocument:
    """A document and its chunks; what it was cut by is no longer needed."""

    title: str
    text: str
    kind: str
    chunks: Sequence[Chunk]
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What became of one file, or of one inside of another.

    With neither `document` nor `problem` it is unchanged, or holds nothing but other files. The
    files inside of one come before it.
    """

    path: str
    """Of a member: the path of what it is in, "/", its own."""
    size: int
    digest: bytes
    """SHA-256."""
    modified: float | None = None
    document: CutDocument | None = None
    problem: FileError | None = None
    members: int | None = None
    """Files that were found inside, None for what is no container, or was not opened."""
    left: int = 0
    """Files that come after it in what it is in, as far as that is known before they are read."""


class Parser:
    """Reads and cuts files."""

    def __init__(
        self,
        *,
        count_tokens: Callable[[str], int],
        pdf_reader: PdfReader | None = None,
        limits: Limits = DEFAULT_LIMITS,
        tell: Callable[[str], None] | None = None,
        need: Callable[[Sequence[str]], Awaitable[None]] | None = None,
    ) -> None:
        """`tell` hears the path of each file before it is opened, `need` the packages to import."""
        self.limits = limits
        self._count_tokens = count_tokens
        self._pdf_reader = pdf_reader
        self._tell = tell or (lambda _path: None)
        self._need = need
        self.passed: frozenset[str] = frozenset()
        """Paths of which nothing is said, for they were dealt with before."""

    async def parse(
        self, path: str, data: bytes, modified: float | None, known: Known
    ) -> AsyncIterator[Parsed]:
        """The files inside of this one, at any depth, then itself. Raises nothing for any bytes."""
        parsed = Parsed(path, len(data), hashlib.sha256(data).digest(), modified)
        async for one in self._opened(parsed, data, known, self.limits):
            yield one

    async def parse_large(
        self, path: str, data: Slices, modified: float | None, known: Known
    ) -> AsyncIterator[Parsed]:
        """As `parse`, of an archive or a mailbox that is never in memory as a whole."""
        if path in self.passed:
            return
        data = self.heard(data, path)
        parsed = Parsed(path, len(data), b"", modified)
        try:
            check_limit(path, len(data), self.limits.archive_bytes)
            parsed = replace(parsed, digest=digest(data))
        except FileError as error:
            yield replace(parsed, problem=error)
            return
        if known.get(path) == parsed.digest:
            yield parsed
            return
        members = members_by_parts(path, data, self.limits)
        async for one in self._taken_apart(parsed, members, known, self.limits):
            yield one

    def heard(self, data: Slices, path: str = "") -> Slices:
        """The same bytes; while they are read, there are signs of life, of this path."""
        return Heard(data, lambda: self._tell(path))

    async def _opened(
        self, parsed: Parsed, data: bytes, known: Known, limits: Limits
    ) -> AsyncIterator[Parsed]:
        path = parsed.path
        if path in self.passed:
            return
        if known.get(path) == parsed.digest:
            yield parsed
            return
        self._tell(path)
        name = _guarded(path, lambda: formats.detect(path, data, limits))
        if isinstance(name, FileError):
            yield replace(parsed, problem=name)
            return
        family = FAMILIES[name]
        if family.wheels and self._need is not None:
            await self._need(family.wheels)
        found = await self._contents(path, data, name, limits)
        if isinstance(found, FileError):
            yield replace(parsed, problem=found)
        elif found is None:
            document = _guarded(path, lambda: formats.read_as(name, path, data, limits))
            yield self._ended(parsed, document)
        else:
            async for one in self._taken_apart(parsed, found, known, limits):
                yield one

    async def _contents(
        self, path: str, data: bytes, family: str, limits: Limits
    ) -> Iterator[Member] | FileError | None:
        """The files inside of a file; None where its family has none."""
        if family == "pdf":
            contents = await self._pdf(path, data, limits)
            return contents if isinstance(contents, FileError) else opened(path, contents, limits)
        members = FAMILIES[family].unpacker()
        return None if members is None else members(path, data, limits)

    async def _taken_apart(
        self, parsed: Parsed, members: Iterator[Member], known: Known, limits: Limits
    ) -> AsyncIterator[Parsed]:
        """What becomes of the files inside of one, then of itself."""
        path, count, spent = parsed.path, 0, 0
        while isinstance(member := _guarded(path, lambda: _next(members)), Member):
            count += 1
            if limits.depth == 0:
                member = _too_deep(path)
                break
            spent += len(member.data)
            inner = replace(
                limits, depth=limits.depth - 1, expanded_bytes=limits.expanded_bytes - spent
            )
            async for one in self._inside(parsed, member, known, inner):
                yield one
        if member is None and count == 0:
            member = FileError(f"{path} holds no files.", code="empty")
        yield self._ended(replace(parsed, members=count), member)

    async def _inside(
        self, container: Parsed, member: Member, known: Known, limits: Limits
    ) -> AsyncIterator[Parsed]:
        """A member of a file, or why it could not be unpacked."""
        parsed = _member(container, member)
        if member.problem is not None:
            yield replace(parsed, problem=member.problem)
            return
        async for one in self._opened(parsed, member.data, known, limits):
            yield one

    def _ended(self, parsed: Parsed, document: Document | FileError | None) -> Parsed:
        """What became of a file, once all that is in it is dealt with."""
        path = parsed.path
        if isinstance(document, Document):
            whole = document
            cut = _guarded(path, lambda: self.cut(path, formats.with_text(path, whole)))
            if isinstance(cut, CutDocument):
                return replace(parsed, document=cut)
            document = cut
        return replace(parsed, problem=document)

    async def _pdf(self, path: str, data: bytes, limits: Limits) -> PdfContents | FileError:
        if self._pdf_reader is None:
            return FileError(f"{path} is a PDF, and no PDF reader is there.", code="unsupported")
        try:
            contents = await self._pdf_reader.contents(path, data, limits)
        except Exception as error:  # whatever a file does to a reader, the others go on
            return _named(path, error)
        said = sum(len(text) for page in contents.pages for text in page.strings)
        if said + sum(len(note.text) for note in contents.notes) > limits.characters:
            what = f"{path} has more than {limits.characters} characters of text."
            return FileError(what, code="too-large")
        return contents

    def cut(self, path: str, document: Document) -> CutDocument:
        """The document with its chunks. Raises `FileError("no-text")` where there are none."""
        text, title = whole_text(document.text), whole_text(document.title)
        if text is not document.text or title is not document.title:
            document = replace(document, text=text, title=title)
        chunks = chunk(document, count_tokens=self._count_tokens)
        if not chunks:
            raise FileError(f"{path} has no text inside.", code="no-text")
        return CutDocument(title, text, document.kind, chunks, document.metadata)


def _member(container: Parsed, member: Member) -> Parsed:
    own = hashlib.sha256(member.data).digest()
    name, left = f"{container.path}/{member.path}", container.left + member.left
    return Parsed(name, len(member.data), own, member.modified, left=left)


def _next(members: Iterator[Member]) -> Member | Document | None:
    """The next member; behind the last one the document that they came with, if there is one."""
    try:
        return next(members)
    except StopIteration as end:
        found: Document | None = end.value
        return found


def _guarded(path: str, call: Callable[[], _T]) -> _T | FileError:
    """What the call gives, or why it cannot."""
    try:
        return call()
    except Exception as error:  # whatever a file does to a reader, the others go on
        return _named(path, error)


def _named(path: str, error: Exception) -> FileError:
    """What went wrong as an error of one file.

    It is kept, so it lets go of where it came from: that holds the bytes of the file.
    """
    if isinstance(error, FileError):
        error.__context__ = error.__cause__ = None
        return error.with_traceback(None)
    if isinstance(error, FossickError):
        return FileError(error.message, code="unsupported", hint=error.hint)
    if isinstance(error, (MemoryError, RecursionError)):
        return FileError(f"{path} is too large, or too deeply nested.", code="too-large")
    _log.error("%s broke its reader", path, exc_info=error)
    return FileError(f"{path} could not be read.", code="damaged")


def _too_deep(path: str) -> FileError:
    return FileError(
        f"{path} lies too deep inside of other archives.",
        code="too-large",
        hint="Unpack the outer archives, then add what is in them.",
    )
