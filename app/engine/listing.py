"""What is in a collection: the list of documents and the numbers."""

from __future__ import annotations

import numpy as np

from app.engine.embedding import EmbedderChain
from app.engine.passages import known
from app.engine.reports import DocumentInfo, Stats
from app.engine.view import View
from app.ports import Store
from app.storage.names import is_index_file
from app.storage.snapshot import LiveSegment


def documents(view: View) -> list[DocumentInfo]:
    """All live documents, in order of path."""
    found: list[DocumentInfo] = []
    models = [_models(live) for live in view.snapshot.segments]
    for number, row in view.snapshot.documents():
        size = known(row.size)
        found.append(
            DocumentInfo(
                id=row.id,
                path=row.path,
                title=row.title,
                kind=row.kind,
                size=None if size is None else int(size),
                modified=known(row.modified),
                chunks=row.chunks,
                model=models[number][row.first_chunk] if row.chunks else None,
            )
        )
    return sorted(found, key=lambda info: info.path)


async def statistics(view: View, store: Store, chain: EmbedderChain) -> Stats:
    """Numbers of the collection."""
    snapshot = view.snapshot
    size = 0
    for name in await store.names():
        if is_index_file(name) or name.startswith("manifest-"):
            size += await store.size(name) or 0
    info = chain.info
    return Stats(
        documents=sum(live.live_documents for live in snapshot.segments),
        chunks=int(np.count_nonzero(snapshot.live_chunks)),
        terms=view.n_terms,
        bytes=size,
        storage=store.kind,
        models=view.models,
        generation=snapshot.generation,
        segments=len(snapshot.segments),
        embedder=None if info is None else info.model,
    )


def _models(live: LiveSegment) -> list[str | None]:
    """Model of each chunk's vector."""
    models: list[str | None] = [None] * len(live.segment.chunks)
    for block in live.segment.vectors:
        for ordinal in block.ordinals.tolist():
            models[ordinal] = block.model
    return models
