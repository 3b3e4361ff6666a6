"""The manifest: which segments make up the collection now, in two slots that take turns.

A commit writes its files first and then one slot: the one that does not hold the newest
manifest. Whatever happens while it is written, the other slot still tells the commit before.

::

    magic 8 | version u32 | crc u32 | generation u64 | payload length u64 | payload (JSON, UTF-8)

The crc covers the generation, the payload's length and the payload.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass

from app.errors import StorageError
from app.ports import Buffer, Store
from app.storage.names import MANIFEST_SLOTS, is_index_file, text_name
from app.storage.sections import VERSION, damaged, foreign

MAGIC = b"\x89FOSSMAN"
_HEADER = struct.Struct("<8sIIQQ")
_COVERED = struct.Struct("<QQ")


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """One segment of the collection and the tombstones that hold for it."""

    name: str
    tombstones: str | None = None
    """Name of the tombstone file, None while every document lives."""

    def files(self) -> list[str]:
        """Names of all files of the segment."""
        own = [self.name, text_name(self.name)]
        return own if self.tombstones is None else [*own, self.tombstones]


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

    def files(self) -> set[str]:
        """Names of all files that this commit needs, the slots aside."""
        return {file for segment in self.segments for file in segment.files()}


def encode(manifest: Manifest) -> bytes:
    """The bytes of a slot."""
    payload = json.dumps(
        {
            "analysis": manifest.analysis,
            "next_number": manifest.next_number,
            "segments": [[entry.name, entry.tombstones] for entry in manifest.segments],
        },
        separators=(",", ":"),
    ).encode()
    crc = zlib.crc32(payload, zlib.crc32(_COVERED.pack(manifest.generation, len(payload))))
    return _HEADER.pack(MAGIC, VERSION, crc, manifest.generation, len(payload)) + payload


def decode(data: Buffer, name: str) -> Manifest:
    """The manifest in a slot; raises `StorageError` like `sections.unpack`."""
    raw = bytes(data)
    if len(raw) < _HEADER.size or raw[:8] != MAGIC:
        raise damaged(name, "header")
    _, version, crc, generation, length = _HEADER.unpack(raw[: _HEADER.size])
    if version != VERSION:
        raise foreign(name, version)
    payload = raw[_HEADER.size :]
    if len(payload) != length or zlib.crc32(payload, zlib.crc32(raw[16:32])) != crc:
        raise damaged(name, "payload")
    content = json.loads(payload)
    entries = tuple(SegmentEntry(name, dead) for name, dead in content["segments"])
    return Manifest(generation, content["next_number"], entries, content["analysis"])


async def read_newest(store: Store) -> Manifest | None:
    """The newest whole manifest, None for a store without an index.

    A slot that cannot be read is what a kill during a commit leaves: the other one stands. With
    no whole slot at all, an index that has segments is damaged; one without was never begun.
    """
    names = await store.names()
    found: list[Manifest] = []
    broken: StorageError | None = None
    for slot in MANIFEST_SLOTS:
        if slot not in names:
            continue
        try:
            found.append(decode(await store.read(slot), slot))
        except StorageError as error:
            if error.code == "index-version":
                raise
            broken = error
    if found:
        return max(found, key=lambda manifest: manifest.generation)
    if broken is not None and any(is_index_file(name) for name in names):
        raise broken
    return None


async def write(store: Store, manifest: Manifest) -> None:
    """Make a commit the newest one; the commit before stays readable until this returns."""
    await store.write(manifest.slot, [encode(manifest)])
