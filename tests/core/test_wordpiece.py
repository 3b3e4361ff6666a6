"""Word pieces: the same counts and ids as the reference tokenizer."""

from __future__ import annotations

import itertools
import random
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.analysis.wordpiece import WordPiece, estimate_tokens
from app.errors import InputError
from tests.forms import LONG

MODEL = Path(__file__).parents[2] / "static/vendor/models/all-MiniLM-L6-v2"
SMALL = WordPiece(
    ["[PAD]", "[UNK]", "[SEP]", "un", "##aff", "##able", "a", "##b", "!", "中", "cafe"]
)

VARIED = [
    "The quick brown fox — jumps over 12,345.67 lazy dogs! (Really?)",
    "naïve café, Ångström, ÉCLAIR, straße, İstanbul, ﬁne",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "Η ταχεία καφετιά αλεπού πηδάει πάνω από το τεμπέλικο σκυλί.",
    "素早い茶色の狐がのろまな犬を飛び越える。カタカナ、ｶﾀｶﾅ。",
    "敏捷的棕色狐狸跳过懒狗𠀀𪜎。",
    "다람쥐 헌 쳇바퀴에 타고파",
    "الثعلب البني السريع يقفز فوق الكلب الكسول؟ ٣٫١٤",
    "השועל החום המהיר קופץ מעל הכלב העצלן.",
    "สุนัขจิ้งจอกสีน้ำตาลกระโดดข้ามสุนัขขี้เกียจ",
    "तेज भूरी लोमड़ी आलसी कुत्ते के ऊपर कूदती है।",
    "👩‍👩‍👧‍👦 🇩🇪 👍🏽 ✅ ™ № ½",
    "def fooBar(x_1: int) -> None:\n\treturn x_1 ** 2  # [CLS] x [SEP]",
    "a\x0bb\x0cc\x1cd\x85e\u200bf\ufeffg\u2028h\xa0i\u3000j\ufffdk\x00l",
    "x" * 100 + " " + "x" * 101 + " " + "é" * 100,
    "https://example.org/path?query=1&other=äöü#fragment",
    "[MASK][UNK] [unk] [PAD]x",
    "",
    " \n\t ",
]


@pytest.fixture(scope="module")
def vocab() -> list[str]:
    """The vocabulary of the bundled model."""
    if not (MODEL / "vocab.txt").exists():
        pytest.skip("the model is not vendored")
    return (MODEL / "vocab.txt").read_text(encoding="utf-8").split("\n")[:30522]


@pytest.fixture(scope="module")
def reference_of_all():
    """The ids that the reference tokenizer gives each of several texts."""
    tokenizers = pytest.importorskip("tokenizers")
    if not (MODEL / "tokenizer.json").exists():
        pytest.skip("the model is not vendored")
    tokenizer = tokenizers.Tokenizer.from_file(str(MODEL / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [
        found.ids for found in tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    ]


@pytest.fixture(scope="module")
def reference(reference_of_all):
    """The same for one text."""
    return lambda text: reference_of_all([text])[0]


def test_longest_pieces_from_the_left():
    """A word is cut into the longest pieces known, in lower case and without accents."""
    assert SMALL.encode("Unaffable! CAFÉ 中a") == [3, 4, 5, 8, 10, 9, 6]


def test_a_word_with_an_unknown_part_is_unknown_as_a_whole():
    """One missing piece makes the whole word [UNK], and so do more than 100 characters."""
    assert SMALL.encode("abx") == [1]
    assert SMALL.encode("a" + "b" * 99) == [6] + [7] * 99
    assert SMALL.encode("a" + "b" * 100) == [1]


def test_special_tokens_in_the_text_are_one_token():
    """The reference tokenizer takes a literal [SEP] for the token; so do we."""
    assert SMALL.encode("a[SEP]ab") == [6, 2, 6, 7]
    assert SMALL.count("a[SEP]ab") == 4


def test_a_vocabulary_without_unknown_is_refused():
    """A list that is no BERT vocabulary is named at once."""
    with pytest.raises(InputError, match=r"\[UNK\]"):
        WordPiece(["a", "b"])


@pytest.mark.parametrize("text", VARIED)
def test_same_ids_as_the_reference(text, vocab, reference):
    """Every script, and what stands between words, gives the reference's ids."""
    pieces = WordPiece(vocab)
    assert pieces.encode(text) == reference(text)
    assert pieces.count(text) == len(reference(text))


def test_same_ids_as_the_reference_on_random_text(vocab, reference):
    """Random mixtures of characters from all over Unicode agree too."""
    pieces = WordPiece(vocab)
    rng = random.Random(7)
    # The reference knows Unicode 8; characters younger than that may differ.
    alphabet = [
        char
        for char in (chr(rng.randrange(0x30000)) for _ in range(4000))
        if unicodedata.category(char) != "Cs" and _old(char)
    ]
    alphabet += list(" .,é中[]ßİΣσ\x0b\x85") * 20
    for _ in range(1500):
        text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(30)))
        assert pieces.encode(text) == reference(text), ascii(text)


def test_same_ids_as_the_reference_in_every_script(vocab, reference_of_all):
    """Lines of words in every script that Unicode has; 100,000 of them in the long form."""
    pieces = WordPiece(vocab)
    rng = random.Random(11)
    scripts = _scripts()
    assert len(scripts) > 150
    assert {"LATIN", "CJK", "ARABIC", "DEVANAGARI", "HANGUL", "THAI", "ADLAM"} <= set(scripts)
    lines = []
    count = 100_000 if LONG else 4_000
    for characters in itertools.islice(itertools.cycle(scripts.values()), count):
        words = ("".join(rng.choices(characters, k=rng.randrange(1, 9))) for _ in range(6))
        lines.append(rng.choice(" -,.").join(words) + rng.choice(["", " 12.5", " and so on"]))
    for line, ids in zip(lines, reference_of_all(lines), strict=True):
        assert pieces.encode(line) == ids, ascii(line)


def _scripts() -> dict[str, list[str]]:
    """Characters by the first word of their names: scripts, and kinds of signs.

    Without marks, punctuation and controls that are younger than Unicode 3.2, and what has changed
    its class since: the reference knows the classes of Unicode 8.
    """
    scripts: dict[str, list[str]] = {}
    for char in map(chr, range(0x21, 0x110000)):
        now, then = unicodedata.category(char), unicodedata.ucd_3_2_0.category(char)
        if then not in {now, "Cn"} or now in {"Cn", "Cs", "Co"}:
            continue
        if then == now or now[0] not in "MPC":
            name = unicodedata.name(char, "")
            scripts.setdefault(name.split(" ")[0].split("-")[0], []).append(char)
    return {name: characters for name, characters in scripts.items() if len(characters) >= 16}


def _old(char: str) -> bool:
    """Whether Unicode 3.2, the oldest that Python keeps, has the character or it has no class."""
    return unicodedata.ucd_3_2_0.category(char) != "Cn" or unicodedata.category(char) == "Cn"


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_count_is_the_number_of_ids(text):
    """The fast count and the ids never disagree, whatever the text."""
    assert SMALL.count(text) == len(SMALL.encode(text))
    assert SMALL.count(text + " " + text) == 2 * SMALL.count(text)


def test_counting_is_fast(vocab):
    """A million words take about a second; ten times that would be a defect."""
    pieces = WordPiece(vocab)
    rng = random.Random(1)
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randrange(1, 9))) for _ in range(20_000)]
    text = " ".join(rng.choices(words, k=200_000))
    started = time.process_time()
    pieces.count(text)
    assert time.process_time() - started < 2


def test_the_cache_is_bounded(vocab, monkeypatch):
    """An endless stream of new words does not fill the memory."""
    monkeypatch.setattr("app.core.analysis.wordpiece._CACHE_WORDS", 100)
    pieces = WordPiece(vocab)
    assert pieces.count(" ".join(f"w{number}" for number in range(1000))) >= 1000
    assert len(pieces._counts) <= 100
    assert len(pieces._known) <= 100


@pytest.mark.parametrize("text", [text for text in VARIED if "x" * 100 not in text])
def test_the_estimate_is_an_upper_one(text, vocab):
    """Without a vocabulary, ordinary text in any script is never counted too low."""
    assert estimate_tokens(text) >= WordPiece(vocab).count(text.replace("[", "(")) - 1


def test_the_estimate_stays_close_on_prose(vocab):
    """Chunks measured by estimate would otherwise be uselessly small."""
    text = (Path(__file__).parents[2] / "LICENSE").read_text(encoding="utf-8")
    true = WordPiece(vocab).count(text)
    assert true <= estimate_tokens(text) <= 2.2 * true
