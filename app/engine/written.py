"""Words as people write them: forms have lost their capitals, hyphens and underscores."""

from __future__ import annotations

from app.core.analysis import find, lowered
from app.core.lexical.spellings import Spelled
from app.engine.view import View
from app.errors import StorageError
from app.ports import Store
from app.storage.texts import read_chunk

SHORTEST = 4
"""Letters of the shortest word that is looked up in a text: two parts have no less."""


async def as_written(view: View, store: Store, word: Spelled) -> str:
    """The most frequent form of a word, with the hyphens and humps that a text has in it.

    One passage that holds it is looked at; where it is a plain word there, the form is it.
    """
    form = word.text
    if len(form) < SHORTEST or not form.isalnum():
        return form
    if form not in view.written:
        view.written[form] = await _in_a_text(view, store, word)
    return view.written[form]


async def _in_a_text(view: View, store: Store, word: Spelled) -> str:
    form = word.text
    for number, forms in word.forms.items():
        live = view.snapshot.segments[number]
        postings = live.segment.postings
        own = next((each for each in forms if postings.terms[each] == form), None)
        if own is None:
            continue
        chunks = view.keyword.segments[number].frequencies.chunks(own)
        if not len(chunks):
            continue
        chunk = live.segment.chunks.row(int(chunks[0]))
        document = live.document(chunk.document)
        try:
            body = await read_chunk(store, live.name, document, chunk)
        except StorageError:  # searching tells of it
            body = ""
        for text in (body, document.title, *chunk.address.heading, document.path):
            for _, start, end, _ in find(text, {form}):
                return shown(form, text[start:end])
    return form


def shown(form: str, written: str) -> str:
    """How a word is shown that stands so in a text.

    Capitals at its beginning, or all of it in capitals, say nothing of the word itself.

    >>> [shown("github", text) for text in ("GitHub", "github", "Github", "GITHUB")]
    ['GitHub', 'github', 'github', 'github']
    >>> shown("email", "E-mail"), shown("getusername", "get_user_name")
    ('e-mail', 'get_user_name')
    """
    rest = written[1:]
    if not rest.islower() and not written.isupper():
        return written
    return form if lowered(written) == form.lower() else written.lower()
