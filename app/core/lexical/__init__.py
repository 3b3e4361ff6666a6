"""Search by words: posting lists, BM25, queries and snippets."""

from app.core.lexical.build import build_postings
from app.core.lexical.index import KeywordHits, KeywordIndex
from app.core.lexical.merge import merge_postings
from app.core.lexical.postings import FIELDS, Postings
from app.core.lexical.query import Query, parse

__all__ = [
    "FIELDS",
    "KeywordHits",
    "KeywordIndex",
    "Postings",
    "Query",
    "build_postings",
    "merge_postings",
    "parse",
]
