"""How many near-copies are told from what their words leave behind and from vectors, at which cost?

Run: ``python tests/bench/near_copies.py``, with the data that FOSSICK_DATA names. Passages of
answers on medicine, of Git's sources and manuals and of SciFact are edited here; what is not meant
to be told are pairs of different passages that share less than 30 % of their shingles. Vectors of
the bundled model by native ONNX Runtime, kept in build/eval-cache.
"""

from __future__ import annotations

import html
import random
import re
import time
import zipfile
from collections.abc import Callable, Sequence

import _corpus as corpus
import _harness as harness
import numpy as np
from numpy.typing import NDArray

from app.core.duplicates.fingerprint import NEAR, distance
from app.core.evaluation import load_beir
from app.core.lexical import PostingsBuilder, Row
from app.engine.resemblance import AKIN, COSINE

EACH = 80
"""Passages of each source that are edited."""
DIFFERENT = 0.3


def sources() -> dict[str, list[str]]:
    """Passages of about 150 words."""
    chance = random.Random(20261121)
    answers: list[str] = []
    with zipfile.ZipFile(harness.DATA / "corpora" / "medquad-xml.zip") as members:
        names = sorted(name for name in members.namelist() if name.endswith(".xml"))
        for name in chance.sample(names, 2000):
            text = members.read(name).decode("utf-8", "replace")
            found = re.findall(r"<Answer>(.*?)</Answer>", text, re.DOTALL)
            answers += [" ".join(html.unescape(each).split()[:140]) for each in found]
    _, passages = corpus.text_files(harness.DATA, 900)
    judged = load_beir(harness.DATA / "eval" / "scifact")
    return {
        "answers": [text for text in dict.fromkeys(answers) if len(text) > 150][:1500],
        "Git": list(dict.fromkeys(passage.text for passage in passages)),
        "SciFact": [" ".join(each.text.split()[:150]) for each in judged.documents[:1500]],
    }


def edits(pool: Sequence[str]) -> dict[str, Callable[[str], str]]:
    """Ways to make a near-copy."""
    chance = random.Random(20261121)

    def changed(text: str, share: float) -> str:
        words: list[str] = []
        for word in text.split(" "):
            if chance.random() >= share:
                words.append(word)
            else:  # one of: left out, another in its place, another behind it
                words += chance.choice(([], [chance.choice(pool)], [word, chance.choice(pool)]))
        return " ".join(words)

    return {
        "2 % of the words": lambda text: changed(text, 0.02),
        "5 % of the words": lambda text: changed(text, 0.05),
        "10 % of the words": lambda text: changed(text, 0.1),
        "other numbers": lambda text: re.sub(r"\d+", lambda _: str(chance.randrange(99)), text),
        "no punctuation, other lines": lambda text: "\n".join(re.findall(r"\w+", text)),
        "capitals": str.upper,
        "last tenth cut off": lambda text: text[: len(text) * 9 // 10],
        "a line of nine words before it": lambda text: (
            f"Page 3 of 17 Annual Report 2021 Confidential Draft. {text}"
        ),
        "10 % of the letters misread": lambda text: re.sub(
            "[elo]",
            lambda found: "c10"["elo".index(found[0])] if chance.random() < 0.5 else found[0],
            text,
        ),
    }


def fingerprints(texts: Sequence[str]) -> NDArray[np.uint64]:
    """As indexing makes them."""
    builder = PostingsBuilder()
    builder.add(Row("", text) for text in texts)
    builder.build()
    return builder.fingerprints


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Of the bundled model."""
    passages = [corpus.TextPassage("", "", text) for text in texts]
    return corpus.native_vectors(passages, harness.ROOT / "build" / "eval-cache")


def told(apart: NDArray[np.uint8], cosines: NDArray[np.float32]) -> list[NDArray[np.bool_]]:
    """By words, by meaning, and as a search does it."""
    by_words, by_meaning = apart <= NEAR, cosines >= COSINE
    return [by_words, by_meaning, by_words | (by_meaning & (apart <= AKIN))]


def resemblance(one: str, other: str) -> float:
    """Jaccard of the shingles."""
    sets = []
    for text in (one, other):
        words = re.findall(r"\w+", text.lower())
        sets.append({tuple(words[at : at + 3]) for at in range(max(1, len(words) - 2))})
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def different(texts: Sequence[str]) -> list[object]:
    """How many pairs of different passages are told as near-copies, of how many."""
    prints, rows = fingerprints(texts), vectors(texts)
    cosines = rows @ rows.T
    apart = distance(prints[:, np.newaxis], prints)
    above = np.triu(np.ones(apart.shape, dtype=np.bool_), 1)
    line: list[object] = [f"{np.count_nonzero(above):,}"]
    for found in told(apart, cosines):
        pairs = np.argwhere(found & above).tolist()
        alike = [resemblance(texts[one], texts[other]) for one, other in pairs]
        line.append(f"{sum(each < DIFFERENT for each in alike)} of {len(pairs)}")
    return line


def main() -> None:
    """Measure and print the tables."""
    given = sources()
    base = [text for texts in given.values() for text in texts[:EACH]]
    prints, rows = fingerprints(base), vectors(base)
    pool = " ".join(given["answers"]).split()
    lines: list[list[object]] = []
    for name, edit in edits(pool).items():
        copies = [edit(text) for text in base]
        apart = distance(prints, fingerprints(copies))
        found = told(apart, (rows * vectors(copies)).sum(axis=1))
        lines.append([name, *(f"{each.mean():.2f}" for each in found)])
    columns = ["by words", "by meaning", "as a search does"]
    print("\nShare of near-copies that are told\n")
    print(harness.table(["edited", *columns], lines))
    print(f"\nDifferent passages (under {DIFFERENT:.0%} in common) among the pairs that are told\n")
    lines = [[name, *different(texts)] for name, texts in given.items()]
    print(harness.table(["", "pairs", *columns], lines))
    cost(given["SciFact"])


def cost(texts: Sequence[str]) -> None:
    """Seconds of processor time that fingerprints add to the postings."""
    from app.core.duplicates.fingerprint import fingerprints as made

    words = np.random.default_rng(1).integers(2**64, size=150 * len(texts), dtype=np.uint64)
    counts = np.full(len(texts), 150)
    seconds = []
    for _ in range(5):
        began = time.process_time()
        made(words, counts)
        seconds.append(time.process_time() - began)
    print(f"\n{1e6 * min(seconds) / len(texts):.1f} microseconds a passage of 150 words")


if __name__ == "__main__":
    main()
