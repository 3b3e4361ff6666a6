"""What the calls of a collection answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.model import Address, Damage, NearCopy
from app.errors import FossickError


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that was not added, and what to do about it."""

    path: str
    code: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, path: str, error: FossickError) -> Failure:
        """The failure that an error means for a source."""
        return cls(path, error.code, error.message, error.hint)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the sources; all counts are of documents except `chunks`."""

    added: int
    updated: int
    skipped: int
    """Unchanged since they were added."""
    failed: tuple[Failure, ...]
    chunks: int
    seconds: float
    timings: Mapping[str, float]
    """Seconds by part: read (waiting for files that are read and cut beside the engine), analyse,
    embed, write, merge. Embedding goes on beside
    the other parts, so they can sum to more than `seconds`."""
    notes: tuple[str, ...] = ()
    removed: int = 0
    """Documents whose files are no longer in an archive, or in a folder that was given whole."""
    moved: int = 0
    """Of those added: files that were elsewhere before, and keep the vectors that they had."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What came of making better vectors."""

    chunks: int
    """Passages that got one."""
    seconds: float
    timings: Mapping[str, float]
    """Seconds by part: read, embed, write."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A document, or one of its chunks, with its text."""

    id: str
    document_id: str
    path: str
    title: str
    kind: str
    text: str
    start: int
    """Offset in the document's text, 0 for a document."""
    end: int
    address: Address
    metadata: Mapping[str, str]
    size: int | None
    modified: float | None


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document in the list of all."""

    id: str
    path: str
    title: str
    kind: str
    size: int | None
    modified: float | None
    chunks: int
    model: str | None
    """Model of its vectors, None for a document that is found by words alone."""
    state: str = "indexed"


@dataclass(frozen=True, slots=True)
class ModelStats:
    """How many chunks have a vector of a model."""

    model: str
    chunks: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What a collection holds; deleted documents do not count except in `bytes`."""

    documents: int
    chunks: int
    terms: int
    bytes: int
    storage: str
    models: tuple[ModelStats, ...]
    generation: int
    segments: int
    embedder: str | None
    """Model that new chunks get their vectors from."""
    deleted: int = 0
    """Documents that are deleted and still take room, until `vacuum` or a merge."""
    damage: tuple[Damage, ...] = ()
    """What cannot be read, as far as it is known; `check` looks at everything."""
    again: tuple[str, ...] = ()
    """Paths of the documents to be added again because of it, as far as they can be told: the
    first 1,000."""


@dataclass(frozen=True, slots=True)
class Vacuumed:
    """What a vacuum has taken out of the store."""

    documents: int
    """Deleted documents of which nothing is left."""
    bytes: int
    """By how much the store is smaller."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, every byte of it, and what of it is damaged or does not fit together."""

    generation: int
    files: int
    bytes: int
    segments: int
    documents: int
    chunks: int
    postings: int
    """Places in the lists of words, those of deleted documents too."""
    vectors: int
    """Passages that have a vector."""
    words_only: int
    """Passages that have none."""
    seconds: float
    damage: tuple[Damage, ...]
    again: tuple[str, ...]
    """Paths of the documents to be added again, as far as they can be told, in order."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair has taken out of the collection, because it was damaged."""

    documents: int
    removed: tuple[str, ...]
    """Paths of those documents whose paths could be read, in order: to be added again."""
    damage: tuple[Damage, ...]
    """What was found."""


@dataclass(frozen=True, slots=True)
class VectorAudit:
    """What searches by meaning find of what is there; see `app.core.dense.auditing.Audit`."""

    model: str | None
    """Whose vectors were searched, None where there are none."""
    vectors: int
    """How many of them there are."""
    recall: float
    low: float
    high: float
    queries: int
    """Passages whose neighbours were looked for."""
    k: int
    candidates: int | None
    reference: str
    before: float


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Passages that say nearly the same as the first of them."""

    passages: tuple[NearCopy, ...]
    """Two at least, in the order in which they were added."""


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A document among its versions."""

    id: str
    path: str
    title: str
    share: float
    """Of its passages, or of those of the first version if that has more, how many are in both."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What a collection holds more than once, nearly or exactly."""

    documents: tuple[tuple[DocumentVersion, ...], ...]
    """Documents most of whose passages are near-copies of those of the first, most versions first;
    each in the order in which they were added."""
    groups: tuple[DuplicateGroup, ...]
    """The largest first."""
    total: int
    """Groups that there are in all."""
    passages: int
    """Passages in all of them that say nothing new: all but the first of each."""


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A passage of a context under the number it is cited by."""

    number: int
    id: str
    document_id: str
    path: str
    title: str
    address: Address
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Context:
    """Passages for a language model: `text` cites them as [1], [2], ... in rank order."""

    text: str
    tokens: int
    sources: tuple[CitedSource, ...] = ()
    notes: tuple[str, ...] = field(default=())
