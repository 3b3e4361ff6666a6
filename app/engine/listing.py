"""What is in a collection: the list of documents and the numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.engine import repairing
from app.engine.embedding import EmbedderChain
from app.engine.passages import known
from app.engine.reports import DocumentInfo, Stats
from app.engine.view import View
from app.ports import Store
from app.storage.snapshot import LiveSegment

MOST_AGAIN = 1000
"""Paths that `Stats` names; a check names all."""


def documents(view: View) -> list[DocumentInfo]:
    """All live documents, in order of path."""
    found = [info for live in view.snapshot.segments for info in _of_segment(live)]
    return sorted(found, key=lambda info: info.path)


def _of_segment(live: LiveSegment) -> Iterator[DocumentInfo]:
    """Column by column, for there may be very many."""
    table = live.segment.documents
    models = _models(live)
    columns = (
        *(table.id, table.path, table.title, table.kind),
        *(column.tolist() for column in (table.size, table.modified, table.chunks)),
        *(live.first_chunks.tolist(), live.dead.tolist()),
    )
    for document_id, path, title, kind, size, modified, chunks, first, dead in zip(
        *columns, strict=False
    ):
        if not dead:
            yield DocumentInfo(
                id=document_id,
                path=path,
                title=title,
                kind=kind,
                size=None if size < 0 else size,
                modified=known(modified),
                chunks=chunks,
                model=models[first] if chunks else None,
            )


async def statistics(view: View, store: Store, chain: EmbedderChain) -> Stats:
    """Numbers of the collection."""
    snapshot = view.snapshot
    info = chain.info
    return Stats(
        documents=sum(live.live_documents for live in snapshot.segments),
        chunks=sum(live.n_live for live in snapshot.segments),
        terms=view.n_terms,
        bytes=await repairing.size(store),
        storage=store.kind,
        models=view.models,
        generation=snapshot.generation,
        segments=len(snapshot.segments),
        embedder=None if info is None else info.model,
        deleted=snapshot.n_deleted,
        damage=snapshot.damage,
        again=tuple(snapshot.again[:MOST_AGAIN]) if snapshot.damage else (),
    )


def _models(live: LiveSegment) -> list[str | None]:
    """Model of each chunk's vector."""
    numbers = np.full(len(live.segment.chunks), -1, dtype=np.int64)
    for number, block in enumerate(live.segment.vectors):
        numbers[block.ordinals] = number
    names: list[str | None] = [*(block.model for block in live.segment.vectors), None]
    return [names[number] for number in numbers.tolist()]
