"""Plain words: the quick way to their forms beside the exact one."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.analysis.entries import word_entries
from app.core.analysis.plain import plain_forms
from app.core.analysis.scripts import WORD_OR_ADDRESS
from tests.core.test_analysis_entries import TABLE

PLAIN = """
gold Gold GOLD IMPORTANT Öl ÉTÉ Straße ﬁne rock-solid Windows-only __init__ _n_ snake_case_2 e.g
U.S.A os.path HTTPServer getUserName iPhone PDFs read_PDFs 3D il6 sha256 SHA-256 v1.2.3 V1.2 3.14
2024-01-15 192.168.0.1 7-1 1.2aB a1.2 miner's MINER'S don't DON’T we’ll rock-solid's fooB't 041fe8
"""
PARTS = ["a", "B", "ab", "Ab", "AB", "ABs", "v", "V", "s", "1", "20", "2024", "a1", "abc1", "Ab1c"]
PARTS += ["1B", "T10", "é", "É", "東", "ſ"]
JOINTS = ["", "", "_", "__", "-", ".", "'", "’", "_-", ",", "'s", "'t", "’LL", "+", "@", "#", " "]
WORDS = st.one_of(
    st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(JOINTS)), max_size=6).map(
        lambda pairs: "".join(part + joint for part, joint in pairs)
    ),
    st.text(st.sampled_from("aBvVst12._-'’é"), max_size=12),
    st.text(max_size=6),
    st.text(st.sampled_from("aB1_."), min_size=55, max_size=75),
)


def check(word):
    """Whether a word is plain; its forms are those of the exact way then."""
    forms = plain_forms(word)
    if not forms:
        return False
    assert WORD_OR_ADDRESS.findall(word) == [word]
    assert [(form, 0 if place else 1) for place, form in enumerate(forms)] == [
        (entry.form, entry.step) for entry in word_entries(word)
    ]
    return True


@given(WORDS)
@example("a.1-2")
@example("1.2.2024")
@example("1__1_a")
@example("_1.2.2024_")
@example("2024-01-15T1")
@example("1_ABs.2")
@example("gold'ſ")
@example("\u0640")
def test_plain_words_have_the_forms_of_entries(word):
    """Whatever is said to be plain."""
    check(word)


@pytest.mark.parametrize("word", PLAIN.split())
def test_the_commonest_kinds_are_plain(word):
    """Else all would be slow and nothing would tell."""
    assert check(word)


@pytest.mark.parametrize("word", [word for text, _ in TABLE for word in text.split()])
def test_words_of_the_table(word):
    """All kinds of words that entries are tested with."""
    check(word)


@pytest.mark.slow
def test_words_of_real_collections(judged_words):
    """Every word of the judged collections, most of them plain."""
    plain = sum(map(check, judged_words))
    assert plain > 0.85 * len(judged_words)
    assert sum(bool(re.search("[0-9A-Z]", word)) for word in judged_words) > 10_000
