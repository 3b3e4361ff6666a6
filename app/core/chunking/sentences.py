"""Where sentences end, in the scripts that mark it.

A full stop is a weak sign: it also ends abbreviations, initials and ordinals. The rules here
need no model: what stands before the stop and what follows the space decide.
"""

from __future__ import annotations

import re

_CLOSING = "\"'”’»›)\\]}」』】）》〉"
# The look-behind keeps a long row of dots from being tried again at each of its dots.
_END = re.compile(
    rf"(?P<stop>(?<![.!?؟۔।॥።…])[.!?؟۔।॥።…]++[{_CLOSING}*_`]*+)\s++"
    rf"[\"'“‘«(\[¿¡*_]*+(?P<first>\S)"
    rf"|[。！？｡]++[{_CLOSING}]*+"
)
_WORD_BEFORE = re.compile(r"[^\W\d_]+(?:\.[^\W\d_]+)*\Z|\d+\Z")
_LOOK_BACK = 24

# Titles and names, then words that are rarely the last of a sentence, by language.
_ANYWHERE = """
mr mrs ms dr prof st sr jr rev hon gen col maj capt lt sgt messrs mme mlle hr fr sra srta dra
vs cf eg ie viz ca approx resp incl excl eds vols nos pp figs refs eqs dept univ
jan feb apr jun jul aug sept oct nov dec
bzw usw ggf evtl vgl bspw abs str tel sog zzgl inkl exkl geb gest av pág págs núm ud uds
т д г гг ул стр рис см др пр тыс млн млрд
"""
# Words of their own, and abbreviations only where a digit follows.
_BEFORE_DIGITS = "no nr p fig sec ch chap art eq tab vol ed app ref mar sep ann n"
ABBREVIATIONS = frozenset(_ANYWHERE.split())
NUMBER_ABBREVIATIONS = frozenset(_BEFORE_DIGITS.split())


def sentence_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of `text[start:end]` as (start, end), without the spaces between them.

    >>> text = "Dr. Lee paid 3.5 euros. It was late! 好的。再见。"
    >>> [text[a:b] for a, b in sentence_spans(text, 0, len(text))]
    ['Dr. Lee paid 3.5 euros.', 'It was late!', '好的。', '再见。']
    """
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, end):
        if match["stop"] is None:
            stop = match.end()
        elif _ends_sentence(text, begin, match):
            stop = match.end("stop")
        else:
            continue
        add_stripped(spans, text, begin, stop)
        begin = stop
    add_stripped(spans, text, begin, end)
    return spans


def add_stripped(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    """Append (start, end) without the spaces at its ends, unless nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    """Whether a sentence that began at `begin` ends at the stop found."""
    stop, first = match["stop"], match["first"]
    if first.islower():
        # An abbreviation, or a question within a sentence: "Really?" she said.
        return False
    if stop != ".":
        return True
    before = text[max(begin, match.start() - _LOOK_BACK) : match.start()]
    word = _WORD_BEFORE.search(before)
    if word is None:
        return True
    if word.group().isdigit():
        # "1. First" at the start of a line or sentence is a number; "in 1989. The" ends one.
        lead = before[: word.start()]
        begins = not lead.strip() and match.start() - begin < _LOOK_BACK
        return not (begins or lead.endswith("\n"))
    return not _is_abbreviation(word.group(), first)


def _is_abbreviation(word: str, first: str) -> bool:
    if "." in word:
        return len(word.rsplit(".", 1)[1]) == 1
    if len(word) == 1 and word.isupper():
        return word != "I"
    return word.lower() in ABBREVIATIONS or (
        first.isdigit() and word.lower() in NUMBER_ABBREVIATIONS
    )
