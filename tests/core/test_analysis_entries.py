"""Forms of words, their places and their numbers."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.analysis.entries import entries, find, holds, is_character, word_entries
from app.core.analysis.scripts import WORD_OR_ADDRESS
from app.core.analysis.spelling import fold, lowered, spell
from app.core.analysis.words import MAX_TERM, Entry
from app.core.kernels import STAY
from app.core.lexical.numbering import Numbering

# A space is a step to the next position, "|" stands between forms of one position.
TABLE = [
    # Plain words and case
    ("Digging for gold", "digging for gold"),
    ("The miners' tools", "the miners tools"),
    ("US us Us NASA IMPORTANT", "US us us NASA important"),
    ("I A OK ABCDEF ABCDEFG", "i a OK ABCDEF abcdefg"),
    ("ÉTÉ ПРИВЕТ РФ", "été привет рф"),
    ("ＮＡＳＡ", "nasa"),
    # Apostrophes
    ("don't DON’T", "dont DONT"),
    ("we'll they're it's IT's", "we they it IT"),
    ("O'Brien O’Brien's Brien's", "obrien|brien obrien|brien brien"),
    ("l'homme d'Artagnan", "lhomme|homme dartagnan|artagnan"),
    ("l'ÉTAT qu’il", "létat|état quil|qu|il"),
    ("rock'n'roll 'quoted'", "rocknroll|rock|roll quoted"),
    ("п'ять п’ять пʼять", "пять|ять пять|ять пять"),
    # Numbers, versions, dates
    ("3.14 v1.2.3 1.2.3rc1", "3.14 v1.2.3|1.2.3 1.2.3rc1"),
    ("1,000,000 1,5 12,34 End 7.", "1000000 1 5 12 34 end 7"),
    ("2024-01-15", "2024-01-15|2024|01|15"),
    ("2024-01-15T10:20:30Z", "2024-01-15t10|2024-01-15|2024|01|15t10 20 30z"),
    ("15.01.2024 1.2.3.4 1.2.2024.5", "15.01.2024|15|01|2024 1.2.3.4 1.2.2024.5"),
    ("192.168.0.1:8080", "192.168.0.1 8080"),
    ("python3 sha256 il6 7th 3D", "python3|python sha256|sha il6 7th 3d"),
    ("50% $100 €5 6½ 10⁶", "50 100 5 61⁄2 106"),
    # Identifiers
    ("getUserName", "getusername|get|user|name"),
    ("HTTPServer", "httpserver|HTTP|server"),
    ("parseHTTPRequest", "parsehttprequest|parse|HTTP|request"),
    ("snake_case __init__", "snakecase|snake|case init"),
    ("CONST_X MAX_TERM", "CONSTX|CONST|x maxterm|MAX|TERM"),
    ("numpy.linalg.norm()", "numpylinalgnorm|numpy|linalg|norm"),
    ("utf8Decode iPhone PDFs", "utf8decode|utf8|utf|decode iphone|phone PDF"),
    ("std::vector<int> a->b", "std vector int a b"),
    ("C++ C++17 C# F# c#x c++", "c++ c++ 17 c# f# c x c++"),
    ("____ -- ' .", ""),
    # Hyphens and abbreviations
    ("e-mail E‐mail", "email|e|mail email|e|mail"),
    ("COVID-19 T-cell IL-6", "covid19|COVID|19 tcell|t|cell il6|IL|6"),
    ("U.S.A. U.S. e.g.", "USA US eg"),
    ("US-based", "usbased|US|based"),
    ("state-of-the-art", "stateoftheart|state|of|the|art"),
    # Addresses, tags, names
    ("ann@x.org", "ann@x.org|ann|xorg|x|org"),
    ("Ann@X.org's", "ann@x.org|ann|xorg|x|org"),
    ("<john.doe@example.com>", "john.doe@example.com|johndoe|john|doe|examplecom|example|com"),
    ("ann+news@x.org", "ann+news@x.org|ann|news|xorg|x|org"),
    ("请联系ann@x.org谢谢", "请联 联系 ann@x.org|ann|xorg|x|org 谢谢"),
    ("ann@x.org으로", "ann@x.org|ann|xorg|x|org 으로"),
    ("我@x.org a@b@c", "我 xorg|x|org a b c"),
    ("mailto:ann@localhost", "mailto ann localhost"),
    ("#gold #GoldRush #US", "#gold|gold #goldrush|goldrush|gold|rush #us|US"),
    ("#123 #fff #", "#123|123 #fff|fff"),
    ("#黄金时代", "#黄金时代|黄金 金时 时代"),
    ("@ann @ann's @john.doe,", "@ann|ann @ann|ann @john.doe|johndoe|john|doe"),
    ("&#39; a#b a/#b ##x", "39 a b a b x"),
    ("https://x.org/a-b?c=1#d", "https xorg|x|org ab|a|b c 1 d"),
    ("@property #include", "@property|property #include|include"),
    # Compatibility forms and diacritics
    ("Résumé resume RÉSUMÉ", "résumé resume résumé"),
    ("re\u0301sume\u0301", "résumé"),
    ("ﬁne ＡＢＣ x² ①", "fine abc x2 1"),
    ("Straße STRASSE Weiß", "strasse strasse weiss"),
    ("İstanbul ısı IŞIK", "istanbul ısı işik"),
    ("Ærøskøbing łódź þorn đ", "ærøskøbing łódź þorn đ"),
    ("Häuser Über naïve", "häuser über naïve"),
    ("Tiếng Việt", "tiếng việt"),
    ("Ёлка за́мок йод Їжак", "ёлка замок йод їжак"),
    ("Ἀθῆναι ὈΔΥΣΣΕΎΣ ὁδός", "ἀθῆναι ὀδυσσεύσ ὁδόσ"),
    ("infor\u00admation \u200bzero", "information zero"),
    ("çalışıyor Kraków Dvořák", "çalışıyor kraków dvořák"),
    ("ʻokina ŉ", "okina n"),
    # Indic scripts keep their vowels, Semitic ones lose their points
    ("हिन्दी किताबें", "हिन्दी किताबें"),
    ("தமிழ் বাংলা తెలుగు", "தமிழ் বাংলা తెలుగు"),
    ("مُحَمَّد أحمد آب كـتاب", "محمد أحمد آب كتاب"),
    ("المدرسة على علی", "المدرسة على علی"),
    ("می‌خواهم", "میخواهم"),
    ("שָׁלוֹם צה״ל ג׳ירף", "שלום צה ל ג ירף"),
    ("ქართული Հայերեն አማርኛ", "ქართული հայերեն አማርኛ"),
    # Scripts without spaces
    ("我爱北京。", "我爱 爱北 北京"),
    ("猫 と 犬", "猫 と 犬"),
    ("コンピュータ", "コン ンピ ピュ ュー ータ"),
    ("日本語を話す", "日本 本語 語を を話 話す"),
    ("ｶﾞｷﾞ が か\u3099", "ガギ が が"),
    ("한국어를 \u1112\u1161\u11ab\u1100\u116e\u11a8", "한국 국어 어를 한국"),
    ("iPhone手机16", "iphone|phone 手机 16"),
    ("ภาษาไทย ๒๕", "ภาษา ษาไ ไท ทย ๒๕"),
    ("𠮷野家", "𠮷野 野家"),
    ("AI技术2024年", "AI 技术 2024 年"),
    ("ភាសា ລາວ မြန်မာ", "ភាសា ລາວ မြန် န်မာ"),
    # Digits of other scripts
    ("٢٠٢٤ १२३", "٢٠٢٤ १२३"),
]


def written(found):
    """The notation of the table."""
    return "".join((" " if e.step else "|") + e.form for e in found).lstrip()


@pytest.mark.parametrize(("text", "expected"), TABLE, ids=[text for text, _ in TABLE])
def test_entries(text, expected):
    """Each kind of word gives these forms, in this order, in these positions."""
    assert written(entries(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x ann@x.org", [("x", 2, 0), ("ann@x.org", 2, 11), ("ann", 2, 5)]),
        ("a #gold", [("a", 0, 1), ("#gold", 2, 7), ("gold", 3, 7)]),
        ("Brien's 15.01.2024", [("brien", 0, 5), ("15.01.2024", 8, 18), ("15", 8, 10)]),
        ("ok请ann@x.org", [("ok", 0, 2), ("请", 2, 3), ("ann@x.org", 3, 12)]),
        ("É ﬁne ß", [("é", 0, 1), ("fine", 2, 5), ("ss", 6, 7)]),
        ("ｶﾞｷﾞｸ", [("ガギ", 0, 4), ("ギク", 2, 5)]),
    ],
)
def test_offsets_are_those_of_the_original(text, expected):
    """Offsets count code points of the text as given."""
    spans = [(form, start, end) for form, start, end, _ in entries(text)]
    assert spans[: len(expected)][1:] == expected[1:]


TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("aZ09_'’.,-@#+ Tt-ßﬁİéʼ\u0301\u0307\u00ad我爱カﾞ한ไท\u0940कأ\u064e\u0640"),
    ),
    max_size=30,
)
WORDS = st.sampled_from([word for text, _ in TABLE for word in text.split()])
MIXED = st.lists(st.one_of(TEXTS, WORDS), max_size=6).map(" ".join)


@given(MIXED)
@example("\u0640 #\u0640 \u0640@\u0640.\u0640")
@example("½ ŉ ẞ ΐ ᾳ")
def test_numbers_are_those_of_entries(text):
    """The fast way of indexing and the exact one give the same forms and steps."""
    numbering = Numbering()
    numbers = numbering.numbers([text])[0].tolist()
    names = numbering.names.texts()
    found = [(names[number & ~STAY], 0 if number & STAY else 1) for number in numbers]
    assert found == [(entry.form, entry.step) for entry in entries(text)]
    assert numbers == numbering.numbers([text])[0].tolist()
    assert len(names) == len(set(names)) == len(numbering)


SIGNS = "£§©®°±¶·×÷\u2009‘′″" + "".join(map(chr, range(0x2190, 0x2300)))
BESIDE = "a C 1 1, ,2 é - . ' + # @ & / _ #tag x@y. 東"


@pytest.mark.lengthy
def test_signs_part_words_as_gaps_do():
    """What is cut at a sign before it is looked at has the entries that it has as a whole."""
    numbering = Numbering()
    beside = ["", *BESIDE.split()]
    for sign in SIGNS:
        texts = [f"{left}{sign}{right}" for left in beside for right in beside]
        numbers, sizes = numbering.numbers(texts)
        names = numbering.names.texts()
        found = iter(numbers.tolist())
        for text, size in zip(texts, sizes.tolist(), strict=True):
            own = list(islice(found, size))
            told = [(names[number & ~STAY], 0 if number & STAY else 1) for number in own]
            assert told == [(entry.form, entry.step) for entry in entries(text)], text


@given(MIXED, st.sets(st.integers(0, 9)))
def test_finding_equals_filtering(text, places):
    """The fast way to the entries of some forms misses none."""
    every = list(entries(text))
    wanted = {entry.form for place, entry in enumerate(every) if place in places}
    assert list(find(text, wanted)) == [entry for entry in every if entry.form in wanted]


@given(MIXED)
def test_entries_stand_in_words(text):
    """No form is empty or too long, each lies within a word whose first entry makes a step."""
    for match in WORD_OR_ADDRESS.finditer(text):
        found = word_entries(match.group())
        assert [entry.step for entry in found[:1]] in ([], [1])
        for form, start, end, step in found:
            assert 0 < len(form) <= MAX_TERM
            assert 0 <= start < end <= len(match.group())
            assert step in {0, 1}


@given(TEXTS)
def test_spelling_is_stable(text):
    """A second pass changes nothing, and what folding gives does not depend on a pass before."""
    assert lowered(lowered(text)) == lowered(text)
    assert spell(spell(text)) == spell(text)
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_composed_and_decomposed_are_the_same(text):
    """File names of one system are decomposed, of another composed."""
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert lowered(composed) == lowered(decomposed)


@given(MIXED, MIXED)
def test_words_do_not_depend_on_what_stands_around(left, right):
    """A line break between two texts keeps their entries apart."""
    both = [(entry.form, entry.step) for entry in entries(left + "\n" + right)]
    apart = [(entry.form, entry.step) for text in (left, right) for entry in entries(text)]
    assert both == apart


@given(st.text("ab'’.-_@#+ \n,)1我", max_size=20))
def test_quick_words_are_words(text):
    """The quick way to plain words in the regular expression takes nothing from the others."""
    slow = WORD_OR_ADDRESS.pattern.partition("|")[2]
    assert re.findall(slow, text) == WORD_OR_ADDRESS.findall(text)


@pytest.mark.parametrize("text", ["a" * 50_000, "a." * 20_000, "a@" * 20_000, "@a" * 20_000])
def test_hostile_text_takes_no_longer(text):
    """Repetition that regular expressions could stumble over is read in linear time."""
    assert len(list(entries(text))) <= 3 * len(text)


def test_long_words_are_cut_alike():
    """A hash is found by itself and does not fill the dictionary."""
    assert [form for form, *_ in entries("0aF3" * 5000)] == [("0af3" * 5000)[:MAX_TERM]]


def test_cache_of_words_is_bounded(monkeypatch):
    """Forgetting words does not change the numbers of forms."""
    monkeypatch.setattr("app.core.lexical.numbering.CACHE_WORDS", 2)
    numbering = Numbering()
    text = "one #two C++ @ann #one @ann/#two"
    texts = [text, "", text.replace(" ", "/")]
    numbers, sizes = numbering.numbers(texts)
    assert numbers.tolist() == [
        number
        for text in texts
        for entry in entries(text)
        for number in [numbering.names.texts().index(entry.form) | (0 if entry.step else STAY)]
    ]
    assert sizes.tolist() == [len(list(entries(text))) for text in texts]
    assert numbering.names.texts() == ["one", "#two", "two", "c++", "@ann", "ann", "#one"]


def test_characters_in_pairs():
    """What finds a word of one character: the forms that hold it."""
    forms = ["猫", "猫が", "黒猫", "cat", "กี่ข", "한국"]
    assert [form for form in forms if holds(form, "猫")] == ["猫", "猫が", "黒猫"]
    assert [form for form in forms if holds(form, "ก")] == []
    assert [is_character(form) for form in ("猫", "กี่", "한", "a", "", "猫が", "é")] == [
        *(True, True, True),
        *(False,) * 4,
    ]


def test_entry_fields():
    """The order of the fields, which callers unpack."""
    assert next(entries("Gold")) == Entry("gold", 0, 4, 1)
