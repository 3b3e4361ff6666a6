"""Passages for a language model: the best ones, within a budget of tokens, each with a number."""

from __future__ import annotations

from dataclasses import replace

from app.core.model import Address, Hit, SearchResult
from app.engine.reports import CitedSource, Context
from app.errors import InputError
from app.ports import TokenCounter


def pack(result: SearchResult, max_tokens: int, count_tokens: TokenCounter) -> Context:
    """The hits in rank order as numbered blocks, as many as fit into `max_tokens`.

    A passage that does not fit is left out and smaller ones after it may still be taken; one
    that lies within a passage already taken adds nothing and is left out too.
    """
    if max_tokens < 1:
        raise InputError(f"max_tokens is {max_tokens}; it must be 1 or more.")
    blocks: list[str] = []
    sources: list[CitedSource] = []
    used = 0
    for hit in result.hits:
        if hit.problem is not None or any(_covers(source, hit) for source in sources):
            continue
        block = _block(len(sources) + 1, hit)
        cost = count_tokens(block)
        if used + cost > max_tokens:
            continue
        used += cost
        blocks.append(block)
        sources.append(_source(len(sources) + 1, hit))
    notes = (*result.notes, *(damage.message for damage in result.damage))
    return Context("\n\n".join(blocks), used, tuple(sources), notes)


def place(address: Address) -> str:
    """An address in words.

    >>> place(Address(page=3, heading=("Mining", "Gold")))
    'page 3, Mining > Gold'
    """
    parts: list[str] = []
    if address.page is not None:
        parts.append(f"page {address.page}")
    elif address.place:
        parts.append(stretch(address.place, address.end_place))
    elif address.line is not None and not address.heading:
        parts.append(f"line {address.line}")
    if address.heading:
        parts.append(" > ".join(address.heading))
    return ", ".join(parts)


def stretch(first: str, last: str | None) -> str:
    """From one place to another, in few words; what cells of one sheet share is said once.

    >>> stretch("Budget!A2:D2", "Budget!A9:D9"), stretch("Budget", "Budget!A1:D1")
    ('Budget!A2:D9', 'Budget!A1:D1')
    >>> stretch("0:01:23", "0:02:05"), stretch("a", "")
    ('0:01:23 – 0:02:05', 'a')
    """
    if not last or last == first:
        return first
    if last.startswith(f"{first}!"):
        return last
    sheet, mark, cells = first.rpartition("!")
    other, _, last_cells = last.rpartition("!")
    if mark and sheet == other:
        return f"{sheet}!{cells.partition(':')[0]}:{last_cells.rpartition(':')[2]}"
    return f"{first} – {last}"


def _block(number: int, hit: Hit) -> str:
    title = hit.title or hit.path
    where = place(hit.address)
    if hit.address.heading and hit.address.heading[0] == title:
        where = place(replace(hit.address, heading=hit.address.heading[1:], line=None))
    label = ", ".join(part for part in (title, where) if part)
    return f"[{number}] {label}\n{hit.text.strip()}"


def _source(number: int, hit: Hit) -> CitedSource:
    return CitedSource(
        number=number,
        id=hit.id,
        document_id=hit.document_id,
        path=hit.path,
        title=hit.title,
        address=hit.address,
        start=hit.start,
        end=hit.start + len(hit.text),
    )


def _covers(source: CitedSource, hit: Hit) -> bool:
    end = hit.start + len(hit.text)
    return source.document_id == hit.document_id and source.start <= hit.start and end <= source.end
