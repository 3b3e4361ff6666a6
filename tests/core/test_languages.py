"""Which language a text or a query is in, and which words say nothing in it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis.closed_words import closed_words, is_stop, stop_words
from app.core.analysis.languages import SAMPLE, language_of, query_language
from app.core.analysis.spelling import fold
from app.core.analysis.stop_words import STOP_WORDS
from app.core.analysis.traits import endings, letters, script_of

LIBRARY = Path(__file__).parent.parent / "fixtures" / "library"

SENTENCES = [
    ("af", "Die kinders het gister by die rivier gespeel, maar hulle kon nie die boot sien nie."),
    ("ar", "ذهب الأطفال إلى النهر في الصباح، ولكن لم يكن هناك أي ذهب في الماء."),
    ("be", "Дзеці пайшлі да ракі, але там не было золата, бо яго ўжо ўсё знайшлі."),
    ("bg", "Децата отидоха до реката, но там нямаше злато, защото вече го бяха намерили."),
    ("bn", "শিশুরা নদীর কাছে গিয়েছিল কিন্তু সেখানে কোনো সোনা ছিল না।"),
    ("ca", "Els nens van anar al riu, però no hi havia or perquè ja l'havien trobat."),
    ("cs", "Děti šly k řece, ale nebylo tam žádné zlato, protože ho už všechno našli."),
    ("cy", "Aeth y plant at yr afon, ond nid oedd aur yno oherwydd eu bod wedi ei gael."),
    ("da", "Børnene gik til floden, men der var ikke noget guld, fordi de havde fundet det hele."),
    ("de", "Die Kinder gingen zum Fluss, aber dort war kein Gold, weil man alles gefunden hatte."),
    ("el", "Τα παιδιά πήγαν στο ποτάμι, αλλά δεν υπήρχε χρυσός εκεί."),
    ("en", "The children went to the river, but there was no gold because it had been found."),
    ("eo", "La infanoj iris al la rivero, sed tie ne estis oro, ĉar ili jam trovis ĉion."),
    ("es", "Los niños fueron al río, pero no había oro porque ya lo habían encontrado todo."),
    ("et", "Lapsed läksid jõe äärde, aga seal ei olnud kulda, sest see oli juba leitud."),
    ("eu", "Haurrak ibaira joan ziren, baina han ez zegoen urrerik, dena aurkitu zuten eta."),
    ("fa", "بچه‌ها به رودخانه رفتند اما طلا در آنجا نبود چون همه را پیدا کرده بودند."),
    ("fi", "Lapset menivät joelle, mutta siellä ei ollut kultaa, koska se oli jo löydetty."),
    ("fr", "Les enfants sont allés à la rivière, mais il n'y avait pas d'or dans l'eau."),
    ("ga", "Chuaigh na páistí go dtí an abhainn ach ní raibh aon ór ann mar bhí sé faighte."),
    ("gl", "Os nenos foron ao río, pero non había ouro porque xa o atoparan todo eles."),
    ("he", "הילדים הלכו אל הנהר אבל לא היה שם זהב כי כבר מצאו את הכל."),
    ("hi", "बच्चे नदी के पास गए लेकिन वहाँ सोना नहीं था क्योंकि वह पहले ही मिल गया था।"),
    ("hr", "Djeca su otišla do rijeke, ali tamo nije bilo zlata jer su ga već našli."),
    ("hu", "A gyerekek a folyóhoz mentek, de ott nem volt arany, mert már megtalálták."),
    ("hy", "Երեխաները գնացին գետի մոտ, բայց այնտեղ ոսկի չկար։"),
    ("id", "Anak-anak itu pergi ke sungai tetapi tidak ada emas di sana karena sudah ditemukan."),
    ("is", "Börnin fóru að ánni en þar var ekkert gull því að það hafði þegar fundist."),
    ("it", "I bambini andarono al fiume, ma non c'era oro perché lo avevano già trovato."),
    ("ja", "子供たちは川に行きましたが、そこに金はありませんでした。"),
    ("ka", "ბავშვები მდინარესთან წავიდნენ, მაგრამ იქ ოქრო არ იყო."),
    ("ko", "아이들은 강으로 갔지만 그곳에는 금이 없었다."),
    ("lt", "Vaikai nuėjo prie upės, bet ten nebuvo aukso, nes jis jau buvo rastas."),
    ("lv", "Bērni aizgāja pie upes, bet tur nebija zelta, jo tas jau bija atrasts."),
    ("mk", "Децата отидоа до реката, но таму немаше злато затоа што веќе го нашле."),
    ("mr", "मुले नदीवर गेली पण तेथे सोने नव्हते आणि ते आधीच सापडले होते."),
    ("ne", "केटाकेटीहरू नदीमा गए तर त्यहाँ सुन थिएन किनभने त्यो पहिले नै भेटिएको थियो।"),
    ("nl", "De kinderen gingen naar de rivier, maar er was geen goud omdat het al gevonden was."),
    ("no", "Barna gikk til elven, men det var ikke noe gull der, etter hva jeg vet."),
    ("pl", "Dzieci poszły nad rzekę, ale nie było tam złota, ponieważ już je znaleziono."),
    ("pt", "As crianças foram ao rio, mas não havia ouro porque já o tinham encontrado."),
    ("ro", "Copiii au mers la râu, dar nu era aur acolo pentru că fusese deja găsit."),
    ("ru", "Дети пошли к реке, но золота там не было, потому что его уже нашли."),
    ("sk", "Deti išli k rieke, ale nebolo tam žiadne zlato, pretože ho už všetko našli."),
    ("sl", "Otroci so šli k reki, vendar tam ni bilo zlata, ker so ga že vsega našli."),
    ("sq", "Fëmijët shkuan te lumi, por atje nuk kishte ar sepse e kishin gjetur të gjithë."),
    ("sr", "Деца су отишла до реке, али тамо није било злата јер су га већ нашли."),
    ("sv", "Barnen gick till floden, men det fanns inget guld där eftersom det redan hittats."),
    ("sw", "Watoto walikwenda kwenye mto lakini hakuna dhahabu kwa sababu ilikuwa imepatikana."),
    ("ta", "குழந்தைகள் ஆற்றுக்கு சென்றனர் ஆனால் அங்கு தங்கம் இல்லை."),
    ("th", "เด็กๆ ไปที่แม่น้ำ แต่ไม่มีทองอยู่ที่นั่น"),
    ("tr", "Çocuklar nehre gitti ama orada altın yoktu çünkü her şey daha önce bulunmuştu."),
    ("uk", "Діти пішли до річки, але золота там не було, тому що його вже знайшли."),
    ("ur", "بچے دریا کے پاس گئے لیکن وہاں سونا نہیں تھا کیونکہ وہ پہلے ہی مل چکا تھا۔"),
    ("vi", "Bọn trẻ đã đi đến bờ sông nhưng không có vàng ở đó vì người ta đã tìm thấy hết."),
    ("yi", "די קינדער זענען געגאַנגען צום טייך, אָבער עס איז נישט געווען קיין גאָלד."),
    ("zh", "孩子们去了河边，但是那里没有金子。"),
]


@pytest.mark.parametrize(("language", "text"), SENTENCES, ids=[code for code, _ in SENTENCES])
def test_one_sentence(language, text):
    """A sentence of a dozen words is enough."""
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "12 345 67.8",
        "x = f(a[i], y) + 1",
        "#include <stdio.h>\nint main(void) { return puts(argv[1]); }",
        "def add(self, x):\n    self._x += x\n    return self._x\n",
        "const rows = data.map((row) => row.id).filter(Boolean);",
        "id;name;price\n1;bolt M6;0.12\n2;nut M6;0.08\n3;washer;0.02",
        "Anna Schmidt, Juan García, Jean Dupont, Mario Rossi, Petr Novák, Jan Kowalski",
        "New York London Paris Berlin Tokyo Moscow",
        "GET /index.html HTTP/1.1 200 OK",
        "n a s d e i o",
        "ACGTACGTTGCA ACGGTA TTGACA",
        "😀 🎉 → ★",
    ],
)
def test_no_language(text):
    """Code, tables, names and numbers have none."""
    assert language_of(text) == ""


def test_code_has_the_language_of_its_comments():
    """Comments outweigh the symbols around them."""
    code = "int max(int a, int b) {\n  // %s\n  return a > b ? a : b;\n}\n"
    english = "This is the larger of the two, which the caller has to know about."
    german = "Das ist die größere der beiden Zahlen, die der Aufrufer kennen muss."
    assert language_of(code % english) == "en"
    assert language_of(code % german) == "de"


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.md")), ids=lambda path: path.stem)
def test_notes_are_english(path):
    """The project's own fixtures, Markdown and all."""
    assert language_of(path.read_text("utf-8")) == "en"


def test_most_of_a_mixed_text_decides():
    """A quotation does not change the language, nor do English names in another script."""
    texts = dict(SENTENCES)
    assert language_of(f"{texts['en']} {texts['en']} {texts['en']} {texts['fr']}") == "en"
    assert language_of(f"iPhone, Windows, Linux: {texts['ru']}") == "ru"
    assert language_of(f"iPhone, Windows, Linux: {texts['zh']}") == "zh"


def test_long_texts_are_sampled():
    """A long text is not read whole, and its beginning does not decide alone."""
    texts = dict(SENTENCES)
    text = texts["en"] + "\n" + (texts["de"] + "\n") * 20_000
    assert len(text) > 100 * SAMPLE
    start = time.perf_counter()
    assert language_of(text) == "de"
    assert time.perf_counter() - start < 0.1


@given(st.text(max_size=80))
def test_any_text_has_an_answer(text):
    """Two letters or none, whatever the text."""
    assert len(language_of(text)) in {0, 2}


@pytest.mark.parametrize(
    ("query", "languages", "expected"),
    [
        ("gold in the river", ["de", "en"], "en"),
        ("gold", ["de", "en"], "de"),
        ("gold", ["en", "de"], "en"),
        ("geschichte der stadt", ["en", "de"], "de"),
        ("fur die", ["en", "de"], "de"),  # für, typed without its dots
        ("río", ["en", "es"], "es"),
        ("histoire de la ville", ["en", "es", "fr"], "fr"),
        ("золото", ["en", "ru", "uk"], "ru"),
        ("що це", ["en", "ru", "uk"], "uk"),
        ("北京", ["en", "zh"], "zh"),
        ("北京", ["en", "ja"], "ja"),
        ("東京は", ["zh", "ja"], "ja"),
        ("iPhone 手机", ["en", "zh"], "zh"),
        ("iPhone and iPad 手机", ["zh", "en"], "en"),
        ("gold", ["ru", "zh"], ""),
        ("3.14", ["en"], ""),
        ("gold", [], ""),
        ("", ["en"], ""),
    ],
)
def test_query_language(query, languages, expected):
    """The most frequent language, unless the words are clearly of another."""
    assert query_language(query.split(), languages) == expected


@pytest.mark.parametrize(
    ("language", "stops", "others"),
    [
        ("en", "the dont yourselves", "gold dig"),
        ("de", "der für fur über nicht", "haus gold"),
        ("fr", "le à a été", "or été-là"),
        ("es", "el qué que también tambien", "oro"),
        ("ru", "и не его её ее", "золото"),
        ("ar", "في على إلى الى", "ذهب"),
        ("vi", "tôi toi không", "tối"),
        ("tr", "ve için icin", "altın"),
    ],
)
def test_stop_words(language, stops, others):
    """Small words are known with and without their diacritics, content words are not."""
    assert all(is_stop(word, language) for word in stops.split())
    assert not any(is_stop(word, language) for word in others.split())
    assert all(fold(word) in stop_words(language) for word in stops.split())


def test_stop_words_by_language():
    """English is what it was; twenty languages and more have lists; unknown ones have none."""
    assert stop_words("en") == STOP_WORDS
    languages = {code for codes in closed_words().values() for code in codes}
    assert len(languages) > 40
    assert all(len(stop_words(language)) > 60 for language in languages)
    assert stop_words("zh") == stop_words("xx") == stop_words("") == frozenset()
    assert not is_stop("the", "")


def test_tables_are_well_formed():
    """Words in lower case, endings of three characters, letters beyond ASCII."""
    assert all(word == word.lower() and word.isprintable() for word in closed_words())
    assert {len(ending) for ending in endings()} == {3}
    assert all(len(letter) == 1 and letter > "\x7f" for letter in letters())
    known = {code for codes in closed_words().values() for code in codes}
    assert {code for codes in endings().values() for code in codes} <= known
    assert {code for codes in letters().values() for code in codes} <= known
    assert [script_of(letter) for letter in "aßя漢かカ한ไאبक΄"] == [
        *("latin", "latin", "cyrillic", "han", "kana", "kana", "ko", "th"),
        *("hebrew", "arabic", "devanagari", "el"),
    ]


@pytest.mark.parametrize("language", ["ar", "de", "en", "es", "ru", "zh"])
def test_paragraphs_of_xquad(fossick_data, language):
    """Of 240 paragraphs at most 4 stay unclear and none is taken for another language."""
    file = fossick_data / "eval" / "xquad" / language / "corpus.jsonl"
    if not file.is_file():
        pytest.skip(f"no {file.name} of XQuAD in {file.parent}")
    found = [language_of(json.loads(line)["text"]) for line in file.open(encoding="utf-8")]
    assert found.count(language) + found.count("") == len(found)
    assert found.count(language) >= 0.98 * len(found)
