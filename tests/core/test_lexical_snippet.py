"""Which words of a passage are marked, and which part of a long one is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis import entries
from app.core.lexical import Wanted
from app.core.lexical.snippet import cut, highlights, window
from tests.fixtures.keyword import bodies, index_of, wanted_by


def marked(text, query):
    """The stretches of `text` that `query` marks."""
    return [text[s:e] for s, e in highlights(text, wanted_by(index_of(bodies(text)), query))]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Digging dug digs DIG", "dig ", ["Digging", "digs", "DIG"]),
        ("Café ﬁne CAFE", "cafés fine ", ["Café", "ﬁne", "CAFE"]),
        ("the gold of the river", "the river ", ["river"]),
        ("the who", "the ", ["the"]),
        ("call getUserName(user)", "user ", ["User", "user"]),
        ("call getUserName(user)", "getUserName ", ["getUserName", "user"]),
        ("an e-mail, an email", "email ", ["e-mail", "email"]),
        ("我爱北京天安门", "北京天 ", ["北京天"]),
        ("Ain’t. O'Brien's", "ain't o'brien ", ["Ain’t", "O'Brien"]),
        ("nothing", "gold", []),
    ],
)
def test_highlights(text, query, expected):
    """Whatever the analyzer takes for the same word is marked, once, as it stands in the text."""
    assert marked(text, query) == expected


def test_completed_words_are_marked():
    """While a word is typed, the words it was completed to are marked as a whole."""
    text = "Prospectors and prospects, no prose"
    wanted = wanted_by(index_of(bodies(text)), "prosp", typing=True)
    assert [text[s:e] for s, e in highlights(text, wanted)] == ["Prospectors", "prospects"]


@given(st.text("ab éß-我爱'.\u0301", max_size=40), st.text("ab éß-我爱'.", max_size=8))
def test_highlights_are_ordered_and_apart(text, query):
    """Stretches lie in the text, rise and never overlap, and each holds a term of the query."""
    wanted = wanted_by(index_of(bodies(text)), query)
    found = highlights(text, wanted)
    flat = [at for span in found for at in span]
    assert flat == sorted(flat)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert bool(found) == bool(wanted.among({entry.form for entry in entries(text)}))


LONG = "One two three. " * 20 + "Here is gold and silver. Here is gold. " + "Four five six. " * 20


def test_window_takes_the_sentence_with_most_words():
    """Gold and silver together beat gold alone, and the sentence is shown from its start."""
    snippet = cut(LONG, highlights(LONG, Wanted({"gold", "silver"})), 60)
    assert snippet.text.startswith("Here is gold and silver.")
    assert [snippet.text[s:e] for s, e in snippet.highlights] == ["gold", "silver", "gold"]
    assert LONG[snippet.start :].startswith(snippet.text)


def test_window_without_highlights_is_the_beginning():
    """A passage found by meaning is shown from its start."""
    assert cut(LONG, [], 30).text == "One two three. One two three."


def test_short_text_is_shown_whole():
    """Nothing is cut that fits."""
    assert window("gold", [(0, 4)], 10) == (0, 4)


def test_window_cuts_between_words():
    """Without sentences, borders are between words, with words before the match."""
    text = "word " * 100 + "gold " + "word " * 100
    snippet = cut(text, [(500, 504)], 80)
    words = snippet.text.split(" ")
    assert set(words) == {"word", "gold"}
    assert 2 <= words.index("gold") <= 6


@given(
    st.text("ab. 我\u0301\n", min_size=1, max_size=150),
    st.lists(st.tuples(st.integers(0, 150), st.integers(1, 30)), max_size=6),
    st.integers(1, 60),
)
def test_window_is_short_and_shows_a_highlight(text, raw, length):
    """Never longer than asked, inside the text, and with a highlight if there is one."""
    spans, at = [], 0
    for gap, size in raw:
        start, end = at + gap % 40, at + gap % 40 + size
        if end <= len(text):
            spans.append((start, end))
            at = end
    start, end = window(text, spans, length)
    assert 0 <= start <= end <= len(text)
    assert end - start <= length
    if spans:
        assert cut(text, spans, length).highlights
    if any(e - s <= length for s, e in spans):
        assert any(start <= s and e <= end for s, e in spans)
