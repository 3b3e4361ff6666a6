"""Plain text: paragraphs parted by blank lines, and the headings that people mark in it.

Underlined titles count, as reStructuredText and many a README have them, "== titles" of AsciiDoc
and wikis, and lines like "CHAPTER IX" that stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.core.model import Block, Document
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import file_name

_BREAK = re.compile(r"\n[^\S\n]*\n\s*|\f\s*")
_UNDERLINED = re.compile(
    r"(?:(?P<over>[=\-~^\"'`#*+.:_])(?P=over){2,}[^\S\n]*\n)?"
    r"(?P<title>[^\n]{1,120})\n(?P<mark>[=\-~^\"'`#*+.:_])(?P=mark){2,}[^\S\n]*(?P<end>\n|\Z)"
)
_MARKED = re.compile(r"(?P<mark>={1,6})[^\S\n]+(?P<title>\S[^\n]{0,120})(?:\n|\Z)")
_ORDINALS = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|first|second|third)"
_PART = re.compile(
    r"(?:(?P<one>book|part|volume|buch|teil|livre|partie|libro|parte|часть|том)"
    r"|(?P<two>chapter|appendix|prologue|epilogue|preface|foreword|introduction|kapitel|anhang"
    r"|chapitre|capítulo|capitolo|глава|act)"
    rf"|(?P<three>section|scene|abschnitt))\b(?:[\s:.—–-]+(?P<number>\d+|[ivxlc]+\b|{_ORDINALS}\b))?",
    re.IGNORECASE,
)
_PART_CJK = re.compile(
    r"第[0-9〇一二三四五六七八九十百千]+(?:(?P<one>[部卷編编])|(?P<two>[章回話话])|节|節)"
)
_ALONE = frozenset({"prologue", "epilogue", "preface", "foreword", "introduction"})
_LONGEST_TITLE = 80


def read_text(path: str, data: bytes, _limits: Limits = DEFAULT_LIMITS) -> Document:
    """A document whose canonical text is the file's, line ends aside."""
    text, encoding = decode(data)
    return Document(
        title=file_name(path),
        text=text,
        blocks=tuple(text_blocks(text)),
        kind="text",
        metadata={"encoding": encoding},
    )


def text_blocks(text: str) -> list[Block]:
    """Paragraphs and headings with their lines.

    The order in which underlines are first used ranks them, as in reStructuredText.
    """
    blocks: list[Block] = []
    marks: list[str] = []
    line, counted = 1, 0
    for begin, end in _stretches(text):
        position = begin
        while position < end:
            line += text.count("\n", counted, position)
            counted = position
            block = _titled(text, position, end, line, marks) or _plain(text, position, end, line)
            blocks.append(block)
            position = block.end + 1 if block.kind == "heading" else end
    return blocks


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """What stands between blank lines."""
    begin = 0
    for match in _BREAK.finditer(text):
        if text[begin : match.start()].strip():
            yield begin, match.start()
        begin = match.end()
    if text[begin:].strip():
        yield begin, len(text)


def _titled(text: str, begin: int, end: int, line: int, marks: list[str]) -> Block | None:
    """The heading at `begin` if the line there is underlined, or marked as AsciiDoc does."""
    marked = _MARKED.match(text, begin, end)
    if marked:
        level = len(marked["mark"])
        return Block("heading", begin, marked.end("title"), level, line=line)
    title = _UNDERLINED.match(text, begin, end)
    if title is None or not _is_underlined(title):
        return None
    mark = (title["over"] or "") + title["mark"]
    if mark not in marks:
        marks.append(mark)
    level = min(marks.index(mark) + 1, 6)
    return Block("heading", begin, title.end() - len(title["end"]), level, line=line)


def _plain(text: str, begin: int, end: int, line: int) -> Block:
    level = _part_level(text[begin:end]) if end - begin <= _LONGEST_TITLE else 0
    return Block("heading" if level else "paragraph", begin, end, level, line=line)


def _is_underlined(match: re.Match[str]) -> bool:
    title = match["title"].strip()
    length = match.end() - len(match["end"]) - match.end("title") - 1
    mark = not title.strip(match["mark"])
    return bool(title) and not mark and len(title) - 2 <= length <= 4 * len(title) + 40


def _part_level(text: str) -> int:
    """1 to 3 for "PART ONE", "Chapter 7: The end", "Scene ii"; 0 for anything else."""
    stripped = text.strip()
    if "\n" in stripped or stripped.endswith((".", ",", ";")):
        return 0
    match = _PART_CJK.match(stripped)
    if match is None:
        match = _PART.match(stripped)
        if match is None or not _is_numbered(match, stripped):
            return 0
    groups = match.groupdict()
    return 1 if groups["one"] else 2 if groups["two"] else 3


def _is_numbered(match: re.Match[str], text: str) -> bool:
    """Whether the word that names a part has its number, or needs none."""
    number = match["number"] or ""
    if number.isdigit() or re.fullmatch(r"[IVXLC]+|[ivxlc]+", number):
        return True
    if number:
        return text.isupper() or (match.end() == len(text) and text[0].isupper())
    return match.end() == len(text) and text[0].isupper() and text.lower() in _ALONE
