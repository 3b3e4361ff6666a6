"""Phrases in real documents: no border between passages hides one, and none counts twice."""

from __future__ import annotations

import pytest

from tests.engine.helpers import collection, run, source

CODE = "\n".join(f"take{n} = give{n}(word{n}, other{n})" for n in range(150))
LONG = " ".join(f"part{n}" for n in range(400)) + "."
SENTENCES = " ".join(f"Here stands stone{n} beside tree{n} and well{n}." for n in range(120))
TABLE = "| a | b |\n|---|---|\n" + "\n".join(f"| left{n} | right{n} |" for n in range(200))


@pytest.mark.parametrize(
    ("path", "text", "phrases"),
    [
        ("a.py", CODE, [f"other{n} take{n + 1}" for n in range(149)]),
        ("a.txt", LONG, [f"part{n} part{n + 1}" for n in range(399)]),
        ("a.txt", SENTENCES, [f"tree{n} and well{n}" for n in range(120)]),
        ("a.txt", SENTENCES, [f"well{n} here stands stone{n + 1}" for n in range(119)]),
        ("a.md", TABLE, [f"right{n} left{n + 1}" for n in range(199)]),
    ],
    ids=["code", "one long sentence", "inside a sentence", "over sentences", "table"],
)
@pytest.mark.exhaustive
def test_every_phrase_of_a_document_is_found(path, text, phrases):
    """By passages and by documents, wherever the text was cut."""

    async def test():
        found = await collection(embedder=None)
        report = await found.add([source(path, text)])
        assert report.chunks > 2
        for phrase in phrases:
            for options in ({}, {"groupBy": "document"}):
                result = await found.search(f'"{phrase}"', {"mode": "keyword", **options})
                assert result.hits, (phrase, options)
                assert phrase.split()[0] in result.hits[0].text.lower()

    run(test())


def test_what_passages_share_counts_once():
    """A document scores for its phrases as if it had been cut without any overlap."""

    async def test():
        shared = "Gold lies in the old mine below the river, they say, and nobody ever went there."
        other = " ".join(
            f"Stone{n} stands beside tree{n} and well{n} in the wood." for n in range(9)
        )
        text = " ".join(f"{other} {shared}" for _ in range(12))
        found = await collection(embedder=None)
        report = await found.add([source("a.txt", text), source("b.txt", "nothing of the sort")])
        times = text.count("old mine")
        passages = await found.search(
            '"old mine"', {"mode": "keyword", "k": 100, "collapse": False}
        )
        assert passages.total < report.chunks
        held = sum(hit.text.count("old mine") for hit in passages.hits)
        assert held > times  # passages do share it
        (hit,) = (
            await found.search(
                '"old mine"', {"mode": "keyword", "groupBy": "document", "explain": True}
            )
        ).hits
        (part,) = hit.explanation.keyword.terms
        assert part.frequency == times

    run(test())
