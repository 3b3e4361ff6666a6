"""The use cases: add, search, remove, read. Everything outside comes in through ports.

Standard library and NumPy only, no threads and no event loop of its own, so that the same code
runs in a browser's worker and on a host. `Collection` is the way in.
"""

from app.engine.collection import Collection
from app.engine.embedding import EmbedderChain, HashEmbedder, StaticEmbedder
from app.engine.options import SearchOptions
from app.engine.progress import Cancellation, Progress
from app.engine.reports import (
    AddReport,
    Context,
    DocumentInfo,
    DuplicateGroup,
    Duplicates,
    Failure,
    Passage,
    Repaired,
    Stats,
    Upgraded,
    Vacuumed,
    VectorAudit,
)
from app.engine.sources import FileParser, PlainChunk
from app.engine.vectors import Vectors
from app.formats.sources import BytesSource, InlineParser, Source

__all__ = [
    "AddReport",
    "BytesSource",
    "Cancellation",
    "Collection",
    "Context",
    "DocumentInfo",
    "DuplicateGroup",
    "Duplicates",
    "EmbedderChain",
    "Failure",
    "FileParser",
    "HashEmbedder",
    "InlineParser",
    "Passage",
    "PlainChunk",
    "Progress",
    "Repaired",
    "SearchOptions",
    "Source",
    "StaticEmbedder",
    "Stats",
    "Upgraded",
    "Vacuumed",
    "VectorAudit",
    "Vectors",
]
