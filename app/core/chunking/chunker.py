"""The chunks of a document: slices of its text in order, none too long for the model."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.core.chunking.atoms import AFTER_HEADING, Atom, Measure, block_atoms, colon_cost
from app.core.chunking.cuts import cheapest_cuts, overlap_starts
from app.core.chunking.sections import Section, sections
from app.core.model import Address, Block, Chunk, Document
from app.errors import InputError

_TINY = 12
"""A section of less than one part in twelve of a chunk joins the next one beside it."""


@dataclass(slots=True)
class _Run:
    """Atoms that may share chunks, and the heading path they stand under."""

    path: tuple[str, ...]
    atoms: list[Atom]
    joined: bool = False

    @property
    def weight(self) -> int:
        return sum(atom.weight for atom in self.atoms)


def chunk(
    document: Document,
    *,
    count_tokens: Callable[[str], int],
    size: int = 200,
    overlap: float = 0.15,
) -> list[Chunk]:
    """Cut a document into chunks of `size` model tokens at most.

    Each chunk is a slice of `document.text`; together they hold every character that is not
    a space. Within prose a chunk repeats about `overlap` of its size from the one before, in
    whole sentences. Headings stay with what follows them, and chunks do not go on past the next
    heading, except that a section of a few words joins the next of its level.

    `size` is from 16 up and `overlap` from 0 to 0.5; `InputError` otherwise. Time grows with the
    length of the text.
    """
    if size < 16:
        raise InputError(f"The chunk size is {size} tokens; it must be 16 or more.")
    if not 0 <= overlap <= 0.5:
        raise InputError(f"The overlap is {overlap}; it must be from 0 to 0.5.")
    measure = Measure(count_tokens, size)
    places = _Places(document)
    chunks: list[Chunk] = []
    for run in _joined(document, measure):
        for start, end in _spans(document.text, run.atoms, measure, overlap):
            begin = places.indented(start)
            chunks.append(Chunk(begin, end, places.address(start, end, run.path)))
    return chunks


def _joined(document: Document, measure: Measure) -> Iterator[_Run]:
    """Runs of atoms, one a section, tiny sections joined to the next."""
    waiting: _Run | None = None
    for section in sections(document):
        run = _run(document.text, section, measure)
        if not run.atoms:
            continue
        if waiting is not None:
            joined = _join(waiting, run, measure)
            if joined is None:
                yield waiting
            run = joined or run
        waiting = run
    if waiting is not None:
        yield waiting


def _join(first: _Run, second: _Run, measure: Measure) -> _Run | None:
    """Both as one run under the heading they share, None where they should stay apart."""
    beside = bool(first.path) and first.path[:-1] == second.path[:-1]
    if len(first.path) + 1 == len(second.path):
        beside = first.joined and second.path[:-1] == first.path
    if not beside or first.weight * _TINY >= measure.size:
        return None
    if first.weight + second.weight > measure.size:
        return None
    return _Run(second.path[:-1], first.atoms + second.atoms, joined=True)


def _run(text: str, section: Section, measure: Measure) -> _Run:
    atoms: list[Atom] = []
    after_heading = False
    for block in section.blocks:
        for atom in block_atoms(text, block, measure):
            if after_heading:
                atoms.append(atom._replace(cost=AFTER_HEADING))
            elif atoms:
                atoms.append(colon_cost(text, atoms[-1], atom))
            else:
                atoms.append(atom)
            after_heading = False
        after_heading = block.kind == "heading"
    return _Run(section.path, atoms)


def _spans(
    text: str, atoms: list[Atom], measure: Measure, overlap: float
) -> Iterator[tuple[int, int]]:
    """Chunks of one run as (start, end)."""
    size = measure.size
    starts = overlap_starts(atoms, size, overlap * size)
    cuts = cheapest_cuts(atoms, starts, size)
    previous = -1
    for begin, after in zip(cuts, [*cuts[1:], len(atoms)], strict=True):
        first = begin if previous < 0 else max(starts[begin], previous + 1)
        spans = list(_checked(text, atoms[first:after], begin - first, measure))
        yield from spans
        # The last part of a chunk that had to be parted is not looked into for repetition.
        previous = begin if len(spans) == 1 else after - 1


def _checked(
    text: str, atoms: list[Atom], repeated: int, measure: Measure
) -> Iterator[tuple[int, int]]:
    """The chunk of these atoms, made smaller if they count for more together than one by one."""
    start, end = atoms[0].start, atoms[-1].end
    if measure.count_tokens(text[start:end]) <= measure.size or len(atoms) == 1:
        yield start, end
    elif repeated:
        yield from _checked(text, atoms[repeated:], 0, measure)
    else:
        half = len(atoms) // 2
        yield from _checked(text, atoms[:half], 0, measure)
        yield from _checked(text, atoms[half:], 0, measure)


class _Places:
    """Turns offsets into pages and lines."""

    def __init__(self, document: Document) -> None:
        blocks = document.blocks
        self._blocks = blocks
        self._text = document.text
        self._starts = [block.start for block in blocks]
        has_lines = any(block.line is not None for block in blocks)
        has_pages = any(block.page is not None for block in blocks)
        self._newlines = _offsets("\n", document.text) if has_lines else []
        self._page_breaks = _offsets("\f", document.text) if has_pages else []

    def address(self, start: int, end: int, path: tuple[str, ...]) -> Address:
        """Address of the slice from `start` to `end`."""
        first, last = self._block(start), self._block(end - 1)
        if first is None or last is None:
            return Address(heading=path)
        return Address(
            page=_count_on(first.page, first.start, start, self._page_breaks),
            end_page=_count_on(last.page, last.start, end - 1, self._page_breaks),
            line=_count_on(first.line, first.start, start, self._newlines),
            end_line=_count_on(last.line, last.start, end - 1, self._newlines),
            place=first.place or None,
            end_place=last.place or None,
            heading=path,
        )

    def indented(self, start: int) -> int:
        """`start` with the indentation of its line, where it is code."""
        block = self._block(start)
        if block is None or block.kind != "code":
            return start
        begin = start
        while begin > block.start and self._text[begin - 1] in " \t":
            begin -= 1
        return begin if begin == 0 or self._text[begin - 1] == "\n" else start

    def _block(self, position: int) -> Block | None:
        """The block at or before the position, else the first one."""
        if not self._blocks:
            return None
        return self._blocks[max(0, bisect_left(self._starts, position + 1) - 1)]


def _offsets(char: str, text: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(char), text)]


def _count_on(number: int | None, start: int, position: int, breaks: list[int]) -> int | None:
    """`number`, that of `start`, and one more for each break up to `position`."""
    if number is None:
        return None
    return number + bisect_left(breaks, position) - bisect_left(breaks, start)
