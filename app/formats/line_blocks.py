"""Text that is written piece by piece, and the blocks in it, each with its line."""

from __future__ import annotations

from app.core.model import Block, BlockKind


class LineBlocks:
    """Blocks of a text that has the lines of its source."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._cuts: list[tuple[int, BlockKind, int]] = [(0, "paragraph", 0)]

    def write(self, text: str) -> None:
        """Text of the open block."""
        if text:
            self._pieces.append(text)
            self._length += len(text)

    def begin(self, kind: BlockKind, level: int = 0) -> None:
        """The open block ends here, and one of this kind begins."""
        cut = (self._length, kind, level)
        if self._cuts[-1][0] == self._length:
            self._cuts[-1] = cut
        else:
            self._cuts.append(cut)

    def end(self) -> None:
        """The open block ends; what follows is a paragraph."""
        self.begin("paragraph")

    def finish(self) -> tuple[str, tuple[Block, ...]]:
        """The text and its blocks, without spaces at their ends."""
        text = "".join(self._pieces)
        blocks: list[Block] = []
        line, counted = 1, 0
        for (start, kind, level), (end, *_) in zip(
            self._cuts, [*self._cuts[1:], (len(text), "", 0)], strict=True
        ):
            body = text[start:end]
            begin = start + len(body) - len(body.lstrip())
            stop = begin + len(body.strip())
            if begin < stop:
                line += text.count("\n", counted, begin)
                counted = begin
                blocks.append(Block(kind, begin, stop, level, line=line))
        return text, tuple(blocks)
