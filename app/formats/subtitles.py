"""Subtitles (SRT and WebVTT): cues joined into sentences, each with the time it begins at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from app.core.model import Document
from app.errors import FileError
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem
from app.formats.writer import Writer

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\n]*")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]{1,80})>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]{0,200}>|\{\\?[^{}]{0,80}\}")
_SENTENCE_END = re.compile(r"[.!?…。！？\"”’)\]♪]$")
_LONGEST = 300
"""Characters after which a new block begins, whether a sentence has ended or not."""
_PAUSE = 4.0
"""Seconds of silence that end a sentence."""


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown at one time, in seconds."""

    start: float
    end: float
    voice: str
    text: str


def read_subtitles(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    r"""Sentences as paragraphs; the place of each is the time of its first cue, "0:01:23".

    Raises `FileError("damaged")` where no line has times.

    >>> cue = b"1\n00:01:23,500 --> 00:01:25,000\nGold is\nheavy.\n"
    >>> document = read_subtitles("a.srt", cue)
    >>> document.text, document.blocks[0].place
    ('Gold is heavy.', '0:01:23')
    """
    text, encoding = decode(data)
    writer = Writer(path, limits)
    held: list[Cue] = []
    found = False
    for cue in cues(text):
        found = True
        if not cue.text:
            continue
        if held and _ends(held, cue):
            _write(writer, held)
            held = []
        held.append(cue)
    _write(writer, held)
    if not found:
        raise FileError(f"{path} has no subtitles inside.", code="damaged")
    metadata = {"encoding": encoding}
    return Document(stem(path), writer.text, tuple(writer.blocks), "subtitles", metadata)


def cues(text: str) -> Iterator[Cue]:
    """The cues in order; a cue shown twice, as it rolls up the screen, is one."""
    lines = text.split("\n")
    times = [(number, match) for number, line in enumerate(lines) if (match := _TIMES.match(line))]
    before: list[str] = []
    for index, (number, match) in enumerate(times):
        last = times[index + 1][0] if index + 1 < len(times) else len(lines)
        body: list[str] = []
        for line in lines[number + 1 : last]:
            if not line.strip():
                break
            body.append(line)
        voice = _VOICE.search("\n".join(body))
        shown = [clean for line in body if (clean := _clean(line))]
        fresh = [line for line in shown if line not in before]
        before = shown
        yield Cue(
            _seconds(match, 1),
            _seconds(match, 5),
            " ".join(voice[1].split()) if voice else "",
            " ".join(fresh),
        )


def shown_time(seconds: float) -> str:
    """A time as players show it.

    >>> shown_time(83.5)
    '0:01:23'
    """
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _ends(held: list[Cue], cue: Cue) -> bool:
    """Whether a cue begins something new."""
    last = held[-1]
    return (
        cue.voice != last.voice
        or cue.start - last.end > _PAUSE
        or bool(_SENTENCE_END.search(last.text))
        or cue.text.startswith(("- ", "– ", "— ", ">>"))
        or sum(len(each.text) for each in held) > _LONGEST
    )


def _write(writer: Writer, held: list[Cue]) -> None:
    if held:
        text = " ".join(cue.text for cue in held)
        voice = held[0].voice
        place = shown_time(held[0].start)
        writer.add("paragraph", f"{voice}: {text}" if voice else text, place=place)


def _clean(line: str) -> str:
    return " ".join(unescape(_TAG.sub("", line)).split())


def _seconds(match: re.Match[str], group: int) -> float:
    hours, minutes, seconds, fraction = (match[group + step] or "0" for step in range(4))
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")
