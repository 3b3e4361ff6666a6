"""What a query comes to once its words are looked up."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.lexical import Lexicon, Reading, parse, plan
from app.core.lexical.planner import MAX_PATTERNS
from tests.fixtures.keyword import TODAY, ask, bodies, found, index_of, planned

LIBRARY = index_of(
    [
        ("Gold", "Rush", "The miners dug for gold in the river"),
        ("Silver", "Rush", "Silver is mined deep below the state-of-the-art mill"),
        ("US mint", "", "The mint told us that gold coins are struck here"),
        ("Notes", "Todo", "the state of the art of panning, see std::vector and NASA"),
    ]
)


@pytest.mark.parametrize(
    ("query", "ordinals"),
    [
        ("gold silver", {0, 1, 2}),
        ("the gold", {0, 2}),  # a stop word finds nothing by itself where there are others
        ("the of", {0, 1, 2, 3}),
        ("US", {2}),
        ("gold -coins", {0}),
        ("gold NOT river", {2}),
        ("gold AND coins", {2}),
        ("gold OR silver mint", {0, 1, 2}),
        ("+gold silver", {0, 2}),
        ('"gold coins"', {2}),
        ('"coins gold"', set()),
        ('"coins gold"~2', {2}),
        ('"gold here"~>4', {2}),
        ('"coins * struck"', {2}),
        ('"state of the art"', {1, 3}),
        ("state-of-the-art", {1, 3}),
        ("+state-of-the-art", {1, 3}),
        ("mining", {1}),
        ("title:gold", {0}),
        ("heading:rush", {0, 1}),
        ("body:rush", set()),
        ("title:(gold OR silver)", {0, 1}),
        ("nas*", {3}),
        ("*ver", {0, 1}),
        ("r?ver", {0}),
        ("/coins?|m.ll/", {1, 2}),
        ("gild~1", {0, 2}),
        ("std::vector", {3}),
        ("gold^3 silver", {0, 1, 2}),
        ("panning (+gold coins)", {0, 2, 3}),
        ("panning (+gold river mill)", {0, 2, 3}),  # mill alone is not what is in parentheses
        ('panning ("gold coins" river)', {2, 3}),
        ("panning (mint -title:US)", {3}),
        ("panning (mint (+gold river))", {0, 2, 3}),
        ("+mill (+gold river)", {1}),  # what may be missing does not matter beside what may not
        ("(-gold -panning) coins", set()),
        ("(-gold -panning) silver", {1}),
        ("+(std::dug coins)", {0, 2, 3}),  # any word of what may be missing is enough
        ("+(the coins)", {2}),
        ("+(the of)", {0, 1, 2, 3}),
        ("-gold", {1, 3}),
        ("*", {0, 1, 2, 3}),
        ("", set()),
        ("?!", set()),
    ],
)
def test_what_is_found(query, ordinals):
    """Each kind of query finds these texts and no others."""
    assert set(found(LIBRARY, f"{query} ")) == ordinals


def test_all_words():
    """With the setting every word is needed, stop words aside."""
    made = plan(
        parse("the gold coins ", TODAY).tree, Lexicon(LIBRARY.segments), Reading(all_words=True)
    )
    assert LIBRARY.search(made).ordinals.tolist() == [2]


RARE_WORDS = ["gild", *["gold mine"] * 100, *["mines in golden hills"] * 50, "Rush"]


@pytest.mark.parametrize("cut_at", [(), (1, 60, 61, 130)])
@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("gild", {"gild": ("gold",)}),
        ("gild mine", {"gild": ("gold",)}),
        ("GILD", {}),  # an acronym is another word
        ("body:gild", {"gild": ("gold",)}),
        ('"gild" rush', {}),
        ("gild*", {}),
        ("gild-rush", {}),
        ("hill", {}),
        ("glod", {"glod": ("gold",)}),
    ],
)
def test_rare_words_may_be_wrong(query, corrected, cut_at):
    """What is much more frequent, and one error away, is searched for as well."""
    made = planned(index_of(bodies(*RARE_WORDS), cut_at=cut_at), query)
    assert {each.text: each.to for each in made.corrections} == corrected
    assert all(each.is_known == (each.text != "glod") for each in made.corrections)
    assert not planned(index_of(bodies(*RARE_WORDS)), query, correct=False).corrections


@pytest.mark.parametrize("words", [["gild", "gild", *["gold"] * 199], ["gild", *["gold"] * 99]])
def test_a_word_that_is_not_much_more_frequent_is_not_meant(words):
    """A hundred times as frequent it must be."""
    assert not planned(index_of(bodies(*words)), "gild").corrections


def test_a_rare_word_comes_first():
    """Alone, and beside other words; what is written of it is not yet all."""
    index = index_of(bodies(*RARE_WORDS))
    every = ask(index, "gild", 200).ordinals.tolist()
    assert every[0] == 0 and set(every[1:]) == set(range(1, 101))
    assert ask(index, "gild mine", 200).ordinals.tolist()[0] == 0
    assert ask(index, "gild", 200, typing=True).ordinals.tolist() == [0]


def test_the_query_counts_in_its_language():
    """German words find their other forms in German texts, and German stop words say nothing."""
    index = index_of(bodies("Die alten Häuser am Fluss", "Der Hund und die Katze"), language="de")
    assert found(index, "das haus ") == [0]
    assert found(index, "die hunde ") == [1]


@pytest.mark.parametrize("pattern", ["(a+)+", "(a|aa)*b", r"(a)\1", "a*a*a*a*b"])
def test_hostile_regular_expressions_are_left_out(pattern):
    """They are named in a note, and cost nothing."""
    index = index_of(bodies("a" * 60, "gold"))
    begin = time.monotonic()
    made = planned(index, f"gold /{pattern}/ ")
    assert index.search(made).ordinals.tolist() == [1]
    assert time.monotonic() - begin < 1
    assert "could take forever" in made.notes[0]


def test_patterns_are_bounded():
    """Each looks at every form, so only the first few are used."""
    words = (f"*{letter}{other}*" for letter in "abcde" for other in "aeiou")
    made = planned(LIBRARY, " ".join(words))
    assert made.notes == (f"Only the first {MAX_PATTERNS} patterns of the query were used.",)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from('gold mine"()*?~/:-+^ANDORT,.|&!\\<>0123 我é\n'), max_size=40))
def test_any_text_is_answered(query):
    """Whatever is typed gives hits or none, never an error."""
    hits = ask(LIBRARY, query)
    assert hits.total >= len(hits.ordinals)
    ask(LIBRARY, query, typing=True)


@pytest.mark.parametrize(
    "query",
    [
        "gold " * 10_000,
        "(" * 1000 + "gold" + ")" * 1000,
        "NOT " * 1000 + "gold",
        "* " * 1000,
        '"' + "gold " * 2000 + '"',
        "*a* " * 1000,
        "x" * 100_000,
    ],
    ids=range(7),
)
def test_hostile_queries_are_answered_soon(query):
    """Long, deep, or greedy: within a bound."""
    begin = time.monotonic()
    ask(LIBRARY, query)
    assert time.monotonic() - begin < 5
