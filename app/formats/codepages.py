"""Which legacy code page a text without any sign of its encoding is in.

Every candidate decodes the bytes, and the text is judged as a reader would: how common its
letters are in a language that the page was made for, whether capitals stand where capitals do,
whether scripts are mixed inside a word. The result is a log-likelihood for each byte outside
ASCII, so pages with one and with two bytes a character compare.
"""

from __future__ import annotations

import math
import unicodedata
from functools import cache

# Letters outside ASCII in each language, most frequent first; for scripts of their own, all.
_WESTERN = (
    "üäößÄÜÖ„“–",
    "éèàêçôùâîûœëïÉÀÊÇ’«»–",
    "óíáéñúüÁÉÍÓÚÑ¿¡«»ªº–",
    "ãçáéíóõâêúôàÉÁ",
    "àèùìòéÈÀ’«»",
    "åäöøæéÅÄÖØÆ",
    "áðíþæúýöóéÁÍÞÚÖ",
    "’“”–—‘…é•£€©®°™×½",
)
_CENTRAL = (
    "łóężąśćńźŚŻŁĆŹ„”–",
    "íáěčéřžýšůúďťňóČŠŘŽÚÁÍ„“–",
    "áíéžčýšúľťôňäďóŽŠČÚ",
    "éáöóőíüűúÉÁÖÓÜŐÚ„”–",
    "ăîâşţÎŞŢĂ„”",
    "čšžćđČŠŽĆĐ",
)
_CYRILLIC = (
    "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёПСВНОКАИРТМДБГЭЕЗЛУФЯЧХШЖЦЮЩЙЫЬЁ«»—№",
    "оаинвіетрслкудмпзяьбгчйїхцжєшюфщґПВНОСКУДТЗАМІРБГЄЯ’«»—",
    "аиоетнрсвлпдкмзугбъчяйцщхжшюфьСВПНКДТМАБИОРГЗУЕ„“",
)
_GREEK = ("αοιετσνηυρπκμλςωδγχθφβξζψάίόέήύώϊΐϋΑΤΕΟΠΚΣΜΗΔΙΝΓΛΘΡΧΆΌ«»’",)
_TURKISH = ("ıişüğçöİŞÖÜÇĞâ’“”",)
_HEBREW = ("יוהלאתמרשבנםדחקפעטכגצסזןךץףײ־״",)
_ARABIC = ("المينرتوبةسعدفهكقجحطشىأصخإذضءغئزثؤآظًٌٍَُِّْ،؛؟ـ", "یکپچگژ؛،")
_BALTIC = ("ėšųįąžūčęŠŽČ„“–", "āīēšņļūžķģčĀŠĒ", "äõüöšžÄÕÜÖ")
_THAI = ("านรอกเงมยลวดทสตะปบคหแจพชขใไโผถซศธณฉฟภญฐษฎๆฝฆฑฮฬฏฃฅ่้ิีัืุูึ็์ำๅ",)

_PAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cp1252", _WESTERN),
    ("cp1251", _CYRILLIC),
    ("cp1250", _CENTRAL),
    ("iso8859-2", _CENTRAL),
    ("koi8-r", _CYRILLIC[:1]),
    ("koi8-u", _CYRILLIC[1:2]),
    ("cp866", _CYRILLIC),
    ("iso8859-5", _CYRILLIC),
    ("mac_cyrillic", _CYRILLIC),
    ("cp1253", _GREEK),
    ("cp1254", _TURKISH),
    ("cp1255", _HEBREW),
    ("cp1256", _ARABIC),
    ("iso8859-6", _ARABIC),
    ("cp1257", _BALTIC),
    ("cp874", _THAI),
    ("mac_roman", _WESTERN),
    ("cp850", _WESTERN),
    ("cp852", _CENTRAL),
)
# The most frequent ideographs of each page, then the range in which it keeps the common ones.
_IDEOGRAPHS: tuple[tuple[str, str, str], ...] = (
    (
        "gb18030",
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年"
        "过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心"
        "，。、“”：；（）《》",
        "\xb0\xd7",
    ),
    (
        "big5",
        "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年"
        "過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心"
        "，。、「」：；（）《》",
        "\xa4\xc6",
    ),
    ("cp932", "の、。にはをたがとでてしるいなれりらもこっさくんす日人年大ーン・「」", "\x82\x97"),
    ("euc_jp", "の、。にはをたがとでてしるいなれりらもこっさくんす日人年大ーン・「」", "\xa4\xcf"),
    (
        "cp949",
        "이다는에의을한가고하로지기사도리를은서인자어시대해과일정수부그나있와으전",
        "\xb0\xc8",
    ),
)

_SAMPLE = 4096
_STRANGE = math.log(1e-5)
_RARE_LETTER = math.log(0.0004)
_SIGN = math.log(0.003)
_MISPLACED = 2.0
_SIGNS = frozenset("’‘“”„«»–—…•·°§©®™€£¥№\xa0±×½¼²³µ´¿¡")
_BEFORE_WORDS = frozenset("’‘“„«¿¡\xa0")


def guess_code_page(data: bytes, declared: str = "") -> str:
    """Name of the most likely code page for bytes that are not Unicode; "cp1252" in doubt.

    One that the file itself declares needs less evidence.

    >>> guess_code_page("Съешь же ещё этих мягких французских булок".encode("koi8-r"))
    'koi8-r'
    """
    sample = _high_part(data)
    best, best_score = "cp1252", -math.inf
    for name, languages in _PAGES:
        score = max(_single_byte_score(sample, name, letters) for letters in languages)
        if score > best_score + 1e-9:
            best, best_score = name, score
    for name, common, leads in _IDEOGRAPHS:
        score = _double_byte_score(sample, name, common, leads)
        if score > best_score:
            best, best_score = name, score
    if declared and declared != best and _decodes(data, declared):
        return declared if _score(sample, declared) > best_score - _MISPLACED else best
    return best


def _high_part(data: bytes) -> bytes:
    """Lines with bytes outside ASCII, as many as a judgement needs."""
    if len(data) <= _SAMPLE:
        return data
    lines: list[bytes] = []
    size = 0
    for line in data[: 64 * _SAMPLE].splitlines(keepends=True):
        if not line.isascii():
            lines.append(line[:_SAMPLE])
            size += len(lines[-1])
            if size >= _SAMPLE:
                break
    return b"".join(lines) or data[:_SAMPLE]


@cache
def _likelihoods(letters: str) -> dict[str, float]:
    """Log-probability of each letter, falling with its rank as letters do (Zipf-Mandelbrot)."""
    weights = [1 / (rank + 4) for rank in range(len(letters))]
    total = sum(weights)
    return {
        letter: math.log(0.95 * weight / total)
        for letter, weight in zip(letters, weights, strict=True)
    }


def _single_byte_score(sample: bytes, name: str, letters: str) -> float:
    """Mean log-likelihood of the characters outside ASCII, context included."""
    likelihoods = _likelihoods(letters)
    own_script = len(letters) > 36
    text = sample.decode(name, "replace")
    total, count, before = 0.0, 0, " "
    for char in text:
        if char > "\x7f":
            count += 1
            total += likelihoods.get(char) or _unlisted(char)
            total -= _misplacement(before, char, own_script)
        elif char.isalpha() and before > "\x7f":
            mixed = own_script and before.isalpha()
            sign = char.islower() and before in _SIGNS and before not in _BEFORE_WORDS
            total -= _MISPLACED if mixed or sign else 0.0
        before = char
    return total / count if count else -math.inf


def _unlisted(char: str) -> float:
    if char in _SIGNS:
        return _SIGN
    return _RARE_LETTER if char.isalpha() and char != "\ufffd" else _STRANGE


def _misplacement(before: str, char: str, own_script: bool) -> float:
    """What speaks against `char` after `before`."""
    if char.isupper():
        return _MISPLACED if before.islower() else 0.0
    if char.isalpha():
        mixed = own_script and before.isascii() and before.isalpha()
        return _MISPLACED if mixed else 0.0
    if unicodedata.category(char).startswith("M") and not before.isalpha() and before < "\u0300":
        return _MISPLACED
    return 0.0


def _double_byte_score(sample: bytes, name: str, common: str, leads: str) -> float:
    """As `_single_byte_score`, for each byte; -inf where the bytes do not decode."""
    text = _lenient_end(sample, name)
    if text is None:
        return -math.inf
    low, high = leads.encode("latin-1")
    total, count = 0.0, 0
    for char in text:
        if char <= "\x7f":
            continue
        code = char.encode(name, "replace")
        count += len(code)
        if char in common:
            total += math.log(0.006)
        elif "\u3041" <= char <= "\u30fe":
            total += math.log(0.004)
        elif low <= code[0] <= high and code[-1] >= 0x40 and (name[0] != "c" or code[-1] > 0xA0):
            total += math.log(0.0004)
        else:
            total += math.log(2e-6)
    return total / count if count else -math.inf


def _lenient_end(sample: bytes, name: str) -> str | None:
    """The sample as text; a character may be cut off at its end."""
    for cut in range(4):
        try:
            return sample[: len(sample) - cut].decode(name)
        except UnicodeDecodeError as error:
            if error.start < len(sample) - 4:
                return None
    return None


def _score(sample: bytes, name: str) -> float:
    """The score of any code page, by the letters of all languages of its kind."""
    for page, languages in _PAGES:
        if page == name:
            return max(_single_byte_score(sample, name, letters) for letters in languages)
    for page, common, leads in _IDEOGRAPHS:
        if page == name:
            return _double_byte_score(sample, name, common, leads)
    return 0.0


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return False
    return True
