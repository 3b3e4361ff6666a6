"""The engine's hold on the parse workers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence

from app.browser import ffi
from app.browser.files import BrowserSource
from app.errors import FileError
from app.formats import extension
from app.formats.crossing import decode
from app.formats.parsing import Known, Parsed
from app.formats.sources import InlineParser, Source

FEW = 8
"""So few small files of text are not worth starting workers for: a note, a page."""
LIGHT_BYTES = 1 << 18
"""Files of text up to this size are read by the engine itself while the workers start."""


class BrowserParser:
    """A `FileParser` over a ParsePool of static/workers/parse-pool.js.

    While its workers start, and where they cannot, `inline` reads instead: there a file that
    hangs its reader would hang the engine, so that it gets simple ones only, unless there is no
    other way.
    """

    def __init__(self, pool: ffi.JsObject, inline: InlineParser) -> None:
        self.ahead = int(pool.size)
        self._pool = pool
        self._inline = inline

    async def parse(
        self, sources: Sequence[Source], known: Known
    ) -> AsyncIterator[Sequence[Parsed]]:
        """What becomes of the sources, as they are ready."""
        is_light = all(map(_is_light, sources))
        if not is_light or len(sources) > FEW:
            self._pool.warm()
        if not (self._pool.broken or (is_light and not self._pool.ready)):
            try:
                async for some in self._by_workers(sources, known):
                    yield some
                return
            except FileError:
                if not self._pool.broken:
                    raise
        async for some in self._inline.parse(sources, known):
            yield some

    async def _by_workers(
        self, sources: Sequence[Source], known: Known
    ) -> AsyncIterator[Sequence[Parsed]]:
        handles = [source.handle for source in sources if isinstance(source, BrowserSource)]
        digests = json.dumps({path: digest.hex() for path, digest in known.items()})
        job = self._pool.begin(ffi.to_javascript(handles), digests)
        try:
            while not ffi.is_nothing(batch := await ffi.settled(job.next(), FileError)):
                yield [decode(row) for row in json.loads(str(batch))]
        finally:
            job.close()


def _is_light(source: Source) -> bool:
    """Whether its name and size say that it is a small file of text."""
    if source.size is None or source.size > LIGHT_BYTES:
        return False
    return extension(source.path) in _LIGHT


_LIGHT = frozenset({"txt", "md", "markdown", "html", "htm", "py", "js", "ts", "rs", "c", "h"})
