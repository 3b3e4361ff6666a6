"""The manifest: which segments make up the collection now, in two slots that take turns.

A commit writes its files first and then one slot: the one that does not hold the newest
manifest. Whatever happens while it is written, the other slot still tells the commit before.

::

    magic 8 | version u32 | crc u32 | generation u64 | payload length u64 | payload (JSON, UTF-8)

The crc covers the version, the generation, the payload's length and the payload.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from typing import Any

from app.core.model import Damage
from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage import damage
from app.storage.damage import MISSING, DamagedFileError, foreign
from app.storage.names import (
    LAST_NUMBER,
    MANIFEST_SLOTS,
    file_numbers,
    is_index_file,
    is_renewal,
    is_segment,
    is_tombstones,
    text_name,
)
from app.storage.sections import READABLE, VERSION

MAGIC = b"\x89FOSSMAN"
_HEADER = struct.Struct("<8sIIQQ")
_COVERED = struct.Struct("<IQQ")
_COVERED_BEFORE = struct.Struct("<QQ")
"""What the crc covered up to format 2: a flipped byte in the version went unseen."""


@dataclass(frozen=True, slots=True)
class Renewal:
    """The file of the vectors that took the place of those in a segment."""

    name: str
    crc: int
    """Checksum over the table of the file, so that no other passes for it."""


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment of the collection, and the tombstones and vectors that hold for it."""

    name: str
    tombstones: str | None = None
    """Name of the tombstone file, None while every document lives."""
    crc: int = 0
    """Checksum over the table of the segment's file, so that no other file passes for it."""
    documents: int = 0
    chunks: int = 0
    """Those that live: what is lost if the segment cannot be read."""
    aside: bool = False
    """Whether a commit was made while the segment could not be read. Its documents that stand in
    later segments as well have been replaced."""
    removed: tuple[str, ...] = ()
    """Ids that were removed meanwhile."""
    renewal: Renewal | None = None
    """Vectors in place of those in the segment, None while those hold."""

    def files(self) -> list[str]:
        """Names of all files of the segment."""
        own = [self.name, text_name(self.name)]
        own += [] if self.tombstones is None else [self.tombstones]
        return own if self.renewal is None else [*own, self.renewal.name]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One commit: generations count up by one, `next_number` is the next free file number."""

    generation: int = 0
    next_number: int = 1
    segments: tuple[SegmentEntry, ...] = ()
    analysis: str = ""
    """Version of the analysis that made the terms; other versions make other terms."""

    @property
    def slot(self) -> str:
        """Name of the slot that this generation is written to."""
        return MANIFEST_SLOTS[self.generation % 2]

    @property
    def other_slot(self) -> str:
        """Name of the slot that the generation before was written to."""
        return MANIFEST_SLOTS[(self.generation + 1) % 2]

    def files(self) -> set[str]:
        """Names of all files that this commit needs, the slots aside."""
        return {file for segment in self.segments for file in segment.files()}


def encode(manifest: Manifest) -> bytes:
    """The bytes of a slot."""
    payload = json.dumps(
        {
            "analysis": manifest.analysis,
            "next_number": manifest.next_number,
            "segments": [_plain(entry) for entry in manifest.segments],
        },
        separators=(",", ":"),
    ).encode()
    fields = (manifest.generation, len(payload))
    crc = zlib.crc32(payload, zlib.crc32(_COVERED.pack(VERSION, *fields)))
    return _HEADER.pack(MAGIC, VERSION, crc, *fields) + payload


def decode(data: Buffer, name: str) -> Manifest:
    """The manifest in a slot.

    Raises `StorageError`: `index-version` for a whole slot of another format, `storage-damaged`
    where a byte is not what was written.
    """
    raw = bytes(data)
    if len(raw) < _HEADER.size or raw[:8] != MAGIC:
        raise DamagedFileError(name, "header")
    _, version, crc, generation, length = _HEADER.unpack(raw[: _HEADER.size])
    payload = raw[_HEADER.size :]
    covered = [_COVERED.pack(version, generation, length)]
    if version < READABLE[0]:
        covered.append(_COVERED_BEFORE.pack(generation, length))
    if len(payload) != length or crc not in [
        zlib.crc32(payload, zlib.crc32(before)) for before in covered
    ]:
        raise DamagedFileError(name, "payload")
    if version not in READABLE:
        raise foreign(name, version, VERSION)
    try:
        return _manifest(generation, json.loads(payload))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedFileError(name, "payload") from error


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest whole manifest, and what is known of one that may have been newer."""

    manifest: Manifest
    damage: Damage | None = None


async def read_newest(store: Store) -> Newest | None:
    """The newest whole manifest, None for a store without an index.

    A slot that ends too soon is what a kill during a commit leaves: the other one stands. A slot
    that is damaged otherwise is told of, unless it held the older commit. With no whole slot, an
    index that has segments is damaged; one without was never begun.
    """
    names = await store.names()
    slots: dict[str, Buffer] = {}
    found: list[Manifest] = []
    errors: dict[str, StorageError] = {}
    for slot in MANIFEST_SLOTS:
        if slot in names:
            try:
                slots[slot] = await store.read(slot)
                found.append(decode(slots[slot], slot))
            except StorageError as error:
                errors[slot] = error
    newest = max(found, key=lambda manifest: manifest.generation, default=None)
    held = max((manifest.generation for manifest in found), default=-1)
    for slot, reason in errors.items():
        if reason.code == "index-version" and _generation(slots[slot]) > held:
            raise reason
    if newest is None:
        if any(is_index_file(name) for name in names):
            raise next(iter(errors.values()), DamagedFileError(MANIFEST_SLOTS[0], MISSING))
        return None
    later = [slot for slot in errors if slot not in slots or not _is_cut_off(slots[slot], held)]
    return Newest(newest, damage.of_manifest(later[0], errors[later[0]]) if later else None)


async def write(store: Store, manifest: Manifest) -> None:
    """Make a commit the newest one; the commit before stays readable until this returns."""
    await store.write(manifest.slot, [encode(manifest)])


async def seal(store: Store, manifest: Manifest) -> None:
    """Let both slots tell of a commit, so that no file but its own is needed any more."""
    await store.write(manifest.other_slot, [encode(manifest)])


def is_torn(data: Buffer) -> bool:
    """Whether a slot ends in the middle of what was written to it, as a kill leaves it."""
    raw = bytes(data)
    if len(raw) < _HEADER.size:
        return True
    payload = raw[_HEADER.size :]
    try:
        json.loads(payload)
    except ValueError:
        length: int = _HEADER.unpack(raw[: _HEADER.size])[4]
        return len(payload) < length
    return False


def _is_cut_off(data: Buffer, held: int) -> bool:
    """Whether a slot that cannot be read had nothing newer to tell: half a write, or older."""
    if len(data) < _HEADER.size:
        return True
    length: int = _HEADER.unpack(data[: _HEADER.size])[4]
    return len(data) < _HEADER.size + length or _generation(data) <= held


def _generation(data: Buffer) -> int:
    generation: int = _HEADER.unpack(data[: _HEADER.size])[3]
    return generation


def _plain(entry: SegmentEntry) -> dict[str, Any]:
    """An entry for JSON; what has its usual value is left out."""
    found: dict[str, Any] = {
        "name": entry.name,
        "crc": entry.crc,
        "documents": entry.documents,
        "chunks": entry.chunks,
    }
    if entry.tombstones is not None:
        found["tombstones"] = entry.tombstones
    if entry.renewal is not None:
        found["vectors"] = {"name": entry.renewal.name, "crc": entry.renewal.crc}
    if entry.aside:
        found["aside"] = {"removed": list(entry.removed)}
    return found


def _manifest(generation: int, content: dict[str, Any]) -> Manifest:
    """The manifest that `encode` wrote; nothing in it is believed."""
    entries = tuple(map(_entry, content["segments"]))
    number, analysis = content["next_number"], content["analysis"]
    files = [file for entry in entries for file in entry.files()]
    used = [used for file in files for used in file_numbers(file)]
    if type(number) is not int or not isinstance(analysis, str) or len(set(files)) < len(files):
        raise ValueError("these are no values of a manifest")
    if not max(used, default=0) < number <= LAST_NUMBER:
        raise ValueError("the next number is not free")
    return Manifest(generation, number, entries, analysis)


def _entry(content: dict[str, Any]) -> SegmentEntry:
    name, tombstones = content["name"], content.get("tombstones")
    crc, documents, chunks = (content[key] for key in ("crc", "documents", "chunks"))
    removed = tuple(content.get("aside", {}).get("removed", ()))
    if not is_segment(name) or (tombstones is not None and not is_tombstones(tombstones, name)):
        raise ValueError("these are no names of files")
    if any(type(number) is not int or number < 0 for number in (crc, documents, chunks)):
        raise ValueError("these are no counts")
    if not all(isinstance(document_id, str) for document_id in removed):
        raise ValueError("these are no ids")
    return SegmentEntry(
        *(name, tombstones, crc, documents, chunks, "aside" in content, removed),
        renewal=_renewal(content["vectors"], name) if "vectors" in content else None,
    )


def _renewal(content: dict[str, Any], segment: str) -> Renewal:
    name, crc = content["name"], content["crc"]
    if not is_renewal(name, segment) or type(crc) is not int or crc < 0:
        raise ValueError("this is no file of vectors")
    return Renewal(name, crc)
