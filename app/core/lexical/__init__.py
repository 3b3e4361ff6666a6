"""Search by words: posting lists, BM25, queries and snippets."""

from app.core.lexical.build import PostingsBuilder, Row, build_postings
from app.core.lexical.complaints import QueryError
from app.core.lexical.cut import Cut
from app.core.lexical.documents import DocumentIndex
from app.core.lexical.explaining import KeywordScore, explain
from app.core.lexical.grammar import parse
from app.core.lexical.index import KeywordIndex
from app.core.lexical.lexicon import Lexicon
from app.core.lexical.merge import merge_postings
from app.core.lexical.plan import Plan
from app.core.lexical.planner import plan
from app.core.lexical.postings import FIELDS, Postings
from app.core.lexical.ranker import KeywordHits, Ranker
from app.core.lexical.resolve import SearchedSegment
from app.core.lexical.vocabulary import Vocabulary
from app.core.lexical.wanted import Wanted
from app.core.lexical.wording import Reading

__all__ = [
    "FIELDS",
    "Cut",
    "DocumentIndex",
    "KeywordHits",
    "KeywordIndex",
    "KeywordScore",
    "Lexicon",
    "Plan",
    "Postings",
    "PostingsBuilder",
    "QueryError",
    "Ranker",
    "Reading",
    "Row",
    "SearchedSegment",
    "Vocabulary",
    "Wanted",
    "build_postings",
    "explain",
    "merge_postings",
    "parse",
    "plan",
]
