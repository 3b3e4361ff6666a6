"""Contacts (vCard): one heading and one list for each."""

from __future__ import annotations

from app.core.model import Document
from app.errors import FileError
from app.formats.content_lines import Component, Property, components, readable_date
from app.formats.encoding import decode
from app.formats.limits import DEFAULT_LIMITS, Limits
from app.formats.names import stem
from app.formats.writer import Writer

_SHOWN = {
    "ORG": "Organisation", "TITLE": "Title", "ROLE": "Role", "NICKNAME": "Nickname",
    "EMAIL": "Email", "TEL": "Phone", "IMPP": "Chat", "ADR": "Address", "URL": "Web",
    "BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "CATEGORIES": "Categories", "NOTE": "Note",
    "RELATED": "Related", "LANG": "Language", "X-SOCIALPROFILE": "Profile",
}  # fmt: skip
_PLAIN_KINDS = {"pref", "internet", "voice", "uri", "text", "x400"}


def read_contacts(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Each contact under its name; its place is "contact 3", counted from 1.

    Pictures, sounds and keys are left out. Raises `FileError("damaged")` where there is none.
    """
    text, encoding = decode(data)
    writer = Writer(path, limits)
    count = 0
    for count, card in enumerate(components(text, frozenset({"VCARD"})), start=1):
        place = f"contact {count}"
        writer.add("heading", _name(card), level=1, place=place)
        lines = [line for each in card.properties if (line := _line(each))]
        writer.add("list", "\n".join(lines), place=place)
    if not count:
        raise FileError(f"{path} has no contact inside.", code="damaged")
    title = _only(writer) if count == 1 else stem(path)
    return Document(
        title or stem(path), writer.text, tuple(writer.blocks), "contacts", {"encoding": encoding}
    )


def _only(writer: Writer) -> str:
    first = writer.blocks[0] if writer.blocks else None
    return writer.text[first.start : first.end] if first and first.kind == "heading" else ""


def _name(card: Component) -> str:
    """The name as it is shown, else made of its parts, else whatever says who it is."""
    shown = card.first("FN")
    if not shown and card.get("N"):
        family, *given = card.get("N")[0].parts() or [""]
        shown = " ".join([*given, family])
    return shown or card.first("NICKNAME", "ORG", "EMAIL", "TEL")


def _line(each: Property) -> str:
    """A property as people read it, empty for those that are for programs."""
    shown = _SHOWN.get(each.name)
    if shown is None or not each.value.strip():
        return ""
    if each.name in {"BDAY", "ANNIVERSARY"}:
        value = readable_date(each.value)
    elif each.name in {"ADR", "ORG"}:
        value = ", ".join(each.parts())
    elif each.name == "CATEGORIES":
        value = ", ".join(each.parts(","))
    else:
        value = each.text.removeprefix("tel:").removeprefix("mailto:")
    kinds = [
        kind.lower()
        for kind in each.parameter("TYPE").split(",")
        if kind and kind.lower() not in _PLAIN_KINDS
    ]
    label = f"{shown} ({', '.join(kinds)})" if kinds else shown
    return f"{label}: {value}" if value else ""
