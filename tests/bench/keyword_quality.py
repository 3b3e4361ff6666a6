"""How good is the keyword leg? Prints nDCG@10 and timings for judged collections.

Run: ``python tests/bench/keyword_quality.py [FOLDER] [NAME ...] [--parts]``, FOLDER holding
collections in BEIR layout (the judged data in FOSSICK_DATA if none is named); a name such as
``cranfield:test_binary_all`` picks a split. ``--parts`` prints what each part of the leg brings.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from app.core.analysis import language_of
from app.core.evaluation import JudgedCollection, evaluate, load_beir
from app.core.kernels import STAY
from app.core.lexical import (
    KeywordIndex,
    Lexicon,
    Ranker,
    Reading,
    Row,
    SearchedSegment,
    Vocabulary,
    build_postings,
    parse,
    plan,
    wording,
)
from app.core.lexical.keys import DEFAULT_LANGUAGE
from app.core.lexical.lookup import Likeness
from app.core.lexical.numbering import Numbering

LANGUAGES = [f"xquad/{language}" for language in ("en", "de", "es", "ru", "zh", "ar")]
NAMES = ["scifact", "cranfield", "cranfield:test_binary_all", "cosqa_code", *LANGUAGES]
TODAY = date(2026, 1, 1)
DEPTH = 100


@dataclass(frozen=True)
class Variant:
    """The leg with one part changed."""

    name: str
    ranker: Ranker = field(default_factory=Ranker)
    reading: Reading = field(default_factory=Reading)
    language: str = ""
    """Taken for that of every document, "" for the one that is detected."""
    wholes_only: bool = False
    """Whether compounds are indexed without their parts."""
    patched: tuple[tuple[str, object], ...] = ()
    """Names in `wording` and what they stand for instead."""


def _likeness(name: str, **weights: float) -> Variant:
    return Variant(name, reading=Reading(likeness=Likeness(**weights)))


def _titles(weight: float) -> Variant:
    body, headings, _, path = Ranker().weights
    return Variant(
        f"Title weight {weight:g}", ranker=Ranker(weights=(body, headings, weight, path))
    )


AS_IT_IS = Variant("As it is")
VARIANTS = [
    AS_IT_IS,
    _likeness("No stems", stem=0.0),
    _likeness("Stem weight 1", stem=1.0),
    _likeness("Stem weight 0.8", stem=0.8),
    _likeness("Stems and folds in full weight", stem=1.0, fold=1.0, marked_fold=1.0),
    _likeness("No stems, no folds", stem=0.0, fold=0.0, marked_fold=0.0),
    Variant("All taken for English", language="en"),
    Variant("No coverage", ranker=Ranker(coverage=0.0)),
    Variant("Coverage 0.1", ranker=Ranker(coverage=0.1)),
    Variant("Coverage 0.2", ranker=Ranker(coverage=0.2)),
    Variant("No proximity", ranker=Ranker(proximity=0.0)),
    Variant("Proximity 0.1", ranker=Ranker(proximity=0.1)),
    Variant("No correction of unknown words", reading=Reading(correct=False)),
    Variant("All words required", reading=Reading(all_words=True)),
    Variant("Stop words scored", patched=(("is_stop", lambda form, language: False),)),
    Variant("Parts of the query's compounds in full weight", patched=(("PART_WEIGHT", 1.0),)),
    Variant("Compounds not taken apart", wholes_only=True, patched=(("PART_WEIGHT", 0.0),)),
    _titles(1.0),
    _titles(3.0),
]


class _Wholes(Numbering):
    """Without the parts of compounds."""

    def numbers(
        self, texts: Sequence[str], sequence: Sequence[int] | None = None
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Those of `Numbering` that step on."""
        found, sizes = super().numbers(texts, sequence)
        is_whole = found < STAY
        ends = np.cumsum(sizes)
        wholes = np.concatenate([[0], np.cumsum(is_whole)])[ends]
        return found[is_whole], np.diff(wholes, prepend=0).astype(np.uint32)


def indexed(collection: JudgedCollection, variant: Variant) -> KeywordIndex:
    """One segment of the documents, each a passage as it stands."""
    vocabulary = Vocabulary()
    if variant.wholes_only:
        vocabulary.numbering = _Wholes()
    spoken = [
        variant.language or language_of(document.text) or DEFAULT_LANGUAGE
        for document in collection.documents
    ]
    rows = [
        Row("", document.text, title=document.title, language=language)
        for document, language in zip(collection.documents, spoken, strict=True)
    ]
    names = tuple(sorted(set(spoken)))
    languages = np.array([names.index(language) for language in spoken], dtype=np.uint8)
    segment = SearchedSegment(
        build_postings(rows, vocabulary), None, languages if len(names) > 1 else None, names
    )
    return KeywordIndex([segment], ranker=variant.ranker)


def measure(collection: JudgedCollection, variant: Variant = AS_IT_IS) -> dict[str, float]:
    """Metrics of the leg, and its times in seconds and ms: NumPy's kernels, a query at a time."""
    start = time.perf_counter()
    index = indexed(collection, variant)
    built = time.perf_counter() - start
    lexicon = Lexicon(index.segments)
    run, times = {}, []
    with ExitStack() as stack:
        for name, value in variant.patched:
            stack.enter_context(patch.object(wording, name, value))
        for query_id, text in collection.queries.items():
            start = time.perf_counter()
            asked = plan(parse(text, TODAY).tree, lexicon, variant.reading)
            hits = index.search(asked, DEPTH)
            times.append(time.perf_counter() - start)
            ids = [collection.documents[ordinal].id for ordinal in hits.ordinals.tolist()]
            run[query_id] = dict(zip(ids, hits.scores.tolist(), strict=True))
    p50, p99 = np.percentile(np.array(times) * 1000, [50, 99])
    metrics = evaluate(run, collection.qrels)
    return {**metrics, "build_s": built, "p50_ms": p50, "p99_ms": p99}


def print_metrics(names: Sequence[str], load: Callable[[str], JudgedCollection]) -> None:
    """One row a collection."""
    columns = ("ndcg@10", "recall@100", "mrr@10", "map", "build_s", "p50_ms", "p99_ms")
    print(f"{'':26}" + "".join(f"{column:>12}" for column in columns))
    for name in names:
        result = measure(load(name))
        print(f"{name:26}" + "".join(f"{result[column]:12.4f}" for column in columns), flush=True)


def print_parts(names: Sequence[str], load: Callable[[str], JudgedCollection]) -> None:
    """nDCG@10, one row a variant, one column a collection."""
    collections = [load(name) for name in names]
    print(f"{'':48}" + "".join(f"{name[-12:]:>13}" for name in names))
    for variant in VARIANTS:
        print(f"{variant.name:48}", end="", flush=True)
        for collection in collections:
            result = measure(collection, variant)
            print(f"{result['ndcg@10']:13.4f}", end="", flush=True)
        print()


def main() -> None:
    """Measure the collections named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    judged = Path(os.environ.get("FOSSICK_DATA", "../shared/data")) / "eval"
    parser.add_argument("folder", type=Path, nargs="?", default=judged)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--parts", action="store_true")
    options = parser.parse_args()

    def load(name: str) -> JudgedCollection:
        folder, _, split = name.partition(":")
        return load_beir(options.folder / folder, split or "test")

    (print_parts if options.parts else print_metrics)(options.names, load)


if __name__ == "__main__":
    main()
