"""What a portable file says of itself: `manifest.json`, its last entry."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.errors import InputError
from app.storage.portable.failures import damaged, foreign_version, not_portable

FORMAT = "fossick-portable"
VERSION = 1
MIMETYPE = "application/x-fossick"

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SETTINGS = 1 << 16
"""Characters of JSON that settings may take."""


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of a collection goes into a file."""

    source: str = ""
    """Only documents whose path this is, or which lie below it; empty for all."""
    texts: bool = True
    """Without, passages are found and cannot be read."""
    words: bool = True
    """Without, passages are found by meaning only."""
    vectors: bool = True
    """Without, passages are found by words only, until vectors are made again."""

    def __post_init__(self) -> None:
        if not (self.words or self.vectors):
            raise InputError(
                "Without words and without vectors nothing could be found.",
                hint="Leave out one of them.",
            )

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self == Portion()

    def holds(self, path: str) -> bool:
        """Whether what has this path belongs to it.

        >>> [Portion("notes").holds(path) for path in ("notes/a.md", "notes", "notes2/a.md")]
        [True, True, False]
        """
        return not self.source or path == self.source or path.startswith(f"{self.source}/")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something damaged that is not in the file."""

    what: str
    """"segment", "documents", "vectors" or "vector-index"."""
    name: str
    """Of the index file, or of the vector index."""
    message: str
    documents: int = 0
    paths: tuple[str, ...] = ()
    """Of the documents, the first hundred, where they could be read."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the container."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a file, and where it came from."""

    app: str
    """Version of the program that wrote it."""
    created: str
    """ISO 8601, UTC; empty where it was not told."""
    collection: str
    analysis: str
    """Version of the analysis that made the terms."""
    generation: int
    documents: int
    chunks: int
    models: tuple[str, ...] = ()
    portion: Portion = Portion()
    vector_indexes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Names of the folders that were kept in step; their handles cannot travel."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    files: tuple[Listed, ...] = ()


def about(
    *,
    app: str,
    collection: str,
    created: str = "",
    analysis: str = "",
    portion: Portion | None = None,
    sources: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
) -> Contents:
    """What is known of an export before it is made."""
    return Contents(
        *(app, created, collection, analysis, 0, 0, 0),
        portion=portion or Portion(),
        sources=tuple(sources),
        settings=settings or {},
    )


def encode(contents: Contents) -> bytes:
    """The bytes of `manifest.json`. `InputError` for settings that are too many."""
    if len(json.dumps(dict(contents.settings))) > _SETTINGS:
        raise InputError(f"The settings take more than {_SETTINGS} characters.")
    values = {"format": FORMAT, "version": VERSION, **asdict(contents)}
    return json.dumps(values, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def decode(data: bytes) -> Contents:
    """What `encode` wrote; nothing of it is believed.

    Raises `FileError`: `unsupported` for another kind of file, `damaged` where a value is none;
    `StorageError("index-version")` for one of a newer version.
    """
    try:
        values = json.loads(data.decode("utf-8", "surrogatepass"))
        if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
            raise not_portable()
        version = values.pop("version", None)
        if type(version) is not int or version < 1:
            raise ValueError("version")
        if version > VERSION:
            raise foreign_version(version, VERSION)
        return _contents(values)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damaged("manifest.json", str(error)) from error
    except InputError as error:
        raise damaged("manifest.json", error.message) from error


def _contents(values: dict[str, Any]) -> Contents:
    settings = values.get("settings", {})
    if not isinstance(settings, dict):
        raise TypeError("settings")
    return Contents(
        app=_text(values["app"]),
        created=_text(values["created"]),
        collection=_text(values["collection"]),
        analysis=_text(values["analysis"]),
        generation=_count(values["generation"]),
        documents=_count(values["documents"]),
        chunks=_count(values["chunks"]),
        models=_texts(values["models"]),
        portion=_portion(values["portion"]),
        vector_indexes=_texts(values["vector_indexes"]),
        sources=_texts(values["sources"]),
        settings=settings,
        left_out=tuple(map(_left_out, values["left_out"])),
        files=tuple(map(_listed, values["files"])),
    )


def _portion(values: Mapping[str, Any]) -> Portion:
    flags = [values[key] for key in ("texts", "words", "vectors")]
    if any(type(flag) is not bool for flag in flags):
        raise TypeError("portion")
    return Portion(_text(values["source"]), *flags)


def _left_out(values: Mapping[str, Any]) -> LeftOut:
    what, name, message = (_text(values[key]) for key in ("what", "name", "message"))
    return LeftOut(what, name, message, _count(values["documents"]), _texts(values["paths"]))


def _listed(values: Mapping[str, Any]) -> Listed:
    sha256 = _text(values["sha256"])
    if _SHA256.fullmatch(sha256) is None:
        raise ValueError("sha256")
    return Listed(_text(values["name"]), _count(values["bytes"]), sha256)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r} is no list")
    return tuple(map(_text, values))


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value
