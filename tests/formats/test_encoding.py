"""Bytes to text without losing any."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.formats.encoding import decode, is_binary

GERMAN = "Die Straße führt über die Brücke und ist für Fußgänger gesperrt, schöne Grüße!"
FRENCH = "L’élève a été reçu à l’école où il était déjà allé, c’est très français, ça."
POLISH = "Każdy człowiek posiada wszystkie prawa i wolności, zażółć gęślą jaźń, świętą źródłową."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, všichni lidé rodí se svobodní a sobě rovní."
RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. Все люди рождаются свободными."
GREEK = "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα."
TURKISH = (
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptir."
)
HEBREW = "כל בני אדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה."
ARABIC = "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق. وقد وهبوا عقلا وضميرا."
THAI = "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ"
CHINESE = "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。"
TAIWAN = "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神相對待。"
JAPANESE = "すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。"
KOREAN = "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859-2"),
        (CZECH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
        (GREEK, "cp1253"),
        (TURKISH, "cp1254"),
        (HEBREW, "cp1255"),
        (ARABIC, "cp1256"),
        (THAI, "cp874"),
        (CHINESE, "gb18030"),
        (TAIWAN, "big5"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        (KOREAN, "cp949"),
        (GERMAN, "cp850"),
        ("plain text, “quoted” – and dashed…", "cp1252"),
    ],
)
@pytest.mark.parametrize("surroundings", ["", "Plain ASCII lines around it.\n" * 400])
def test_legacy_code_pages(text, encoding, surroundings):
    """A paragraph is enough to tell the page, alone or far down in an English file."""
    data = (surroundings + text + "\n" + surroundings).encode(encoding)
    assert decode(data)[0] == surroundings + text + "\n" + surroundings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]
)
@pytest.mark.parametrize(
    "text",
    [GERMAN, "a,b\n1,2\n", RUSSIAN + " mixed with English", "Hi 👋 there", CHINESE + "\n", ARABIC],
)
def test_unicode_with_and_without_a_mark(encoding, text):
    """Every form of Unicode is read as what it is."""
    data = text.encode(encoding)
    assert not is_binary(data)
    assert decode(data)[0] == text


@given(st.text(max_size=80))
@settings(max_examples=300)
def test_valid_utf8_is_always_utf8(text):
    """No guess ever overrides what decodes as UTF-8 and has no zero bytes."""
    data = text.replace("\0", "").encode("utf-8", "ignore")
    expected = data.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    assert decode(data) == (expected, "utf-8")


def test_a_few_bad_bytes_do_not_turn_utf8_into_something_else():
    """One broken character in a UTF-8 file is marked; the rest stays readable."""
    data = (RUSSIAN * 3).encode() + b"\xff" + GREEK.encode()
    text, encoding = decode(data)
    assert encoding == "utf-8"
    assert text == RUSSIAN * 3 + "\ufffd" + GREEK
    cut = RUSSIAN.encode()[:52]
    assert decode(cut)[0].rstrip("\ufffd") == cut.decode("utf-8", "ignore")


def test_what_a_page_declares_counts_unless_it_is_absurd():
    """A declaration helps where the letters cannot tell, and is ignored where it is wrong."""
    short = "ñandú"
    assert decode(short.encode("cp1252"), "iso-8859-1") == (short, "cp1252")
    assert decode(b"caf\x8e", "macintosh")[0] == "café"
    assert decode(RUSSIAN.encode("cp1251"), "iso-8859-1")[0] == RUSSIAN
    for nonsense in ("hex", "rot13", "utf-7", "unicode_escape", "no such thing", "\0", "idna"):
        assert decode(GERMAN.encode("cp1252"), nonsense)[0] == GERMAN
    assert decode(GERMAN.encode(), "iso-8859-1")[0] == GERMAN


@given(st.binary(max_size=200), st.text(max_size=12))
def test_any_bytes_decode(data, declared):
    """There is a text for any bytes, with line ends of one kind; ASCII is always itself."""
    assert "\r" not in decode(data, declared)[0]
    plain = bytes(byte & 0x7F or 0x20 for byte in data).replace(b"\r", b" ")
    assert decode(plain, declared) == (plain.decode("ascii"), "utf-8")


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"plain\n", False),
        (b"a form feed\x0c and an escape \x1b[0m", False),
        ("日本語".encode("euc_jp"), False),
        ("a\0b".encode("utf-16-le") + b"\1\2", True),
        (bytes(range(256)), True),
        (b"text with one \x00 zero", False),
        (b"GIF89a\x00\x01\x00\x02" * 20, True),
        (b"", False),
    ],
)
def test_is_binary(data, binary):
    """Control characters make bytes binary, letters of any page do not."""
    assert is_binary(data) is binary
