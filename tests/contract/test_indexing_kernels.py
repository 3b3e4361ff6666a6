"""The loops of indexing: NumPy by hand-made examples, WebAssembly against NumPy."""

from __future__ import annotations

import contextlib
import random
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.analysis.plain import plain_forms
from app.core.analysis.snowball import stemmer
from app.core.kernels import PARTS, STAY, NumpyKernels
from app.core.kernels.indexing import NONE, Said, joined, lines_of, texts_of
from app.core.kernels.merging import Part
from app.core.lexical import PostingsBuilder, Row, Vocabulary, build_postings, merge_postings
from app.errors import InputError, StorageError
from tests.contract import kernels_hosts

TWIN = NumpyKernels().indexing
_STRETCHES = """
gold Gold's rock-solid 1,000 1,x e-mail a/#b a/b x@y.org & &#x C++ «or» 東京、日本 “well” — …
, ,, '' ... --x-- /@me /#tag ’ 1٫000 é é́ 😀 foo(bar) $x_y ١,٢
5·3 350°C ±1 ≥0.05 a→b ‘stem’ 4′ x−y ¼ º µm €5 Ⅷ ⌘c £1,000 ÷ × 1‘,2 ©,3 ∀,x
"""
STRETCHES = st.sampled_from([*_STRETCHES.split(), "\u00a0"])
TEXTS = st.lists(
    st.one_of(st.text(max_size=12), st.lists(STRETCHES, max_size=8).map(" ".join)), max_size=6
)


@pytest.fixture(scope="module")
def kernels():
    """`kernels()`: those of WebAssembly, over an empty memory."""
    host = kernels_hosts.here().fresh
    return lambda: host()[0]


@pytest.fixture(scope="module")
def wasm(kernels):
    """`wasm()`: the loops of WebAssembly, over an empty memory."""
    return lambda: kernels().indexing


def encoded(texts):
    """What a table of pieces is given."""
    return joined(text.encode("utf-8", "replace") for text in texts)


def same_pieces(one, other, texts):
    """Both tables find the same."""
    found, expected = one.find(encoded(texts)), other.find(encoded(texts))
    assert found.pieces.tolist() == expected.pieces.tolist()
    assert found.ends.tolist() == expected.ends.tolist()
    assert len(one) == len(other)
    assert one.since(0).tobytes() == other.since(0).tobytes()


@given(TEXTS, TEXTS)
@example(["a,1", "1,2", "1,", ",2"], ["“,5"])
@example(["\u2019\u2019", "x\u3001y\uff0cz\u2014"], ["&", "/#", "#", "++"])
def test_pieces_are_those_of_python(wasm, first, second):
    """Text after text, with what is known already among them."""
    ours, twin = wasm().new_pieces(), TWIN.new_pieces()
    same_pieces(ours, twin, first)
    same_pieces(ours, twin, second + first)


def test_tables_of_pieces_grow(wasm):
    """More pieces, and longer ones, than a new table has room for."""
    ours, twin = wasm().new_pieces(), TWIN.new_pieces()
    words = [f"{number * 7919:x}" for number in range(20_000)]
    long = "".join(words)
    for texts in (words[:5000], [" ".join(words)], [long, "gold", long * 2], words[::-1]):
        same_pieces(ours, twin, texts)
    assert len(ours) == len(twin) == len({*words, long, "gold", long * 2})


@st.composite
def expandable(draw):
    """Pieces of texts, an order of texts, and numbers of pieces."""
    texts = draw(TEXTS.filter(bool))
    table = TWIN.new_pieces()
    found = table.find(encoded(texts))
    sizes = draw(st.lists(st.integers(0, 4), min_size=len(table), max_size=len(table)))
    offsets = np.cumsum([0, *sizes]).astype(np.uint32)
    numbers = np.arange(7, 7 + offsets[-1], dtype=np.uint32)
    order = draw(st.lists(st.integers(0, len(texts) - 1), max_size=9))
    return found, np.array(order, np.uint32), offsets, numbers


@given(expandable())
def test_expanding_equals_numpy(wasm, given_):
    """Texts in any order, several times, with pieces of any number of forms."""
    for one, other in zip(wasm().expand(*given_), TWIN.expand(*given_), strict=True):
        assert one.dtype == other.dtype == np.uint32
        assert one.tolist() == other.tolist()
    found, order, offsets, numbers = given_
    by_hand = [
        numbers[offsets[piece] : offsets[piece + 1]].tolist()
        for text in order.tolist()
        for piece in found.pieces[(0, *found.ends)[text] : found.ends[text]].tolist()
    ]
    assert TWIN.expand(*given_)[0].tolist() == [number for each in by_hand for number in each]


_PARTS = "a B ab Ab AB ABs v V s 1 20 2024 a1 abc1 Ab1c 1B T10 xYZ é _ __ - . ' ’ _- , 's 'T + @"
WORDS = st.one_of(
    st.lists(st.sampled_from(_PARTS.split()), min_size=1, max_size=9).map("".join),
    st.text(st.sampled_from("aBvVsT12._-'"), min_size=1, max_size=12),
    st.text(st.sampled_from("aB1_."), min_size=60, max_size=70),
)


def same_plain_forms(loops, words):
    """The forms of C are those of Python, or none."""
    table = loops.new_names()
    numbers, sizes = loops.plain_forms(lines_of(words), table)
    numbers = iter(numbers.tolist())
    lines, starts = table.packed()
    forms = texts_of(lines)
    assert starts.tolist() == np.cumsum([0, *(len(form.encode()) + 1 for form in forms)]).tolist()
    for word, size in zip(words, sizes.tolist(), strict=True):
        expected = list(plain_forms(word)) if word.isascii() else []
        if size == NONE:
            assert not expected, word
        else:
            assert [forms[next(numbers)] for _ in range(size)] == expected != [], word
    assert not list(numbers)


@given(st.lists(WORDS))
@example(["2024-01-15T1", "1.2.2024", "1_ABs.2", "don't", "O'Brien's", "v1.2aB", "U.S.A", "a_."])
@example(["1,000", "12,345,678", "1,00", "1,0000", "a1,000", "1,000a", "1,000.5", ",1"])
def test_plain_forms_equal_python(wasm, words):
    """All that is plain and of ASCII, and nothing else."""
    same_plain_forms(wasm(), [word for word in words if word])


@pytest.mark.slow
def test_plain_forms_of_real_words(wasm, judged_words):
    """Every word of the judged collections."""
    words = {word for word in judged_words if word.isascii() and "\n" not in word}
    same_plain_forms(wasm(), sorted(words - {""}))


NAMES = st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])))


@given(st.lists(NAMES))
@example([[], [""], ["", "a", "", "a", "b"]])
def test_names_are_numbered_as_python_does(wasm, rounds):
    """Round after round, with what is known already among them."""
    ours, twin = wasm().new_names(), TWIN.new_names()
    for names in rounds:
        found = ours.numbers(lines_of(names))
        assert found.dtype == np.uint32
        assert found.tolist() == twin.numbers(lines_of(names)).tolist()
        assert len(ours) == len(twin)
        for one, other in zip(ours.packed(), twin.packed(), strict=True):
            assert one.tolist() == other.tolist()
    by_hand = list(dict.fromkeys(name for names in rounds for name in names if name))
    assert texts_of(twin.packed().lines) == by_hand


def test_tables_of_names_grow(wasm):
    """More names, and longer ones, than a new table has room for."""
    ours, twin = wasm().new_names(), TWIN.new_names()
    names = [f"{number * 7919:x}" for number in range(20_000)]
    for some in (names[:5000], names, ["".join(names)], names[::-1], ["x" * 300_000, "", "y"]):
        lines = lines_of(some)
        assert ours.numbers(lines).tolist() == twin.numbers(lines).tolist()


@given(st.lists(st.lists(WORDS)))
@example([["Gold-mine's", "x1y", "é", "[\\]^_`{|}~@", ""], ["GOLD", "ébc", "Z"]])
def test_words_are_rows_of_letters(wasm, rounds):
    """Of pieces of ASCII, in lower case; others are left to Python."""
    loops = wasm()
    table = loops.new_names()
    for pieces in rounds:
        numbers, sizes = loops.words(lines_of(pieces), table)
        numbers, words = iter(numbers.tolist()), texts_of(table.packed().lines)
        for piece, size in zip(pieces, sizes.tolist(), strict=True):
            assert (size == NONE) == (not piece.isascii())
            if size != NONE:
                expected = re.findall("[a-z]+", piece.lower())
                assert [words[next(numbers)] for _ in range(size)] == expected
        assert not list(numbers)


def test_words_may_be_more_than_a_table_holds(wasm):
    """It grows in the middle of a piece, of which each word has one number."""
    loops = wasm()
    table = loops.new_names()
    words = ["".join(each) for each in product("abcdefgh", repeat=5)]
    pieces = ["é", "-".join(words[:20_000]), "q", "-".join(words)]
    numbers, sizes = loops.words(lines_of(pieces), table)
    assert sizes.tolist() == [NONE, 20_000, 1, len(words)]
    every = texts_of(table.packed().lines)
    assert [every[number] for number in numbers.tolist()] == [*words[:20_000], "q", *words]


def test_names_of_another_table_are_refused(wasm):
    """The module can number words in a table of its own only."""
    with pytest.raises(InputError):
        wasm().words(lines_of(["gold"]), TWIN.new_names())


@st.composite
def told(draw):
    """Texts of pieces with words, each with a sign that says something of columns or nothing."""
    found, _, offsets, _ = draw(expandable())
    n_words = draw(st.integers(1, 6))
    words = draw(st.lists(st.integers(0, n_words - 1), min_size=int(offsets[-1])))
    rows = draw(st.lists(st.lists(st.integers(0, 3), max_size=4, unique=True), max_size=4))
    n_signs = len(rows) + 1
    signs = draw(st.lists(st.integers(0, n_signs - 1), min_size=n_words, max_size=n_words))
    said_offsets = np.cumsum([0, 0, *map(len, rows)]).astype(np.uint32)
    columns = np.array([column for row in rows for column in row], np.uint32)
    parts = st.lists(st.integers(-99, 99), min_size=len(columns), max_size=len(columns))
    points, different = (np.array(draw(parts), np.float64) / 64 for _ in range(2))
    said = Said(said_offsets, columns, points, different)
    share = draw(st.sampled_from([0.06, 0.0, 0.7]))
    numbers = np.array(words, np.uint32), np.array(signs, np.uint32)
    return found, offsets, *numbers, said, 4, share


@given(TEXTS)
def test_counting_equals_numpy(wasm, texts):
    """Signs of each text."""
    wanted = bytes(chr(byte) in "a({#" for byte in range(256))
    found, expected = (each.count(encoded(texts), wanted) for each in (wasm(), TWIN))
    assert found.dtype == expected.dtype
    assert found.tolist() == expected.tolist()
    assert expected.tolist() == [sum(text.count(sign) for sign in "a({#") for text in texts]


@given(told())
def test_telling_equals_numpy(wasm, given_):
    """Sizes and both sums, to the last bit."""
    for one, other in zip(wasm().tell(*given_), TWIN.tell(*given_), strict=True):
        assert one.dtype == other.dtype
        assert one.tolist() == other.tolist()


@st.composite
def rows(draw):
    """Numbers of rows with their parts' sizes, and the term of each."""
    forms = draw(st.integers(1, 5))
    most = draw(st.sampled_from([1, 2, 255]))
    longest = draw(st.sampled_from([3, 3, 300]))
    steps = st.lists(st.integers(0, forms - 1), max_size=longest)
    parts = draw(st.lists(steps, max_size=20))
    parts = parts[: len(parts) // PARTS * PARTS]
    stays = draw(st.sets(st.integers(0, 200)))
    numbers = [
        number | (STAY if place and place in stays else 0)
        for part in parts
        for place, number in enumerate(part)
    ]
    terms = draw(st.permutations(range(forms + 2)))[:forms]
    sizes = np.array([len(part) for part in parts], np.uint32)
    gap = draw(st.sampled_from([1, 256, 70_000]))
    return np.array(numbers, np.uint32), sizes, np.array(terms, np.uint32), forms + 2, gap, most


@given(rows())
def test_inverting_equals_numpy(wasm, given_):
    """Every column, to its type."""
    ours, twin = wasm().invert(*given_), TWIN.invert(*given_)
    flat = [
        [*each[:-1], *(array for pair in each.sparse for array in pair)] for each in (ours, twin)
    ]
    for one, other in zip(*flat, strict=True):
        assert one.dtype == other.dtype
        assert one.tolist() == other.tolist()


@pytest.mark.parametrize("which", ["numpy", "wasm"])
def test_inverting_by_hand(wasm, which):
    """Two rows: "gold e-mail" with the title "gold", and a repeated "gold" before "mail gold"."""
    loops = TWIN if which == "numpy" else wasm()
    email, e, gold, mail = range(4)
    numbers = np.uint32([gold, email, e | STAY, mail | STAY, gold, gold, mail, gold])
    sizes = np.uint32([0, 4, 0, 1, 0, 1, 2, 0, 0, 0])
    found = loops.invert(numbers, sizes, np.uint32([0, 1, 2, 3]), 4, 256, 255)
    assert found.posting_offsets.tolist() == [0, 1, 2, 4, 6]
    assert found.ordinals.tolist() == [0, 0, 0, 1, 0, 1]
    assert found.counts.tolist() == [1, 1, 2, 2, 1, 1]
    title = 2 + 256 + 256
    first = [0x80 | title & 0x7F, title >> 7]
    assert found.positions.tolist() == [1, 1, 0, *first, 0, 2, 1, 1]
    assert found.position_offsets.tolist() == [0, 1, 2, 7, 9]
    repeated, headings, titles, path = found.sparse
    assert [each.tolist() for each in (*repeated, *titles)] == [[3], [1], [2], [1]]
    assert not len(headings[0]) and not len(path[0])
    assert found.field_starts.tolist() == [[258, 514, 771], [259, 515, 771]]


BODY = st.lists(st.sampled_from(["gold", "ore", "Gold", "GOLD", "e-mail", "é", "x"]), max_size=90)


@given(st.lists(st.builds(Row, *(BODY.map(" ".join) for _ in range(3))), max_size=5))
@example([Row("gold ore", "mine"), Row("", "gold"), Row("gold", "ore"), Row("", "", "gold")])
def test_fingerprints_are_those_of_numpy(kernels, rows):
    """Of bodies of any length, those of one word and two among them, and of none."""
    ours, twin = PostingsBuilder(Vocabulary(kernels())), PostingsBuilder()
    for builder in (ours, twin):
        builder.add(rows)
        builder.build()
    assert ours.fingerprints.dtype == twin.fingerprints.dtype == np.uint64
    assert ours.fingerprints.tolist() == twin.fingerprints.tolist()


def test_fingerprints_of_forms_that_are_none_are_refused(wasm):
    """Numbers, sizes and terms are looked at before the module takes them on trust."""
    sizes, terms, hashes = np.uint32([0, 2, 0, 0, 0]), np.uint32([0, 1]), np.uint64([5, 7])
    for wrong in (
        (np.uint32([0, 2]), sizes, terms, hashes),
        (np.uint32([0]), sizes, terms, hashes),
        (np.uint32([0, 1]), sizes, terms, hashes[:1]),
        (np.uint32([0, 1]), sizes[:4], terms, hashes),
    ):
        with pytest.raises(InputError):
            wasm().fingerprints(*wrong)


@given(st.lists(st.text(st.sampled_from("abé我𠮷-"), max_size=12), unique=True), st.randoms())
@example(["a", "ab", "aba", "", "b", "é", "𠮷", "我"], random.Random(1))
def test_names_are_sorted_as_python_does(wasm, names, chance):
    """Some of the names, in any order; by bytes is by code points."""
    offsets = np.cumsum([0, *(len(name.encode()) for name in names)]).astype(np.uint32)
    blob = np.frombuffer("".join(names).encode(), np.uint8)
    some = chance.sample(range(len(names)), chance.randint(0, len(names)))
    for loops in (wasm(), TWIN):
        found = loops.sort_names(blob, offsets, np.array(some, np.uint32))
        assert found.dtype == np.uint32
        assert found.tolist() == sorted(some, key=names.__getitem__)


@given(st.binary(max_size=40), st.data())
def test_stretches_are_cut_out(wasm, data, given_):
    """Of any length and in any order, as slices are; those that reach outside are refused."""
    place = st.integers(0, len(data))
    some = given_.draw(st.lists(st.tuples(place, place).map(sorted), max_size=9))
    starts, ends = np.array(some, np.uint32).reshape(-1, 2).T.copy()
    blob = np.frombuffer(data, np.uint8)
    for loops in (wasm(), TWIN):
        found = loops.cut_out(blob, starts, ends)
        assert found.dtype == np.uint8
        assert found.tobytes() == b"".join(data[start:end] for start, end in some)
    for start, end in ((0, len(data) + 1), (1, 0)):
        with pytest.raises(InputError):
            wasm().cut_out(blob, np.uint32([start]), np.uint32([end]))


BEGINNINGS = """
arsen commun emerg gener inter later organ past univers succ proc exc even cann inn earr herr out
y yy ay by sky hop pl fe ag egg odd eb tt bl iz at
"""
ENDINGS = """
s es us ss sses ies ied ed eed eedly edly ing ingly y ly li tional enci anci abli entli izer
ization ational ation ator alism aliti alli fulness fulli ful ousli ousness iveness iviti biliti
bli ogi logi ogist lessli icate ative alize iciti ical ness al ance ence er ic able ible ant ement
ment ent ism iti ous ive ize ate ion sion tion e l ll bb dd ff gg mm nn pp rr tt
"""
SPECIAL = """
skis skies sky idly gently ugly early only singly news howe atlas cosmos bias andes inning outing
canning herring earring evening proceed exceed succeed dying lying tying vying yying dyings
skiing hoping hopping ass egged oddly added fy say by us gas this kiwis universal past pasted
international generously communism organization emergency arsenal later a as be
"""
LATIN = st.text(st.sampled_from("aeiouybdstlnrwxz"), max_size=6)
ENGLISH = st.builds(
    "".join, st.tuples(st.one_of(LATIN, st.sampled_from(BEGINNINGS.split())), LATIN)
).flatmap(
    lambda stem: st.lists(st.sampled_from(ENDINGS.split()), max_size=3).map(
        lambda endings: stem + "".join(endings)
    )
)


def same_stems(loops, words):
    """The stems of C are those of the package."""
    stemmer_ = stemmer("en")
    found = texts_of(loops.english_stems(lines_of(words), b"en:"))
    stems = map(stemmer_, words)
    assert found == [
        "" if stem == word else f"en:{stem}" for word, stem in zip(words, stems, strict=True)
    ]


@given(st.lists(st.one_of(ENGLISH, st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz")))))
@example(SPECIAL.split())
@example([])
@example(["", "a", ""])
@example(["gold" * 5000, "ing" * 5000])
def test_english_stems_are_those_of_snowball(wasm, words):
    """Words of chance with the endings that the algorithm knows, and those it names."""
    same_stems(wasm(), words)


def test_every_short_word_is_stemmed_alike(wasm):
    """All words of up to four of some letters, at once."""
    words = ["".join(each) for size in range(5) for each in product("aeysldingt", repeat=size)]
    same_stems(wasm(), words)


@pytest.mark.slow
def test_real_words_are_stemmed_alike(wasm, judged_words):
    """Every row of ASCII letters in the judged collections."""
    words = sorted({part for word in judged_words for part in re.findall("[a-z]+", word.lower())})
    assert len(words) > 30_000
    same_stems(wasm(), words)


def test_a_stem_may_have_any_prefix(wasm):
    """Or none."""
    lines = lines_of(["running", "gold", "mines"])
    assert wasm().english_stems(lines, b"").tobytes() == b"run\n\nmine\n"
    assert wasm().english_stems(lines, b"a longer one: ").tobytes().count(b"one: ") == 2


def test_what_is_only_in_c_is_not_in_numpy():
    """Whoever asks has it in Python."""
    lines = lines_of(["running"])
    assert TWIN.english_stems(lines, b"") is None
    assert TWIN.plain_forms(lines, TWIN.new_names()) is None
    assert TWIN.words(lines, TWIN.new_names()) is None
    assert TWIN.fingerprints(*np.zeros((3, 0), np.uint32), np.zeros(0, np.uint64)) is None


WORDS = [
    *("running", "runs", "run", "mining", "Mines", "US", "us", "résumé", "resumes", "RESUME"),
    *("Häuser", "hausern", "Haus", "e-mail", "sha256", "我爱你", "Ёлка", "élèves", "ﬁnding"),
]
TEXT = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
ROWS = st.lists(
    st.builds(Row, TEXT, TEXT, TEXT, TEXT, TEXT, st.sampled_from(["en", "de", "fr", "th", ""])),
    max_size=6,
)


@settings(deadline=None)  # a language is loaded when it comes for the first time
@given(st.lists(ROWS, max_size=3))
def test_postings_are_the_same_to_the_byte(kernels, segments):
    """One vocabulary for all segments, over either kernels."""
    ours, twin = Vocabulary(kernels()), Vocabulary()
    for rows in segments:
        one, other = (build_postings(rows, each).to_arrays() for each in (ours, twin))
        assert one.keys() == other.keys()
        for name, array in other.items():
            assert one[name].dtype == array.dtype
            assert one[name].tobytes() == array.tobytes(), name


@settings(deadline=None)
@given(st.lists(ROWS, max_size=4), st.randoms())
def test_merged_postings_are_the_same_to_the_byte(kernels, segments, chance):
    """Segments with some chunks deleted, or all, or none."""
    parts = []
    for rows in segments:
        live = np.array([chance.random() < 0.7 for _ in rows], dtype=np.bool_)
        parts.append((build_postings(rows), live if chance.random() < 0.7 else None))
    one, other = (merge_postings(parts, each).to_arrays() for each in (kernels(), None))
    for name, array in other.items():
        assert one[name].dtype == array.dtype
        assert one[name].tobytes() == array.tobytes(), name


@settings(deadline=None)
@given(st.randoms(), st.data())
def test_merging_damaged_lists_stays_inside(kernels, chance, data):
    """Arrays with numbers that lead outside give an error or some lists."""
    merging = kernels().merging
    postings = build_postings(data.draw(ROWS.filter(bool)))
    names = merging.names([(postings.term_blob, postings.term_offsets)])
    sparse = (postings.repeated, *postings.sparse)
    columns = [names.numbers[0], np.arange(postings.n_chunks, dtype=np.uint32)]
    columns += [postings.posting_offsets, postings.ordinals, postings.counts]
    columns = [each.copy() for each in (*columns, postings.position_offsets, postings.positions)]
    damaged = columns[chance.randrange(2, len(columns))]
    if len(damaged):
        damaged[chance.randrange(len(damaged))] = chance.choice([0, 1, 127, 255])
    part = Part(*columns, sparse)
    with contextlib.suppress(StorageError):
        found = merging.lists([part, part], len(names.offsets) - 1)
        assert len(found.ordinals) <= 2 * len(postings.ordinals)
    offsets = postings.term_offsets.copy()
    offsets[chance.randrange(len(offsets))] = chance.choice([0, 3, 2**31])
    with contextlib.suppress(StorageError):
        merging.names([(postings.term_blob, offsets), (postings.term_blob, postings.term_offsets)])


def test_what_does_not_fit_is_refused(wasm):
    """Numbers without a form or a term, sizes that do not add up."""
    loops = wasm()
    one, none = np.uint32([1]), np.uint32([])
    five = np.uint32([0, 1, 0, 0, 0])
    for bad in [
        (one, five, np.uint32([0]), 1),
        (np.uint32([0]), five, np.uint32([3]), 1),
        (none, five, np.uint32([0]), 1),
        (np.uint32([0]), np.uint32([1]), np.uint32([0]), 1),
    ]:
        with pytest.raises(InputError):
            loops.invert(*bad, 256, 255)
    for offsets, number in [([0, 4], 1), ([0, 5], 0), ([3, 2, 4], 0), ([0, 3], 0)]:
        with pytest.raises(InputError):
            loops.sort_names(
                np.frombuffer(b"gold", np.uint8), np.uint32(offsets), np.uint32([number])
            )
