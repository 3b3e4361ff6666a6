"""Text to forms: spelling, stems, languages, stop words, and the model's word pieces."""

from app.core.analysis.closed_words import is_stop, stop_words
from app.core.analysis.entries import entries, find, forms_in, holds, is_character
from app.core.analysis.languages import language_of, query_language
from app.core.analysis.normalise import normalise
from app.core.analysis.spelling import fold, lowered, spell
from app.core.analysis.stems import keys
from app.core.analysis.words import Entry

VERSION = "forms/1"
"""Changes when the same text would give other forms or keys; an index is bound to it."""

__all__ = [
    "VERSION",
    "Entry",
    "entries",
    "find",
    "fold",
    "forms_in",
    "holds",
    "is_character",
    "is_stop",
    "keys",
    "language_of",
    "lowered",
    "normalise",
    "query_language",
    "spell",
    "stop_words",
]
