"""What a query may become: completions and corrections, beside a count of every chunk."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.analysis import entries, fold, stop_words
from app.core.lexical import Lexicon, parse
from app.core.lexical.suggest import Suggester
from app.core.lexical.unfinished import ValueStart, WordStart, unfinished
from tests.fixtures.keyword import TODAY, bodies, found, index_of, planned

LIBRARY = index_of(
    [
        ("Gold", "Rush", "The miners dug for gold in the river, golden and heavy"),
        ("Silver", "Rush", "Silver is mined deep below the state-of-the-art mill; gold is not"),
        ("US mint", "", "The mint told us that gold coins are struck here. Résumé: received."),
        ("Notes", "Todo", "the state of the art of panning, see std::vector and NASA, nasal"),
        ("Letters", "", "We received the package and the golden letter; Gold! GOLD"),
    ],
    cut_at=[2, 3],
)


def start_of(text):
    """What is unfinished at the end of a query."""
    return unfinished(text, parse(text, TODAY).tree)


def suggester(text, index=LIBRARY):
    """The suggestions of a query over an index."""
    query = parse(text, TODAY).tree
    start = unfinished(text, query)
    word = start if isinstance(start, WordStart) else None
    return Suggester(text, query, word, Lexicon(index.segments))


def completions(text, limit=8, index=LIBRARY):
    """Texts of the completed query and their frequencies."""
    made = suggester(text, index)
    texts = [made.completed(word, word.text) for word in made.completing(limit)]
    return [(each.text, each.frequency) for each in texts]


def corrections(text, limit=3, index=LIBRARY):
    """Texts of the corrected query and their frequencies."""
    return [(each.text, each.frequency) for each in suggester(text, index).corrections(limit)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("gol", WordStart("gol", 0)),
        ("gol ", None),
        ("gol.", None),
        ("gold si", WordStart("si", 5)),
        ("gold -si", WordStart("si", 6)),
        ("NOT si", WordStart("si", 4)),
        ("(gold OR si", WordStart("si", 9)),
        ('"gold mi', WordStart("mi", 6, in_phrase=True)),
        ('"gold mi"', None),
        ("title:gol", WordStart("gol", 6, "title")),
        ("title:(a heading:b", WordStart("b", 17, "heading")),
        ("title:", None),
        ("std::ve", WordStart("ve", 5)),
        ("e-ma", WordStart("ema", 0)),
        ("#gol", WordStart("#gol", 0)),
        ("gold OR", None),
        ("gold^2", None),
        ("gol~", None),
        ("gol*", None),
        ("/gol/", None),
        ("東京", None),
        ("a\\*b", None),
        ("\\-gol", WordStart("gol", 0)),
        ("date:20", None),
        ("page:3", None),
        ("type:", ValueStart("type", "", 5)),
        ("gold -type:pd", ValueStart("type", "pd", 11)),
        ("type:pdf,ma", ValueStart("type", "ma", 9)),
        ("type:(pdf OR m", ValueStart("type", "m", 13)),
        ('dir:"My Do', ValueStart("dir", "My Do", 4)),
        ('author:"Doe, J","B', ValueStart("author", "B", 16)),
        ('author:"Doe, J"', None),
        ("type:pdf ", None),
    ],
)
def test_what_is_unfinished(text, expected):
    """The word or value at the very end, if it may go on."""
    assert start_of(text) == expected


@given(st.text(st.sampled_from('gol si"()*?~/:-+^ANDORT,.|&!\\<>0123 我é\ntype:dir:'), max_size=30))
def test_any_text_is_read(text):
    """Whatever is typed, and what is unfinished stands where it is said to."""
    start = start_of(text)
    if start is not None:
        assert 0 <= start.start <= len(text)
    suggester(text).completing(3)
    suggester(text).corrections(3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gol", [("gold", 4), ("golden", 2)]),
        ("Gol", [("Gold", 4), ("Golden", 2)]),
        ("gold", [("golden", 2)]),
        ("nas", [("NASA", 1), ("nasal", 1)]),
        ("resu", [("résumé", 1)]),
        ("the coins are st", [("the coins are struck", 1), ("the coins are state", 2),
                              ("the coins are stateoftheart", 1), ("the coins are std", 1)]),
        ("title:go", [("title:gold", 1)]),
        ("title:golde", []),
        ("heading:ru", [("heading:rush", 2)]),
        ("silver -go", [("silver -gold", 4), ("silver -golden", 2)]),
        ("std::ve", [("std::vector", 1)]),
        ("zz", []),
    ],
)  # fmt: skip
def test_completions(text, expected):
    """Once each, in the spelling of most chunks, the rest of the query as it stands."""
    assert completions(text) == expected


def test_stop_words_complete_phrases_only():
    """Elsewhere they would find nothing."""
    assert completions("th") == []
    assert [text for text, _ in completions('"in th')] == ['"in the', '"in that']


def test_limits():
    """So many and no more; none for none."""
    assert len(completions("g", 1)) == 1
    assert completions("g", 0) == []
    assert corrections("glod ", 0) == []


WORDS = ["gold", "Gold", "GOLD", "golden", "goldsmith", "mine", "mines", "river", "golf", "göld"]
TEXTS = st.lists(
    st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join), min_size=1, max_size=14
)


@settings(deadline=None)
@given(TEXTS, st.sets(st.integers(0, 14), max_size=3), st.integers(0, 2**14 - 1))
def test_beside_another_word_what_belongs_together_is_first(texts, cuts, bits):
    """By the cosine of the two sets of chunks, over any segments and deletes."""
    live = [bool(bits >> number & 1) for number in range(len(texts))]
    index = index_of(bodies(*texts), cut_at=cuts, live=live)
    sets = [
        [entry.form for entry in entries(text)]
        for text, lives in zip(texts, live, strict=True)
        if lives
    ]
    # A chunk that holds several forms of the completion counts for each where it is weighed.
    weighed, counts = {}, {}
    beside = [forms for forms in sets if {"mine", "mines"} & set(forms)]
    for name in {fold(form) for forms in sets for form in forms} - {"mine", "river"}:
        if name.startswith("gol"):
            held = [len({f for f in forms if fold(f) == name}) for forms in sets]
            together = sum(len({f for f in forms if fold(f) == name}) for forms in beside)
            weighed[name] = (-together / math.sqrt(sum(held)), -sum(held), name)
            counts[name] = sum(map(bool, held))
    expected = sorted(counts, key=weighed.__getitem__)
    if not beside:
        expected = sorted(counts, key=lambda name: (-counts[name], name))
    got = completions("mine gol", 20, index)
    assert [(fold(text.split()[-1]), count) for text, count in got] == [
        (name, counts[name]) for name in expected
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("recieved ", [("received ", 2)]),
        ("Recieved", [("Received", 2)]),
        ("the pakage recieved ", [("the package received ", 1)]),
        ('"recieved the pakage"', [('"received the package"', 1)]),
        ("title:slver -glod", [("title:silver -glod", 1)]),
        ("gold-lettre ", [("gold-letter ", 1)]),
        ("gold-coins ", []),
        ("gold silver", []),
        ("gold whta ", []),
        ("recie", [("received", 2)]),
        ("reciev", [("received", 2)]),
        ("glod~ type:pfd /gl.d/ glo* ", []),
        ("2042 cta ", []),
        ("gold heading: type:", []),
        ("ogld ", [("gold ", 4)]),
    ],
)
def test_corrections(text, expected):
    """Words that nothing holds, also in phrases, fields and compounds; the rest stays."""
    assert corrections(text) == expected


def test_a_rare_word_beside_a_frequent_one_may_be_wrong():
    """A hundred times as frequent, and near; not the other endings of the same word."""
    index = index_of(bodies(*["receive the gold mines"] * 200, "recieve", "mine", "gild", "gild"))
    assert corrections("recieve ", index=index) == [("receive ", 200)]
    assert corrections("recieve", index=index) == [("receive", 200)], "while it is typed too"
    assert corrections("mine ", index=index) == []
    assert corrections("gild ", index=index) == [("gold ", 200)]
    assert corrections("recieve glod ", index=index) == [
        ("recieve gold ", 200),
        ("receive gold ", 200),
    ], "what is there is left first"


def test_the_rest_of_the_query_decides_between_near_words():
    """Of equally near words the one that stands with the others, though it is less frequent."""
    index = index_of(bodies(*["cold winter"] * 30, *["gold mine"] * 10, *["bold plan"] * 20))
    assert corrections("xold ", index=index)[0] == ("cold ", 30)
    assert corrections("xold mine ", index=index)[0] == ("gold mine ", 10)


def test_unlikely_words_are_not_proposed():
    """A typing error of others is no way to put one right."""
    index = index_of(bodies(*["treatment"] * 200, "treatmnet"))
    assert corrections("treatmnt ", index=index) == [("treatment ", 200)]


def test_stretches_that_are_new():
    """Where the words stand that were put in."""
    made = suggester("the pakage recieved ")
    (made_right,) = made.corrections(1)
    changed = [made_right.text[start:end] for start, end in made_right.new]
    assert changed == ["package", "received"]


def test_known():
    """The chunks that hold the last word as it stands, however it is spelled."""
    assert [suggester(text).known for text in ("gold", "GOLD", "gol", "gold ", "resume")] == [
        4,
        4,
        0,
        0,
        1,
    ]


def test_stop_words_are_never_completions():
    """Of all the words of a prefix, none is a stop word of the query's language."""
    for letter in "abcdefghijklmnopqrstuvwxyz":
        for word in suggester(letter).completing(50):
            assert word.name not in stop_words("en")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("glod ", [("glod", ("gold",), 0, 4)]),
        ("see glod and slver ", [("glod", ("gold",), 4, 8), ("slver", ("silver",), 13, 18)]),
        ("+gold-lettre ", [("lettre", ("letter",), 6, 12)]),
        ("gold-coins ", []),
        ("gold ", []),
        ("gold heading: ", []),
        ('"glod" ', []),
        ("Recieve", [("Recieve", ("received",), 0, 7)]),
    ],
)
def test_what_a_search_corrects(query, expected):
    """The plan says what was searched for in place of what, and where it stands."""
    made = planned(LIBRARY, query, typing=True)
    assert [(c.text, c.to, c.start, c.end) for c in made.corrections] == expected
    assert planned(LIBRARY, query, correct=False).corrections == ()


def test_typing_through_an_error_finds_the_word_all_the_way():
    """From where the error is on, every beginning finds what is meant."""
    word = "recieved"
    for length in range(4, len(word) + 1):
        assert found(LIBRARY, word[:length], typing=True), word[:length]


def test_a_compound_with_a_wrong_part_finds_the_right_one():
    """Also where it must be found: the part stands in its row."""
    assert found(LIBRARY, "+golden-lettre ") == [4]
