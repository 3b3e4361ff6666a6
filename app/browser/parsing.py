"""Reading files in a worker of their own: the end in that worker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from app.browser import ffi
from app.browser.files import BrowserSource
from app.browser.pdf import BrowserPdfReader
from app.core.analysis.wordpiece import WordPiece, estimate_tokens
from app.errors import FileError
from app.formats.crossing import encode
from app.formats.families import FAMILIES
from app.formats.inside import inside
from app.formats.limits import Limits
from app.formats.parsing import Parsed, Parser
from app.formats.sources import InlineParser, data_of

BATCH = 1 << 18
"""Characters of JSON after which a batch is handed over."""


class ParseEndpoint:
    """What the parse worker's JavaScript calls; one job at a time."""

    def __init__(
        self, parser: InlineParser, need: Callable[[Sequence[str]], Awaitable[None]]
    ) -> None:
        """`need` installs packages by their import names."""
        self._parser = parser
        self._need = need
        self._outcomes: AsyncIterator[Sequence[Parsed]] | None = None

    def begin(self, sources: ffi.JsObject, known: str, done: ffi.JsObject) -> None:
        """Take on a job; `known` is a JSON object of digests in hex by path.

        `done` are paths of which nothing is to be said, since that was done before.
        """
        digests = {path: bytes.fromhex(text) for path, text in json.loads(known).items()}
        self._parser.parser.passed = frozenset(str(path) for path in done)
        self._outcomes = self._parser.parse([BrowserSource.of(one) for one in sources], digests)

    async def member(self, source: ffi.JsObject, wanted: str) -> ffi.JsObject:
        """The bytes of a file in an archive or a mail, null where there is none of this path."""
        parser = self._parser.parser
        container = BrowserSource.of(source)
        if ".msg/" in f"{container.path}/{wanted}".lower():
            await self._need(FAMILIES["msg"].wheels)
        try:
            data = await data_of(container, parser.limits)
            if not isinstance(data, bytes):
                data = parser.heard(data)
            found = inside(container.path, data, wanted, parser.limits)
        except FileError:
            return None
        return None if found is None else ffi.to_uint8_array(found)

    async def next(self) -> ffi.JsObject:
        """The next outcomes, `{batch, paths}`, null at the end of the job."""
        assert self._outcomes is not None
        rows: list[str] = []
        paths: list[str] = []
        size = 0
        async for some in self._outcomes:
            for parsed in some:
                rows.append(encode(parsed))
                paths.append(parsed.path)
                size += len(rows[-1])
            if size >= BATCH:
                break
        return ffi.to_javascript({"batch": f"[{','.join(rows)}]", "paths": paths}) if rows else None


def endpoint(
    pdf: ffi.JsObject, vocabulary: str, limits: str, tell: ffi.JsObject, need: ffi.JsObject
) -> Any:  # noqa: ANN401
    """The worker's end. `pdf` has a method `pages`; `limits` is a JSON object of those that are not
    the defaults; `tell` hears which file is opened, `need` installs packages by their import
    names."""

    async def install(wheels: Sequence[str]) -> None:
        await ffi.settled(need(ffi.to_javascript(list(wheels))), FileError)

    pieces = vocabulary.splitlines()
    parser = Parser(
        count_tokens=WordPiece(pieces).count if pieces else estimate_tokens,
        pdf_reader=BrowserPdfReader(pdf),
        limits=Limits.of(json.loads(limits)),
        tell=tell,
        need=install,
    )
    return ParseEndpoint(InlineParser(parser), install)
