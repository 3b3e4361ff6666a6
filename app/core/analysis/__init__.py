"""Text to terms: what counts as a word, and as the same word."""

from app.core.analysis.entries import entries, find, holds, is_character
from app.core.analysis.numbering import STAY, Numbering
from app.core.analysis.spelling import fold, spell
from app.core.analysis.words import Entry, Token
from app.core.analysis.stems import keys
from app.core.analysis.stop_words import STOP_WORDS
VERSION = "forms/1"
def language_of(text): return "en"
def stop_words(language): return STOP_WORDS
def query_language(words, languages): return "en"

__all__ = ["VERSION", "Token", "Entry", "STAY", "Numbering", "entries", "find", "fold", "spell", "keys", "holds", "is_character", "language_of", "stop_words", "query_language"]
