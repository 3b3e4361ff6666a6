"""Blocks to atoms: the pieces that a cut never enters.

A block is taken apart only as far as it must be. A fence that fits is one atom; prose comes in
sentences; what is too long for a chunk goes down a level: lines, clauses, words, characters.
Each atom knows what a cut before it would cost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.core.chunking.graphemes import next_cut
from app.core.chunking.sentences import add_stripped, sentence_spans
from app.core.model import Block, BlockKind

Span = tuple[int, int]
Splitter = Callable[[str, int, int], list[Span]]

CHARS_PER_TOKEN = 16
"""A token stands for this many characters at most, so that a chunk stays one that people read:
the model takes any word of more than 100 characters for a single unknown token."""


class Atom(NamedTuple):
    """The slice `text[start:end]`, without spaces at its ends."""

    start: int
    end: int
    weight: int
    """Model tokens, or more where they stand for very many characters; at least 1."""
    cost: float
    """What a cut before it costs: 0 between blocks, 1 within a sentence."""
    prose: bool
    """Whether the next chunk may repeat it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Weighs text and holds what an atom and a chunk may weigh."""

    count_tokens: Callable[[str], int]
    size: int
    """Most that one chunk may weigh."""

    @property
    def grain(self) -> int:
        """Neighbours up to this weight together are one atom, so that atoms stay few."""
        return max(1, self.size // 16)

    def __call__(self, text: str, start: int, end: int) -> int:
        """Weight of `text[start:end]`."""
        tokens = self.count_tokens(text[start:end])
        return max(1, tokens, -(-(end - start) // CHARS_PER_TOKEN))


_CLAUSE = re.compile(r"[,;:—–](?=\s)|[，；：、،؛]")
_WORD = re.compile(r"\S+")
_LINE = re.compile(r"[^\n\f\u2028\u2029]+")
_GAP = re.compile(r"\n[^\S\n]*\n\s*")
_MEMBER_GAP = re.compile(r"\n[^\S\n]*\n(?:[^\S\n]*\n)*([^\S\n]*)(?=[^\s\])}])")
_INDENT = re.compile(r"\n([^\S\n]+)\S")
_ITEM = re.compile(r"^[^\S\n]*(?:[-*+•‣◦–]|\w{1,4}[.)]|\[\w+\])[^\S\n]", re.MULTILINE)


def _lines(text: str, start: int, end: int) -> list[Span]:
    spans: list[Span] = []
    for match in _LINE.finditer(text, start, end):
        add_stripped(spans, text, *match.span())
    return spans


def _words(text: str, start: int, end: int) -> list[Span]:
    return [match.span() for match in _WORD.finditer(text, start, end)]


def _members(text: str, start: int, end: int) -> list[Span]:
    """Methods of a class, and what else stands one level below the first line of a definition."""
    shallowest = min((len(match[1]) for match in _INDENT.finditer(text, start, end)), default=0)
    spans: list[Span] = []
    begin = start
    for match in _MEMBER_GAP.finditer(text, start, end):
        if len(match[1]) <= shallowest:
            add_stripped(spans, text, begin, match.start(1))
            begin = match.start(1)
    add_stripped(spans, text, begin, end)
    return spans


def _between(pattern: re.Pattern[str], *, keep: bool) -> Splitter:
    """Splitter at matches; a match stays with the piece before it (`keep`), else after it."""

    def split(text: str, start: int, end: int) -> list[Span]:
        spans: list[Span] = []
        begin = start
        for match in pattern.finditer(text, start, end):
            cut = match.end() if keep else match.start()
            add_stripped(spans, text, begin, cut)
            begin = cut
        add_stripped(spans, text, begin, end)
        return spans

    return split


_clauses = _between(_CLAUSE, keep=True)
_groups = _between(_GAP, keep=True)
_items = _between(_ITEM, keep=False)

_WITHIN_SENTENCE: tuple[tuple[Splitter, float], ...] = (
    (_lines, 0.5),
    (_clauses, 0.7),
    (_words, 1.0),
)
_LEVELS: dict[BlockKind, tuple[tuple[Splitter, float], ...]] = {
    "paragraph": ((sentence_spans, 0.15), *_WITHIN_SENTENCE),
    "heading": ((_words, 1.0),),
    "list": ((_items, 0.05), (sentence_spans, 0.3), *_WITHIN_SENTENCE),
    "table": ((_lines, 0.1), (_words, 1.0)),
    "code": ((_members, 0.05), (_groups, 0.25), (_lines, 0.5), (_words, 1.0)),
}
AFTER_HEADING = 8.0
_WITHIN_WORD = 2.0
_AFTER_COLON = 0.3


def block_atoms(text: str, block: Block, measure: Measure) -> list[Atom]:
    """Atoms of one block in order; together they hold every character that is not a space."""
    spans: list[Span] = []
    add_stripped(spans, text, block.start, block.end)
    if not spans:
        return []
    start, end = spans[0]
    prose = block.kind in {"paragraph", "list"}
    weight = measure(text, start, end)
    whole = block.kind in {"code", "heading"}
    if weight <= (measure.size if whole else measure.grain):
        return [Atom(start, end, weight, 0.0, prose)]
    atoms = _split(text, (start, end), _LEVELS[block.kind], measure, prose)
    return [atoms[0]._replace(cost=0.0), *atoms[1:]]


def colon_cost(text: str, before: Atom, after: Atom) -> Atom:
    """`after`, dearer to cut off when what stands before it announces it with a colon."""
    announced = text[before.end - 1] in ":：" and after.cost == 0
    return after._replace(cost=_AFTER_COLON) if announced else after


def _split(
    text: str,
    span: Span,
    levels: Sequence[tuple[Splitter, float]],
    measure: Measure,
    prose: bool,
) -> list[Atom]:
    if not levels:
        return _characters(text, span, measure, prose)
    (splitter, cost), *deeper = levels
    atoms: list[Atom] = []
    for start, end in splitter(text, *span):
        weight = measure(text, start, end)
        if weight > measure.size:
            inner = _split(text, (start, end), deeper, measure, prose)
            atoms += [inner[0]._replace(cost=cost), *inner[1:]]
        elif atoms and atoms[-1].weight + weight <= measure.grain:
            last = atoms[-1]
            atoms[-1] = Atom(last.start, end, last.weight + weight, last.cost, prose)
        else:
            atoms.append(Atom(start, end, weight, cost, prose))
    return atoms


def _characters(text: str, span: Span, measure: Measure, prose: bool) -> list[Atom]:
    """Pieces of a word too long for a chunk, cut between characters as readers see them."""
    atoms: list[Atom] = []
    position, end = span
    limit = max(1, measure.size // 8)
    step = limit
    while position < end:
        stop = min(next_cut(text, position, min(position + step, end)), end)
        weight = measure(text, position, stop)
        if weight > limit and step > 1:
            step = max(1, min(step, stop - position) // 2)
            continue
        if weight > measure.size:
            # One character as readers see it, with more accents than a chunk can hold.
            stop = position + 1
            weight = measure(text, position, stop)
        atoms.append(Atom(position, stop, weight, _WITHIN_WORD, prose))
        position = stop
        if weight * 2 < limit:
            step = min(step * 2, limit * CHARS_PER_TOKEN)
    return atoms
