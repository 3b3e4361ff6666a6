"""Text to terms: what is one word, how it is spelled, where it stands."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from snowballstemmer.english_stemmer import EnglishStemmer

from app.core.analysis import Analyzer, Token, normalise
from app.core.analysis.scripts import WORD
from app.core.analysis.stem import completions, stem
from app.core.analysis.words import MAX_TERM

ANALYZER = Analyzer()

TERMS = [
    # Plain words, stems, case
    ("Digging for GOLD", "dig for gold"),
    ("The miners' tools", "the miner tool"),
    # Apostrophes, straight and curly
    ("don't DON’T", "dont dont"),
    ("we'll they're it's", "we they it"),
    ("O'Brien O’Brien's", "obrien brien obrien brien"),
    ("l'homme d'Artagnan", "lhomm homm dartagnan artagnan"),
    ("rock'n'roll 'quoted'", "rocknrol rock roll quot"),
    # Numbers and versions
    ("3.14 v1.2.3 1.2.3rc1", "3.14 v1.2.3 1.2.3 1.2.3rc1"),
    ("1,000,000 1,5 End of 7.", "1000000 1 5 end of 7"),
    ("2024-01-15", "2024-01-15 2024 01 15"),
    ("192.168.0.1:8080", "192.168.0.1 8080"),
    ("python3 sha256 il6 7th", "python3 python sha256 sha il6 7th"),
    # Identifiers
    ("getUserName", "getusernam get user name"),
    ("HTTPServer parseHTTPRequest", "httpserver http server parsehttprequest pars http request"),
    ("snake_case __init__ CONST_X", "snakecas snake case init constx const x"),
    ("numpy.linalg.norm()", "numpylinalgnorm numpi linalg norm"),
    ("utf8Decode iPhone PDFs", "utf8decode utf8 utf decod iphon phone pdf"),
    ("C++ C++17 C# F# c#x", "c++ c++ 17 c# f# c x"),
    ("____ -- ' .", ""),
    # Hyphens and abbreviations
    ("e-mail E‐mail", "email e mail email e mail"),
    ("COVID-19 T-cell", "covid19 covid 19 tcell t cell"),
    ("U.S.A. e.g.", "usa eg"),
    ("john.doe@example.com", "johndo john doe examplecom exampl com"),
    # Case folding, compatibility forms and diacritics
    ("Café café CAFÉ", "cafe cafe cafe"),
    ("ﬁne ＡＢＣ x² ①", "fine abc x2 1"),
    ("Straße İstanbul ısı", "strass istanbul isi"),
    ("Ærøskøbing łódź þorn đ", "aeroskob lodz thorn d"),
    ("Tiếng Việt", "tieng viet"),
    ("Ёлка за́мок йод Їжак", "елка замок йод їжак"),
    ("Ἀθῆναι ὈΔΥΣΣΕΎΣ", "αθηναι οδυσσευσ"),
    ("infor\u00admation می‌خواهم", "inform ميخواهم"),
    # Marks that carry meaning stay, those that only help reading go
    ("हिन्दी किताबें", "हिन्दी किताबें"),
    ("தமிழ் বাংলা", "தமிழ் বাংলা"),
    ("مُحَمَّد أحمد آب كـتاب", "محمد احمد اب كتاب"),
    ("کتاب كتاب المدرسة على علی", "كتاب كتاب المدرسه علي علي"),
    ("שָׁלוֹם", "שלום"),
    # Scripts without spaces
    ("我爱北京。", "我爱 爱北 北京"),
    ("猫 と 犬", "猫 と 犬"),
    ("コンピュータ", "コン ンピ ピュ ュー ータ"),
    ("ｶﾞｷﾞ が か\u3099", "ガギ が が"),
    ("한국어를 \u1112\u1161\u11ab\u1100\u116e\u11a8", "한국 국어 어를 한국"),
    ("iPhone手机16", "iphon phone 手机 16"),
    ("ภาษาไทย ๒๕", "ภาษา ษาไ ไท ทย ๒๕"),
    ("𠮷野家", "𠮷野 野家"),
]


@pytest.mark.parametrize(("text", "terms"), TERMS, ids=[text for text, _ in TERMS])
def test_terms(text, terms):
    """Each kind of word gives these terms, no others, in this order."""
    assert ANALYZER.terms(text) == terms.split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a ﬁne ß", [("a", 0, 1), ("fine", 2, 5), ("ss", 6, 7)]),
        ("İx ＡＢ", [("ix", 0, 2), ("ab", 3, 5)]),
        ("e\u0301te\u0301 𝒳y", [("ete", 0, 5), ("xy", 6, 8)]),
        ("oneTwo", [("onetwo", 0, 6), ("one", 0, 3), ("two", 3, 6)]),
        ("x v1.20", [("x", 0, 1), ("v1.20", 2, 7), ("1.20", 3, 7)]),
        ("__a_bc", [("abc", 2, 6), ("a", 2, 3), ("bc", 4, 6)]),
        ("Brien's", [("brien", 0, 5)]),
        ("Don’t PDFs", [("dont", 0, 5), ("pdf", 6, 10)]),
        ("ok我爱你", [("ok", 0, 2), ("我爱", 2, 4), ("爱你", 3, 5)]),
        ("ｶﾞｷﾞｸ", [("ガギ", 0, 4), ("ギク", 2, 5)]),
        ("so\u00adft", [("soft", 0, 5)]),
    ],
)
def test_offsets_are_those_of_the_original(text, tokens):
    """Offsets count code points of the text as given, however normalising changes its length."""
    assert list(ANALYZER.tokens(text)) == [Token(*token) for token in tokens]


TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aZ09_'’.,- -ßﬁİé\u0301\u00ad我爱カﾞ한ไท\u0940क"),
    ),
    max_size=30,
)


@given(TEXTS)
@example("\u0640")
@example("\u064e\u064e")
@example("½ ŉ ẞ ΐ ᾳ")
def test_fast_path_equals_tokens(text):
    """Indexing and highlighting see the same terms."""
    assert ANALYZER.terms(text) == [token.term for token in ANALYZER.tokens(text)]


@given(TEXTS, st.sets(st.integers(0, 9)))
def test_finding_equals_filtering(text, places):
    """The fast way to the tokens of some terms misses none."""
    tokens = list(ANALYZER.tokens(text))
    wanted = {token.term for place, token in enumerate(tokens) if place in places}
    assert list(ANALYZER.find(text, wanted)) == [t for t in tokens if t.term in wanted]


@given(TEXTS)
def test_tokens_stand_in_words(text):
    """No term is empty or too long, and each lies within a word of the text."""
    words = [match.span() for match in WORD.finditer(text)]
    for term, start, end in ANALYZER.tokens(text):
        assert 0 < len(term) <= MAX_TERM
        assert start < end
        assert any(low <= start and end <= high for low, high in words)


@given(TEXTS)
def test_normalise_is_stable(text):
    """A second pass changes nothing, so normalised text can be searched for as it is."""
    assert normalise(normalise(text)) == normalise(text)


@given(TEXTS)
def test_composed_and_decomposed_are_the_same(text):
    """File names of one system are decomposed, of another composed."""
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert normalise(composed) == normalise(decomposed)


@given(TEXTS, TEXTS)
def test_words_do_not_depend_on_what_stands_around(left, right):
    """A line break between two texts keeps their terms apart."""
    both = ANALYZER.terms(left + "\n" + right)
    assert both == ANALYZER.terms(left) + ANALYZER.terms(right)


def test_cache_does_not_change_terms():
    """The second analysis of a text, answered from memory, equals the first."""
    text = " ".join(text for text, _ in TERMS)
    fresh = Analyzer()
    assert fresh.terms(text) == fresh.terms(text) == ANALYZER.terms(text)


def test_long_words_are_cut_alike():
    """A hash or a line of base64 is found by itself and does not fill the dictionary."""
    assert ANALYZER.terms("0aF3" * 5000) == [("0af3" * 5000)[:MAX_TERM]]


def test_stop_words_are_terms_that_count_as_stops():
    """Stop words stay in the index; their stems are known as such."""
    assert ANALYZER.terms("because of the Gold") == ["becaus", "of", "the", "gold"]
    assert [ANALYZER.is_stop(term) for term in ("becaus", "of", "dont", "gold")] == [
        *(True, True, True),
        False,
    ]


@given(
    st.from_regex(r"[a-z]{1,8}(s|e|ator|ally|ing|ism|ogist|ement|iti|y|ll|x|b|th)", fullmatch=True)
)
@example("locator")
@example("skis")
@example("geologist")
def test_stem_is_snowball(word):
    """The short way out for words without a known ending never skips one that would change."""
    expected = EnglishStemmer().stemWord(word) if len(word) > 2 else word
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("prefix", "word"),
    [
        ("runni", "running"),
        ("organiz", "organization"),
        ("happine", "happiness"),
        ("citie", "cities"),
    ],
)
def test_completions_reach_the_stem(prefix, word):
    """The stem of a word is among what its beginning may become."""
    assert stem(word) in completions(prefix)


def test_completions_of_what_has_no_endings():
    """Numbers, short and foreign beginnings have none."""
    assert completions("3.1") == completions("ab") == completions("кни") == set()
