"""How are words and meaning best fused? Prints nDCG@10 of both legs and of ways to join them.

Run: ``python tests/bench/fusion_quality.py [FOLDER] [NAME ...]``, FOLDER holding collections in
BEIR layout (the judged data in FOSSICK_DATA if none is named). Vectors are those of the bundled
model, kept in build/eval-cache.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import _corpus as corpus
import numpy as np
from keyword_quality import AS_IT_IS, TODAY, indexed
from numpy.typing import NDArray

from app.core.evaluation import JudgedCollection, evaluate, load_beir
from app.core.lexical import Lexicon, parse, plan, tree
from app.core.ranking import convex, rrf
from app.core.ranking.fusion import Fused
from app.host.onnx_embedder import OnnxEmbedder
from app.host.vector_cache import CachedEmbedder

CACHE = Path(__file__).parents[2] / "build" / "eval-cache"
DEPTH = 100
"""Candidates of a leg, as for ten hits."""
NAMES = ["scifact", "cranfield", "xquad/en", "cosqa_code"]


@dataclass(frozen=True)
class Legs:
    """What both legs found for a query, each the first `DEPTH`."""

    words: NDArray[np.int64]
    scores: NDArray[np.float64]
    ceiling: float
    """The score that no document can reach."""
    cosines: NDArray[np.float64]
    """Of every document."""

    @property
    def nearest(self) -> NDArray[np.int64]:
        """Documents by meaning, nearest first."""
        return np.argsort(-self.cosines, kind="stable")[:DEPTH]


Way = Callable[[Legs], Fused]


def words(legs: Legs) -> Fused:
    """The keyword leg alone."""
    return Fused(legs.words, legs.scores)


def meaning(legs: Legs) -> Fused:
    """The vector leg alone."""
    return Fused(legs.nearest, legs.cosines[legs.nearest])


def by_rank(weight: float) -> Way:
    """Reciprocal rank fusion, meaning weighing `weight` beside the words' 1."""
    return lambda legs: rrf([legs.words, legs.nearest], weights=[1.0, weight])


def by_bound(weight: float) -> Way:
    """Words divided by their bound, cosines as they are: what the engine does."""
    return lambda legs: _convex(legs, weight, legs.ceiling, 1.0)


def by_best(weight: float) -> Way:
    """Both divided by the best of the query."""
    return lambda legs: _convex(
        legs, weight, float(legs.scores.max(initial=0.0)), float(legs.cosines.max())
    )


def _convex(legs: Legs, weight: float, most: float, nearest: float) -> Fused:
    both = np.union1d(legs.words, legs.nearest)
    cosines = np.clip(legs.cosines[both], 0.0, None) / nearest
    scores = legs.scores / most if most else legs.scores
    return convex([(legs.words, scores), (both, cosines)], [1.0 - weight, weight])


WAYS: Mapping[str, Way] = {
    "words": words,
    "meaning": meaning,
    "RRF 1 : 1": by_rank(1.0),
    "RRF 1 : 0.5": by_rank(0.5),
    "convex, by the best, 0.5": by_best(0.5),
    **{f"convex, by the bound, {w}": by_bound(w) for w in (0.3, 0.4, 0.5, 0.55, 0.6)},
}


def legs_of(judged: JudgedCollection) -> dict[str, Legs]:
    """Both legs for every query."""
    index = indexed(judged, AS_IT_IS)
    lexicon = Lexicon(index.segments)
    trees = {query: parse(text, TODAY).tree for query, text in judged.queries.items()}
    passages = corpus.native_vectors(corpus.judged_passages(judged), CACHE)
    embedder = CachedEmbedder(OnnxEmbedder(), CACHE)
    asked = [tree.words(node) for node in trees.values()]
    vectors = asyncio.run(embedder.embed(asked, "query"))
    embedder.save()
    found = {}
    for (query, node), vector in zip(trees.items(), vectors, strict=True):
        hits = index.search(plan(node, lexicon, AS_IT_IS.reading), DEPTH)
        cosines = (passages @ vector).astype(np.float64)
        found[query] = Legs(hits.ordinals, hits.scores, hits.ceiling, cosines)
    return found


def main() -> None:
    """Measure the collections named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    folder = Path(os.environ.get("FOSSICK_DATA", "../shared/data")) / "eval"
    parser.add_argument("folder", type=Path, nargs="?", default=folder)
    parser.add_argument("names", nargs="*", default=NAMES)
    options = parser.parse_args()
    columns = []
    for name in options.names:
        judged = load_beir(options.folder / name)
        legs = legs_of(judged)
        ids = [document.id for document in judged.documents]
        column = {}
        for label, way in WAYS.items():
            run = {}
            for query, found in legs.items():
                fused = way(found)
                names = [ids[ordinal] for ordinal in fused.ordinals.tolist()]
                run[query] = dict(zip(names, fused.scores.tolist(), strict=True))
            column[label] = evaluate(run, judged.qrels)["ndcg@10"]
        columns.append(column)
    print(f"{'':28}" + "".join(f"{name:>12}" for name in options.names))
    for label in WAYS:
        print(f"{label:28}" + "".join(f"{column[label]:12.4f}" for column in columns))


if __name__ == "__main__":
    main()
