"""What the page says of an export, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from app import __version__
from app.errors import InputError
from app.ports import Store
from app.storage.portable import Contents, Portion, Sink, about


class Output(Sink, Protocol):
    """Where an export goes, with an end."""

    async def finish(self) -> Any:  # noqa: ANN401 (what JavaScript has for a file)
        """Close it; the file, if it is no other's."""
        ...

    async def abort(self) -> None:
        """Let go of what was written."""
        ...


class Place(Protocol):
    """A store that is lent."""

    async def opened(self) -> Store:
        """The store. Raises as `app.storage.sealing.unlocked`."""
        ...

    async def release(self) -> None:
        """Give it back."""
        ...


def described(collection: str, portion: Mapping[str, Any], given: Mapping[str, Any]) -> Contents:
    """What is known of an export before it is made. Raises `InputError` for values that are off.

    >>> described("notes", {"source": "letters/"}, {"sources": ["letters"]}).portion.source
    'letters'
    """
    flags = {name: portion.get(name, True) for name in ("texts", "words", "vectors")}
    source = portion.get("source", "")
    if not isinstance(source, str) or any(type(flag) is not bool for flag in flags.values()):
        raise InputError("source must be a text, and text, words and vectors true or false.")
    if unknown := set(given) - {"created", "sources", "settings"}:
        raise InputError(f"An export has no {min(unknown)}.")
    settings: Mapping[str, Any] = given.get("settings") or {}
    sources: Sequence[str] = given.get("sources") or ()
    return about(
        app=__version__,
        collection=collection,
        created=str(given.get("created") or ""),
        portion=Portion(source.rstrip("/"), **flags),
        sources=[str(one) for one in sources],
        settings=settings,
    )
