"""Facets: counts over all matches, and that a value's filter leaves just what was counted."""

import re
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import PlainChunk, SearchOptions
from app.engine.columns import folder_key, name_key
from app.engine.committing import Rhythm
from app.engine.facets import MAX_VALUES
from app.engine.filters import MAX_KEPT
from app.engine.folders import FolderTree, literal
from app.errors import InputError
from app.storage.merge import MergePolicy
from tests.engine.helpers import ConceptEmbedder, collection, paths, run, source

ALL = ("type", "folder", "year", "language", "author")
SMALL = {
    "rhythm": Rhythm(seconds=0.0, first_chunks=3, smallest=3, largest=3),
    "policy": MergePolicy(factor=1000),
}
"""A cut into many segments."""


def stamp(*day):
    """Seconds since 1970 at noon of a day where the test runs."""
    return datetime(*day, 12).timestamp()


FILES = [
    source("work/Reports/a.md", "---\nauthor: Ada\n---\ngold mine", modified=stamp(2024, 3, 1)),
    source(
        "work/Reports/b.md", "---\nauthor: Ada Lovelace\n---\ngold " * 9, modified=stamp(2023, 1, 1)
    ),
    source("work/c.txt", "gold in the river", modified=stamp(2024, 12, 31)),
    source("private/work/d.txt", "gold and silver", modified=stamp(2022, 1, 1)),
    source("e.html", "<p lang=de>Gold ist alles, was der Mensch noch haben will.</p>"),
    source("silver/f.txt", "silver " * 2000, modified=stamp(2024, 1, 1)),
]


def told(result):
    """The facets of a result as plain pairs."""
    return {
        facet: [(one.value, one.count) for one in values] for facet, values in result.facets.items()
    }


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_counts_are_documents_of_all_that_matches(mode):
    """However few hits are shown, and however many passages a document has."""

    async def test():
        library = await collection()
        await library.add(FILES)
        result = await library.search("gold ", {"mode": mode, "k": 1, "facets": True})
        assert len(result.hits) == 1
        assert result.documents == 5
        assert told(result) == {
            "type": [("markdown", 2), ("text", 2), ("html", 1)],
            "folder": [("work", 3), ("private", 1)],
            "year": [("2024", 2), ("2022", 1), ("2023", 1)],
            "language": told(result)["language"],
            "author": [("Ada", 1), ("Ada Lovelace", 1)],
        }
        assert ("de", 1) in told(result)["language"]
        long = await library.search("silver ", {"mode": mode, "facets": ["folder"]})
        assert told(long) == {"folder": [("private", 1), ("silver", 1)]}
        assert long.total > 2

    run(test())


def test_no_hit_is_without_its_values():
    """Hits that are only near in meaning are counted with what the words match, copies too."""

    async def test():
        library = await collection(embedder=ConceptEmbedder())
        near = [
            source("near/a.md", "puppy hound", modified=stamp(2020, 1, 1)),
            source("copy/a.md", "puppy hound", modified=stamp(2019, 1, 1)),
        ]
        words = [source(f"words/{n}.txt", f"dog cash {n}") for n in range(3)]
        far = [source(f"far/{n}.html", f"<p>car vehicle {n}</p>") for n in range(9)]
        await library.add([*near, *words, *far])
        result = await library.search("dog", {"k": 4, "facets": True})
        assert len(result.hits) == 4
        assert told(result)["type"] == [("text", 3), ("markdown", 2)]
        assert told(result)["folder"] == [("words", 3), ("copy", 1), ("near", 1)]
        assert result.documents == 5
        more = await library.search("dog", {"k": 1, "facets": ["type"]})
        assert sum(count for _, count in told(more)["type"]) == more.documents >= 3

    run(test())


def test_filters_are_those_of_the_query_language():
    """Each value carries the text that narrows to it."""

    async def test():
        library = await collection()
        await library.add([*FILES, source("My notes/g.md", "gold"), source("a(b)/h.md", "gold")])
        result = await library.search("gold ", {"mode": "keyword", "facets": True})
        filters = [one.filter for values in result.facets.values() for one in values]
        assert {
            *("type:markdown", "dir:/work", 'dir:"/My notes"', 'dir:"/a(b)"', "date:2024"),
            *("lang:de", "author:=Ada", 'author:="Ada Lovelace"'),
        } <= set(filters)

    run(test())


def test_folders_are_told_where_they_divide():
    """Inside a folder that all matches lie in, the next level."""

    async def test():
        library = await collection()
        names = ("a/x/1.txt", "a/x/2.txt", "a/y/3.txt", "b/4.txt", "5.txt")
        await library.add([source(f"disk/me/{name}", f"gold {name}") for name in names])
        options = {"mode": "keyword", "facets": ["folder"]}
        folders = {
            query: [value for value, _ in told(await library.search(query, options))["folder"]]
            for query in ("gold ", "gold dir:/disk/me/a", "gold dir:x", "gold path:5.txt")
        }
        assert folders == {
            "gold ": ["disk/me/a", "disk/me/b"],
            "gold dir:/disk/me/a": ["disk/me/a/x", "disk/me/a/y"],
            "gold dir:x": [],
            "gold path:5.txt": [],
        }

    run(test())


def test_only_what_is_asked_for():
    """By names, none without; in filters alone, and where nothing matches."""

    async def test():
        library = await collection()
        await library.add(FILES)
        plain = await library.search("gold ", {"mode": "keyword"})
        assert (plain.facets, plain.more_facets, plain.documents) == (None, None, None)
        two = await library.search("gold ", {"mode": "keyword", "facets": ["year", "type"]})
        assert list(two.facets) == ["year", "type"]
        for mode in ("keyword", "hybrid", "vector"):
            listed = await library.search("type:text", {"mode": mode, "facets": ["folder"]})
            assert told(listed) == {"folder": [("private", 1), ("silver", 1), ("work", 1)]}
            assert {path.rpartition("/")[2] for path in paths(listed)} == {
                "c.txt",
                "d.txt",
                "f.txt",
            }
        nothing = await library.search("", {"facets": True})
        assert (nothing.documents, set(told(nothing))) == (0, set(ALL))
        assert not any(nothing.facets.values())
        empty = await (await collection()).search("gold", {"facets": True, "sort": "name"})
        assert (empty.documents, empty.hits) == (0, ())

    run(test())


def test_by_meaning_the_candidates_are_counted():
    """Every passage has some meaning: those that were ranked count."""

    async def test():
        library = await collection(embedder=ConceptEmbedder())
        await library.add(
            [source("a/dog.txt", "puppy"), source("b/car.md", "car"), source("c/x.md", "x y z")]
        )
        near = await library.search("hound", {"mode": "vector", "facets": ["type"]})
        assert told(near)["type"] == [("markdown", 2), ("text", 1)]
        words = await library.search("puppy", {"facets": ["type"]})
        assert len(words.hits) == 3
        assert told(words)["type"] == [("markdown", 2), ("text", 1)], "what is shown counts too"
        first = await library.search("puppy", {"k": 1, "facets": ["type"]})
        assert told(first)["type"] == [("text", 1)]
        meant = await library.search("hound", {"facets": ["type"]})
        assert told(meant)["type"] == [("markdown", 2), ("text", 1)]

    run(test())


def test_deleted_documents_do_not_count():
    """From the moment that they are deleted; kept columns serve the next commits."""

    async def test():
        library = await collection()
        await library.add(FILES)
        options = {"mode": "keyword", "facets": ["folder", "author"]}
        before = await library.search("gold ", options)
        await library.remove(["work/Reports/a.md"])
        after = await library.search("gold ", options)
        listed = await library.search("* ", options)
        await library.add([source("zoo/z.md", "---\nauthor: Zoe\n---\ngold")])
        later = await library.search("gold ", options)
        assert before.documents - 1 == after.documents == later.documents - 1
        assert told(after)["folder"] == [("work", 2), ("private", 1)]
        assert told(after)["author"] == [("Ada Lovelace", 1)]
        assert listed.documents == 5
        assert told(later)["folder"] == [("work", 2), ("private", 1), ("zoo", 1)]
        assert told(later)["author"] == [("Ada Lovelace", 1), ("Zoe", 1)]

    run(test())


def test_few_values_and_how_many_more():
    """The most frequent, ties by value; the number of the rest."""

    async def test():
        library = await collection(**SMALL)
        await library.add(
            [
                PlainChunk(f"{n}-{m}", f"gold {n} {m}", metadata={"author": f"Author {n:02}"})
                for n in range(30)
                for m in range(2 if n == 7 else 1)
            ]
        )
        result = await library.search("gold ", {"mode": "keyword", "facets": True})
        authors = told(result)["author"]
        assert authors[:2] == [("Author 07", 2), ("Author 00", 1)]
        assert authors[2:] == sorted(authors[2:])
        assert len(authors) == MAX_VALUES == 20
        assert result.more_facets == {"author": 10}

    run(test())


def test_the_cut_into_segments_does_not_show():
    """One segment or many, the same facets."""

    async def test():
        one, many = await collection(), await collection(**SMALL)
        for library in (one, many):
            await library.add(FILES)
        assert (await many.stats()).segments > 1
        for query in ("gold ", "silver ", "type:text", "-gold"):
            options = {"mode": "keyword", "facets": True}
            first, second = await one.search(query, options), await many.search(query, options)
            assert (first.facets, first.documents) == (second.facets, second.documents)

    run(test())


@pytest.mark.parametrize(
    "options",
    [
        {"facets": "type"},
        {"facets": ["colour"]},
        {"facets": [3]},
        {"facets": 1},
        {"sort": "colour"},
        {"order": "up"},
        {"sort": "date", "order": True},
        {"order": "asc"},
    ],
)
def test_options_that_are_off(options):
    """They are named."""
    with pytest.raises(InputError):
        SearchOptions.of(options)


SIGNS = "ab AÄß9 .,-_()[]{}!*?\"'“”«»&=<>:;+~^\\/|℅？［＊℁½ﬀİı\u0301\u00ad\u3000\n東а́"
NAMES = st.text(st.sampled_from(SIGNS), min_size=1, max_size=8) | st.text(min_size=1, max_size=6)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join) | st.sampled_from(
    ["a/b/c", "A/b/d", "a/B/e", "a b/c", "a  b/d", "a[b]/c", "a*/b", "ab/c", "x", "http://a.b/c"]
)
QUERIES = (
    *("gold ", "gold", "gol", "gold mine", "+gold mine", '"gold mine"', "gold -mine", "gold OR x"),
    *("gold AND mine", "(gold mine)", "*", "-mine", "min* ", "type:chunk", '"gold mi', "(gold m"),
)


TEXTS = st.sampled_from(["gold", "gold mine", "mine", "x"])


@settings(deadline=None)
@given(st.lists(st.tuples(PATHS, NAMES, TEXTS), max_size=9), st.sampled_from(QUERIES))
def test_a_filter_leaves_what_was_counted(rows, query):
    """Put before the query as it stands, or behind it where its last word is finished."""
    plain = {
        path: PlainChunk(path, f"{text} {number}", metadata={"author": author})
        for number, (path, author, text) in enumerate(rows)
    }

    async def test():
        library = await collection(**SMALL)
        await library.add(list(plain.values()))
        await library.add(
            [
                source("a/ a /1.md", "---\nauthor: Ab\n---\ngold", modified=stamp(1999, 12, 31)),
                source("a/b/2.html", "<p lang=de>mine gold</p>", modified=stamp(2000, 1, 1)),
                source("3.py", "gold = mine", modified=-5e9),
            ]
        )
        await check(library, query)

    run(test())


async def check(library, query):
    """Every value of every facet, by the number of documents and by the hits themselves."""
    options = {"mode": "keyword", "facets": True, "typing": True, "groupBy": "document", "k": 1000}
    result = await library.search(query, options)
    assert result.documents == len(result.hits)
    for values in result.facets.values():
        for one in values:
            narrowed = await library.search(f"{one.filter} {query}", options)
            assert (narrowed.documents, len(narrowed.hits)) == (one.count, one.count), one
            assert narrowed.problems == result.problems or result.problems
            if query.endswith((" ", ")", '"')):
                behind = await library.search(f"{query} {one.filter}", options)
                assert behind.documents == one.count, one


@given(st.text(st.sampled_from(SIGNS), max_size=12) | st.text(max_size=12))
def test_keys_of_keys_are_themselves(text):
    """A value may be compared as it was written or as it was compared before."""
    assert name_key(name_key(text)) == name_key(text)
    key = folder_key(text)
    assert folder_key(key) == key
    assert FolderTree([text]).keys[-1] == key
    assert re.sub(r"\[([\[?*])\]", r"\1", literal(key)) == key


def test_years_begin_where_the_user_is():
    """A second before midnight is the old year; what no calendar has is unknown."""
    from app.engine.days import years

    eve = datetime(2024, 1, 1).timestamp()
    moments = np.array([eve - 1, eve, np.nan, np.inf, -np.inf, 1e300, -1e300, 0.0, -1e9])
    expected = [2023, 2024, 0, 0, 0, 0, 0, date.fromtimestamp(0).year, 1938]
    assert years(moments).tolist() == expected


def test_a_filter_is_worked_out_once(monkeypatch):
    """For all modes, depths and searches of a commit; few are kept."""
    from app.engine import filters

    asked = []
    original = filters._passing

    def passing(live, columns, wanted):
        asked.append((live.name, wanted))
        return original(live, columns, wanted)

    monkeypatch.setattr(filters, "_passing", passing)

    async def test():
        library = await collection(**SMALL, embedder=ConceptEmbedder())
        await library.add(FILES)
        for mode in ("hybrid", "keyword", "vector"):
            for k in (1, 500):
                await library.search(
                    "gold dir:work type:text",
                    {"mode": mode, "k": k, "facets": True, "filter": {"path": "work/"}},
                )
        assert len(asked) == len(set(asked))
        assert len({wanted for _, wanted in asked}) == 3
        n_segments = (await library.stats()).segments
        for n in range(2 * MAX_KEPT):
            await library.search(f"page:{n + 1}", {"mode": "keyword"})
        kept = library._state.view.filters._kept
        assert len(kept) == MAX_KEPT * n_segments

    run(test())
