"""XML to events, safely: the one way in which readers look at XML from files.

Entities that a file declares are refused, so nothing grows and nothing outside is asked for;
depth and characters are limited; elements that are not closed are `damaged`. Streams are parsed as
they come: the tree of a file is never held.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from html.entities import html5
from typing import Protocol
from xml.parsers import expat

from app.errors import FileError
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits

__all__ = ["Attributes", "Events", "parse"]

Attributes = dict[str, str]

_NATIVE = frozenset({"utf-8", "utf8", "utf-16", "iso-8859-1", "us-ascii", "ascii"})
_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})")
_DECLARATION = 512
_SLICE = 1 << 20
_BLANK = b" \t\r\n"
_PER_DEPTH = 100


class Events(Protocol):
    """What is told of the elements of a file, in their order."""

    def start(self, name: str, attributes: Attributes, /) -> None:
        """An element begins."""

    def end(self, name: str, /) -> None:
        """An element ends."""

    def text(self, text: str, /) -> None:
        """Text of the innermost open element, or a part of it."""


def parse(
    path: str,
    source: bytes | Iterable[bytes],
    events: Events,
    *,
    limits: Limits = DEFAULT_LIMITS,
    namespaces: Mapping[str, str] | None = None,
    locate: Callable[[Callable[[], int]], None] | None = None,
) -> None:
    r"""Tell `events` of everything in a file of XML; `path` names it in messages.

    With `namespaces`, a map from their URIs to prefixes, names are "prefix:local" whatever
    prefixes the file has; local names alone where the prefix is empty or there is no namespace,
    and "?:local" for any other one. Without, names are as they are written. `locate` is given a
    function that tells the line of the source, from 1, while `events` hears of something.

    Raises `FileError`: `damaged` for what is not well-formed or declares entities, `too-large`
    beyond the depth or the characters of `limits`. What `events` raises goes through.

    >>> class Shown:
    ...     def start(self, name, attributes): print(name, attributes)
    ...     def end(self, name): print("end of", name)
    ...     def text(self, text): print(repr(text))
    >>> parse("a.xml", b'<x:a xmlns:x="urn:x" b="1">Gold</x:a>', Shown(), namespaces={"urn:x": "g"})
    g:a {'b': '1'}
    'Gold'
    end of g:a
    """
    pieces = _slices(source) if isinstance(source, bytes) else iter(source)
    first = _beginning(pieces)
    declared = _ENCODING.match(first)
    encoding = declared[1].decode("ascii").lower() if declared else ""
    override = None
    if encoding and encoding not in _NATIVE:
        first = decode(b"".join([first, *pieces]), encoding)[0].encode("utf-8", "replace")
        pieces, override = iter(()), "utf-8"
    parser = expat.ParserCreate(override, " " if namespaces is not None else None)
    _connect(parser, path, events, limits, namespaces)
    if locate is not None:
        locate(lambda: parser.CurrentLineNumber)
    try:
        parser.Parse(first, False)
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _damaged(path, f"is no well-formed XML ({error})") from error


def _connect(
    parser: expat.XMLParserType,
    path: str,
    events: Events,
    limits: Limits,
    namespaces: Mapping[str, str] | None,
) -> None:
    """Set the handlers, as closures: they are called millions of times."""
    names = _Names(namespaces or {})
    depth = characters = 0
    deepest, most = limits.depth * _PER_DEPTH, limits.characters
    on_start, on_end, on_text = events.start, events.end, events.text

    def start(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > deepest:
            raise _too_large(path, f"more than {deepest} elements inside of each other")
        if namespaces is not None:
            name = names[name]
            if attributes:
                attributes = {names[key]: value for key, value in attributes.items()}
        on_start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        on_end(name if namespaces is None else names[name])

    def text(data: str) -> None:
        nonlocal characters
        characters += len(data)
        if characters > most:
            raise _too_large(path, f"more than {most} characters")
        on_text(data)

    def skipped(name: str, is_parameter: bool) -> None:
        if not is_parameter:
            text(html5.get(f"{name};", f"&{name};"))

    parser.buffer_text = True
    parser.specified_attributes = True  # defaults of a file's own declarations would multiply
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.SkippedEntityHandler = skipped
    parser.EntityDeclHandler = _refuse_entities(path)


def _refuse_entities(path: str) -> Callable[..., None]:
    def refuse(name: str, *_: object) -> None:
        raise FileError(
            f"{path} declares entities of its own ({name[:40]}), which can fill the memory.",
            code="damaged",
            hint="If you trust it, open and save it again in the program that made it.",
        )

    return refuse


class _Names(dict[str, str]):
    """Names as the parser has them, "URI local", to names as readers have them."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        super().__init__()
        self._namespaces = namespaces

    def __missing__(self, name: str) -> str:
        uri, _, local = name.rpartition(" ")
        prefix = self._namespaces.get(uri, "?") if uri else ""
        self[name] = short = f"{prefix}:{local}" if prefix else local
        return short


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """The first pieces, enough for a declaration, without a mark and blanks before it."""
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= _DECLARATION:
            break
    return first.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)


def _slices(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _SLICE):
        yield data[start : start + _SLICE]


def _damaged(path: str, what: str) -> FileError:
    return FileError(f"{path} {what}.", code="damaged")


def _too_large(path: str, what: str) -> FileError:
    return FileError(f"{path} has {what}.", code="too-large")
