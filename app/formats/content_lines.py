"""Content lines of vCard and iCalendar: components, properties, values as people read them."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.formats.encoding import declared_text

_LINE = re.compile(
    r"(?:[\w-]+\.)?(?P<name>[\w-]+)(?P<parameters>(?:;[^:;\"]*(?:\"[^\"]*\"[^:;\"]*)*)*):(?P<value>.*)"
)
_ESCAPE = re.compile(r"\\(.)")
_DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2}))?(Z?))?")
_MOST = 10_000_000


@dataclass(slots=True)
class Property:
    """One line: a name in upper case, parameters, a raw value."""

    name: str
    parameters: str
    value: str

    @property
    def text(self) -> str:
        """The value without its escapes, in one line."""
        return " ".join(_ESCAPE.sub(_plain, self.value).replace("\n", " ").split())

    @property
    def lines(self) -> str:
        """The value without its escapes, with its line ends."""
        return _ESCAPE.sub(_plain, self.value)

    def parts(self, mark: str = ";") -> list[str]:
        """The pieces of a value made of several, without those that are empty."""
        pieces = re.split(rf"(?<!\\){mark}", self.value)
        return [text for piece in pieces if (text := Property("", "", piece).text)]

    def parameter(self, name: str) -> str:
        """A parameter, such as the common name of an address; empty if there is none."""
        found = re.search(rf";{name}=(\"[^\"]*\"|[^;]*)", self.parameters, re.IGNORECASE)
        return found[1].strip('"') if found else ""


@dataclass(slots=True)
class Component:
    """What stands between BEGIN and END, without the components inside of it."""

    name: str
    properties: list[Property] = field(default_factory=list)

    def get(self, *names: str) -> list[Property]:
        """Properties of these names that hold something, in the order of the file."""
        return [each for each in self.properties if each.name in names and each.value.strip()]

    def first(self, *names: str) -> str:
        """The text of the first of them, empty if there is none."""
        return next((each.text for name in names for each in self.get(name)), "")


def components(text: str, wanted: frozenset[str]) -> Iterator[Component]:
    """Components of these names in the order of their beginnings, whole or not."""
    stack: list[Component] = []
    for line in _unfolded(text):
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match["name"].upper(), match["value"]
        if name == "BEGIN":
            stack.append(Component(value.strip().upper()))
            if len(stack) > 100:
                del stack[0]
        elif name == "END":
            ended = value.strip().upper()
            while stack:
                component = stack.pop()
                if component.name in wanted:
                    yield component
                if component.name == ended:
                    break
        elif stack:
            stack[-1].properties.append(Property(name, match["parameters"], value))
    yield from (component for component in stack if component.name in wanted)


def readable_date(value: str) -> str:
    """A date or time as ISO 8601 has it, with a space; the value itself if it is none.

    >>> readable_date("20240517T103000Z"), readable_date("--0517"), readable_date("19850412")
    ('2024-05-17 10:30 UTC', '--0517', '1985-04-12')
    """
    match = _DATE.match(value.strip())
    if match is None:
        return value.strip()
    year, month, day, hour, minute, _, zone = match.groups()
    date = f"{year}-{month}-{day}"
    if hour is None:
        return date
    return f"{date} {hour}:{minute}{' UTC' if zone else ''}"


def _unfolded(text: str) -> Iterator[str]:
    """Lines with those that go on them, also as vCard 2.1 lets them ("=" at the end)."""
    held: list[str] = []
    soft = False
    for line in text.split("\n"):
        if soft or (held and line[:1] in {" ", "\t"}):
            held.append(line if soft else line[1:])
        else:
            if held:
                yield _decoded("".join(held))
            held = [line]
        quoted = "QUOTED-PRINTABLE" in held[0].upper()
        soft = quoted and line.endswith("=")
        if soft:
            held[-1] = held[-1][:-1]
    if held:
        yield _decoded("".join(held))


def _decoded(line: str) -> str:
    """The value of a line in the quoted-printable encoding of vCard 2.1 as text."""
    head, colon, value = line.partition(":")
    if "QUOTED-PRINTABLE" not in head.upper() or len(line) > _MOST:
        return line
    charset = re.search(r"CHARSET=([\w-]+)", head, re.IGNORECASE)
    raw = quopri.decodestring(value.encode("utf-8", "replace"))
    text = declared_text(raw, charset[1] if charset else "utf-8")
    return head + colon + text.replace("\n", "\\n")


def _plain(match: re.Match[str]) -> str:
    return "\n" if match[1] in "nN" else match[1]
