"""Filters written in a query: they hold for hits by words and by meaning alike."""

from datetime import date, datetime

import pytest

from app.core.model import Corrected
from tests.engine.helpers import collection, paths, run, source

TODAY = date(2024, 5, 15)


def stamp(*day):
    """Seconds since 1970 at noon of a day where the test runs."""
    return datetime(*day, 12).timestamp()


FILES = [
    source(
        "work/Reports/annual.md",
        "---\nauthor: Ada Lovelace\n---\n# Annual report\n\nThe gold mine did well.",
        modified=stamp(2024, 3, 31),
    ),
    source(
        "work/notes/mine.txt", "Mine is the gold pan on the shelf.", modified=stamp(2024, 5, 14)
    ),
    source("private/old/pan.txt", "gold " * 3000, modified=stamp(2022, 1, 1)),
    source(
        "private/brief.html", "<p>Die Mine ist alt und das Gold ist weg, wie wir alle wissen.</p>"
    ),
]
EVERY = {each.path for each in FILES}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("gold type:markdown", {"annual.md"}),
        ("gold type:markdown,html", {"annual.md", "brief.html"}),
        ("gold -type:text", {"annual.md", "brief.html"}),
        ("gold ext:txt", {"mine.txt", "pan.txt"}),
        ("gold type:txt", {"mine.txt", "pan.txt"}),
        ("gold type:txt,markdown", {"annual.md", "mine.txt", "pan.txt"}),
        ("gold lang:de", {"brief.html"}),
        ("gold path:reports", {"annual.md"}),
        ("gold path:notes/*.txt", {"mine.txt"}),
        ("gold dir:private", {"pan.txt", "brief.html"}),
        ("gold dir:work/reports", {"annual.md"}),
        ("gold -dir:old", {"annual.md", "mine.txt", "brief.html"}),
        ("gold author:lovelace", {"annual.md"}),
        ("gold date:2024", {"annual.md", "mine.txt"}),
        ("gold date:2024-03", {"annual.md"}),
        ("gold date:yesterday", {"mine.txt"}),
        ("gold before:2023", {"pan.txt"}),
        ("gold after:2024-05", {"mine.txt"}),
        ("gold size:>10k", {"pan.txt"}),
        ("gold size:<1k", {"annual.md", "mine.txt", "brief.html"}),
        ("type:html", {"brief.html"}),
        ("page:3", set()),
        ("title:annual", {"annual.md"}),
        ("nothing type:html", set()),
    ],
)
@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_filters_in_queries(query, names, mode):
    """Only what passes is found; with no words, all that passes."""

    async def test():
        library = await collection(today=lambda: TODAY)
        await library.add(FILES)
        options = {"mode": mode, "groupBy": "document"}
        found = {path.rpartition("/")[2] for path in paths(await library.search(query, options))}
        if mode == "keyword" or query != "nothing type:html":
            assert found == names
        assert found <= {path.rpartition("/")[2] for path in EVERY}

    run(test())


def test_problems_are_told():
    """A query that cannot be taken as it stands is searched, and says what was wrong where."""

    async def test():
        library = await collection(today=lambda: TODAY)
        await library.add(FILES)
        result = await library.search('gold "mine did', {"mode": "keyword"})
        (problem,) = result.problems
        assert (problem.code, problem.start) == ("unclosed-quote", 5)
        assert paths(result) == ["work/Reports/annual.md"]
        corrected = await library.search("glod shelf ", {"mode": "keyword"})
        assert corrected.corrected == (Corrected("glod", ("gold",), 0, 4),)
        assert paths(corrected)[0] == "work/notes/mine.txt"
        exactly = await library.search("glod ", {"mode": "keyword", "correct": False})
        assert (exactly.hits, exactly.corrected) == ((), ())

    run(test())


def test_all_words():
    """With the operator "all" every word is needed."""

    async def test():
        library = await collection(today=lambda: TODAY)
        await library.add(FILES)
        options = {"mode": "keyword", "operator": "all"}
        assert paths(await library.search("gold shelf ", options)) == ["work/notes/mine.txt"]

    run(test())
