"""Functions that run on CPython and in Pyodide and must give the same there and here.

Arguments and results are plain values; arrays come back as type, shape and bytes.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import app
from app.core.analysis import entries, fold, keys, language_of
from app.core.analysis.wordpiece import WordPiece, estimate_tokens
from app.core.chunking import chunk
from app.core.dense.clustering import kmeans
from app.core.dense.flat import CodedVectors, FlatIndex, VectorBlock, direction_codes
from app.core.dense.hash_embedder import HashEmbedder
from app.core.dense.pca import principal_components
from app.core.duplicates.joining import joined
from app.core.kernels import NumpyKernels
from app.core.lexical import KeywordIndex, PostingsBuilder, Row, parse
from app.core.lexical.snippet import cut, highlights
from app.core.ranking import rrf
from app.errors import FossickError
from app.formats import detect, read
from tests.fixtures.keyword import TODAY, ask, index_of, postings_of, wanted_by

Triple = tuple[str, str, str]


def platform() -> tuple[str, str]:
    """Where this runs, and the version of the package."""
    return sys.platform, app.__version__


def exact(array: Any) -> tuple[str, tuple[int, ...], bytes]:
    """An array as values that compare bit for bit."""
    return array.dtype.str, array.shape, array.tobytes()


def digest(value: object) -> str:
    """A short name of a value that shows as text."""
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()


# ---- text


def analysed(texts: Sequence[str]) -> list[tuple[str, str, list[tuple[Any, ...]]]]:
    """Folded spelling, language, and entries with their keys of each text."""
    found = []
    for text in texts:
        language = language_of(text)
        forms = [(*entry, keys(entry.form, language)) for entry in entries(text)]
        found.append((fold(text), language, forms))
    return found


def parsed(lines: Sequence[str]) -> list[Any]:
    """The tree of each line and what is wrong with it."""
    return [parse(line, TODAY) for line in lines]


def of_code_points(codes: Sequence[int]) -> list[tuple[str, list[str], list[int], int]]:
    """Folded, forms, WordPiece ids and estimate of each character alone and inside a word."""
    pieces = WordPiece(SMALL_VOCABULARY)
    found = []
    for code in codes:
        char = chr(code)
        text = f"{char} a{char}b"
        found.append(
            (
                fold(char),
                [e.form for e in entries(text)],
                pieces.encode(text),
                estimate_tokens(text),
            )
        )
    return found


def digests_of_code_points(blocks: Sequence[Sequence[int]]) -> list[str]:
    """One digest of `of_code_points` for each block."""
    return [digest(of_code_points(block)) for block in blocks]


SMALL_VOCABULARY = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##a", "##b", "##ab", "ab"),
    *("e", "o", "##e", "##o", "the", "gold", "##en", "!", "-", ".", ",", "北", "я", "##я"),
)


def word_pieces(vocabulary: Sequence[str], texts: Sequence[str]) -> list[tuple[list[int], int]]:
    """Ids and count of each text."""
    pieces = WordPiece(vocabulary)
    return [(pieces.encode(text), pieces.count(text)) for text in texts]


def estimates(texts: Sequence[str]) -> list[int]:
    """Estimated tokens of each text."""
    return [estimate_tokens(text) for text in texts]


# ---- words


def postings(documents: Sequence[Triple]) -> dict[str, Any]:
    """All arrays of the postings."""
    return {name: exact(array) for name, array in postings_of(documents).to_arrays().items()}


def keyword_index(documents: Sequence[Triple], cut_at: Sequence[int]) -> KeywordIndex:
    """Documents in segments that begin at `cut_at`, every seventh one deleted."""
    live = [number % 7 != 3 for number in range(len(documents))]
    return index_of(documents, cut_at=cut_at, live=live)


def keyword_rankings(
    documents: Sequence[Triple], cut_at: Sequence[int], lines: Sequence[str], k: int
) -> list[Any]:
    """Ordinals, scores and total of each query."""
    index = keyword_index(documents, cut_at)
    found = []
    for line in lines:
        hits = ask(index, line, k, typing=True)
        found.append((exact(hits.ordinals), exact(hits.scores), hits.total))
    return found


def best_ids(
    collection: Sequence[tuple[str, str, str]], lines: Sequence[str], k: int
) -> list[list[tuple[str, float]]]:
    """Ids and scores of the best documents, given as (id, title, text), for each query."""
    index = index_of([(title, "", text) for _, title, text in collection])
    rankings = []
    for line in lines:
        hits = ask(index, line, k)
        ids = [collection[ordinal][0] for ordinal in hits.ordinals.tolist()]
        rankings.append(list(zip(ids, hits.scores.tolist(), strict=True)))
    return rankings


def highlighted(documents: Sequence[Triple], lines: Sequence[str]) -> list[Any]:
    """Highlights and cut-out of every document for one of the queries."""
    index = index_of(documents)
    found = []
    for number, (_, _, body) in enumerate(documents):
        marked = highlights(body, wanted_by(index, lines[number % len(lines)]))
        found.append((marked, tuple(cut(body, marked, 80))))
    return found


# ---- vectors


def hash_vectors(texts: Sequence[str]) -> Any:
    """Vectors of the hash embedder."""
    return exact(HashEmbedder().embed(texts))


def nearest(matrix: Any, queries: Any, cut_at: Sequence[int], k: int) -> list[Any]:
    """Ordinals and scores of the nearest rows of each query; every fifth row is deleted."""
    edges = [0, *cut_at, len(matrix)]
    kernels = NumpyKernels().vectors
    blocks = [
        VectorBlock(
            CodedVectors(direction_codes(matrix[start:end]), kernels),
            np.arange(start, end, dtype=np.int64) * 2,
        )
        for start, end in pairwise(edges)
    ]
    live = np.arange(2 * len(matrix)) % 5 != 4
    index = FlatIndex(blocks, kernels)
    return [tuple(exact(part) for part in index.search(query, k, live)) for query in queries]


def fused(rankings: Sequence[Sequence[int]], weights: Sequence[float]) -> Any:
    """Reciprocal rank fusion."""
    arrays = [np.array(ranking, dtype=np.int64) for ranking in rankings]
    result = rrf(arrays, weights=weights)
    return exact(result.ordinals), exact(result.scores)


# ---- documents


def left_behind(documents: Sequence[Triple]) -> Any:
    """Fingerprints of the texts of documents, and which of them are joined."""
    builder = PostingsBuilder()
    builder.add(Row("", text, title=title) for _, title, text in documents)
    builder.build()
    *_, labels = joined(builder.fingerprints)
    return exact(builder.fingerprints), labels.tolist()


def components(seed: int, m: int) -> tuple[list[list[float]], list[float], list[list[float]]]:
    """Axes, shares of variance and coordinates of vectors whose variances fall."""
    chance = np.random.default_rng(seed)
    vectors = chance.standard_normal((200, 32)) * 0.7 ** np.arange(32) + chance.random(32)
    found = principal_components(vectors, m, seed=seed)
    return found.axes.tolist(), found.explained.tolist(), found.project(vectors[:9]).tolist()


def groups(seed: int) -> tuple[list[int], list[list[float]]]:
    """Labels and centroids of vectors in heaps."""
    chance = np.random.default_rng(seed)
    centres = 10 * chance.standard_normal((6, 8))
    vectors = centres[chance.integers(6, size=150)] + chance.standard_normal((150, 8))
    found = kmeans(vectors.astype(np.float32), 6, seed=seed)
    return found.labels.tolist(), found.centroids.tolist()


def documents_of(files: Sequence[tuple[str, bytes]]) -> list[Any]:
    """Each file as a `Document`, or the code of its error."""
    found: list[Any] = []
    for path, data in files:
        try:
            found.append((detect(path, data), read(path, data)))
        except FossickError as error:
            found.append(error.code)
    return found


def chunked(files: Sequence[tuple[str, bytes]], vocabulary: Sequence[str]) -> list[Any]:
    """Chunks of each file, measured by estimate and by a vocabulary."""
    counters = (estimate_tokens, WordPiece(vocabulary).count)
    return [
        chunk(read(path, data), count_tokens=count, size=size)
        for path, data in files
        for count in counters
        for size in (24, 200)
    ]
