"""Blocks to a document's canonical text, one after the other, within limits."""

from __future__ import annotations

from app.core.model import Block, BlockKind
from app.errors import FileError
from app.formats.limits import DEFAULT_LIMITS, Limits

__all__ = ["Writer"]

_LINES: frozenset[BlockKind] = frozenset({"list", "table", "code"})


class Writer:
    """Collects text and the blocks in it; `page` is on every block once pages are begun."""

    def __init__(self, path: str, limits: Limits = DEFAULT_LIMITS) -> None:
        self.blocks: list[Block] = []
        self.page: int | None = None
        self._path = path
        self._limits = limits
        self._parts: list[str] = []
        self._position = 0
        self._fresh = True
        self._open = False

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)

    def add(
        self,
        kind: BlockKind,
        text: str,
        *,
        level: int = 0,
        line: int | None = None,
        place: str = "",
    ) -> None:
        r"""A block of its own; nothing where `text` is blank.

        Items of a list, rows of a table and lines of code that follow each other are lines of one
        block, or of one each where they have places.

        >>> writer = Writer("a")
        >>> writer.add("heading", "Gold", level=1)
        >>> for row in ("Au\t79", "Ag\t47"):
        ...     writer.add("table", row)
        >>> writer.text, [writer.text[block.start : block.end] for block in writer.blocks]
        ('Gold\n\nAu\t79\nAg\t47', ['Gold', 'Au\t79\nAg\t47'])
        """
        # Leading tabs are empty cells, leading spaces the depth of an item.
        text = text.strip("\n\r\f").rstrip() if kind in _LINES else text.strip()
        if not text.strip():
            return
        last = self.blocks[-1] if self.blocks else None
        follows = self._open and last is not None and last.kind == kind and kind in _LINES
        self._put("" if self._fresh else "\n" if follows else "\n\n")
        start = self._position
        self._put(text)
        if follows and last is not None and not place and not last.place:
            self.blocks[-1] = Block(
                last.kind, last.start, self._position, page=last.page, line=last.line
            )
        else:
            self.blocks.append(Block(kind, start, self._position, level, self.page, line, place))
        self._fresh, self._open = False, True

    def end_lines(self) -> None:
        """End of a list or table: the next one is a block of its own."""
        self._open = False

    def next_page(self) -> None:
        """Begin a page; the first one too, and before anything is written.

        Raises `FileError("too-large")` beyond `Limits.pages`.
        """
        if self.page is not None:
            self._put("\f")
        self.page = (self.page or 0) + 1
        self._fresh, self._open = True, False
        if self.page > self._limits.pages:
            raise FileError(
                f"{self._path} has more than {self._limits.pages} pages.", code="too-large"
            )

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._position += len(text)
        if self._position > self._limits.characters:
            raise FileError(
                f"{self._path} has more than {self._limits.characters} characters of text.",
                code="too-large",
            )
