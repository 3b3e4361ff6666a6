"""What a document says to each leg: rows for the words, texts for the embedder."""

from __future__ import annotations

from collections.abc import Iterator

from app.core.chunking import context, embedding_text
from app.core.lexical import Row
from app.core.lexical.keys import DEFAULT_LANGUAGE
from app.engine.sources import PLAIN
from app.ports import TokenCounter
from app.storage.builder import DocumentEntry


def rows(entry: DocumentEntry) -> Iterator[Row]:
    """A row for each chunk; what it repeats of the one before stands apart."""
    title, folders = _names(entry)
    done = 0
    for part in entry.chunks:
        fresh = min(max(done, part.start), part.end)
        done = part.end
        yield Row(
            repeated=entry.text[part.start : fresh],
            body=entry.text[fresh : part.end],
            headings=" \n".join(part.address.heading),
            title=title,
            path=folders,
            language=entry.language or DEFAULT_LANGUAGE,
        )


def embedding_texts(entry: DocumentEntry, count_tokens: TokenCounter) -> Iterator[str]:
    """For each chunk what the embedder is given: context and body."""
    contexts: dict[tuple[str, ...], str] = {}
    for part in entry.chunks:
        heading = part.address.heading
        if heading not in contexts:
            contexts[heading] = context(entry.title, heading, count_tokens)
        yield embedding_text(contexts[heading], entry.text[part.start : part.end])


def _names(entry: DocumentEntry) -> tuple[str, str]:
    """What the title and the path of a document say; the name of a file belongs to its title."""
    if entry.kind == PLAIN:
        return entry.title, ""
    folder, _, name = entry.path.rpartition("/")
    stem = name.rpartition(".")[0] or name
    return entry.title if entry.title in (name, stem) else f"{entry.title} \n{name}", folder
