"""One commit of a collection as one portable file, and back; see docs/portable.md.

The file is a zip container whose entries are stored as they are, so that it can be searched
where it lies: what a `Store` reads by range is a range of the file.
"""

from app.storage.portable.archive import Archive, BytesRanges, Ranges
from app.storage.portable.container import Sink
from app.storage.portable.contents import Contents, LeftOut, Portion, about
from app.storage.portable.exporting import Export, Exported
from app.storage.portable.importing import Imported, take
from app.storage.portable.sealed import SealedRanges, is_sealed, unlocked, unlocked_with
from app.storage.portable.sealing_sink import SealingSink
from app.storage.portable.store import PortableStore

__all__ = [
    "Archive",
    "BytesRanges",
    "Contents",
    "Export",
    "Exported",
    "Imported",
    "LeftOut",
    "PortableStore",
    "Portion",
    "Ranges",
    "SealedRanges",
    "SealingSink",
    "Sink",
    "about",
    "is_sealed",
    "take",
    "unlocked",
    "unlocked_with",
]
