"""The languages of many texts at once are those of each by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis import language_of
from app.core.evaluation import load_beir
from app.core.lexical import Vocabulary

_WORDS = """
the The of and gold der die das und Gold nicht we're don't x = f(a) { } ; is are the, (the) les une
de la que en el los och att som running stations ungen lichkeit a I i #include // quality 1,000
"""
WORDS = st.sampled_from(_WORDS.split())
_LETTERS = """
für où está São naïve ñ ß ŝ ł İstanbul ǆ ª µ café État ÆØÅ
α β-catenin κΒ µm Σ ΑΣ και το του της ένα ς
"""
LETTERS = st.sampled_from(_LETTERS.split())
SIGNS = st.sampled_from(["“", "”", "—", "…", "•", "’", "l’or", "don’t", "«"])
TEXTS = st.lists(
    st.one_of(
        st.lists(WORDS, max_size=40).map(" ".join),
        st.text(st.characters(max_codepoint=127), max_size=60),
        st.text(max_size=30),
        st.lists(st.one_of(WORDS, SIGNS)).map("".join),
        st.lists(st.one_of(WORDS, LETTERS), max_size=40).map(" ".join),
        st.lists(WORDS, min_size=300, max_size=400).map(" ".join),
    ),
    max_size=6,
)


@given(TEXTS, TEXTS)
def test_each_as_by_itself(first, second):
    """Short and long texts, ASCII or not, with what is known from before."""
    vocabulary = Vocabulary()
    for texts in (first, second + first):
        assert vocabulary.languages(texts) == [language_of(text) for text in texts]


@pytest.mark.lengthy
@pytest.mark.parametrize("name", ["scifact", "cosqa_code", "xquad/en", "xquad/de", "xquad/es"])
def test_real_texts(fossick_data, name):
    """Prose and code."""
    documents = load_beir(fossick_data / "eval" / name).documents
    texts = [document.text for document in documents[:1500]]
    assert Vocabulary().languages(texts) == [language_of(text) for text in texts]
