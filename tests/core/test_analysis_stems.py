"""Keys of forms: stems by language, and what is loaded for them."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis.entries import entries
from app.core.analysis.snowball import STEMMED_LANGUAGES, stemmer
from app.core.analysis.spelling import fold, lowered
from app.core.analysis.stems import keys

# One line a language: words of which all have a key in common.
SAME_KEY = """
ar كتاب الكتاب كتابه
ca nacional nacionals
cs kniha knihami
da hus huset husene
de haus häuser häusern Häuser hausern
el άνθρωπος άνθρωποι ανθρώπων ανθρωποι
en run running runs Running RUNS
eo libro libroj librojn
es canción canciones cancion
et raamat raamatud
eu etxe etxeak
fa کتاب کتابها
fi talo talossa taloissani
fr élève élèves eleves
ga maith mhaith
hi किताब किताबें किताबों
hr kuća kuće kucama
hu ház házakban hazakban
hy մարդ մարդու
id jalan berjalan
it cittadino cittadini
lt knyga knygos knygomis
ne किताब किताबहरू
nl huis huizen
no hus huset husene
pl książka książki ksiazki
pt nação nacao
ro carte cărțile
ru книга книги книгами Книгами
sr кућа куће kuće
sv flicka flickor flickorna
ta புத்தகம் புத்தகங்கள்
tr ev evler evlerinizden
"""


@pytest.mark.parametrize("line", SAME_KEY.strip().splitlines(), ids=lambda line: line[:2])
def test_forms_of_one_word_share_a_key(line):
    """Endings, capitals and missing diacritics do not part the forms of a word."""
    language, *words = line.split()
    found = [set(keys(lowered(word), language)) for word in words]
    assert set.intersection(*found), found


@pytest.mark.parametrize("language", sorted(STEMMED_LANGUAGES))
def test_every_algorithm_loads(language):
    """Each code in the table names an algorithm that the package has."""
    stem = stemmer(language)
    assert stem is not None
    assert isinstance(stem("abc"), str)


@pytest.mark.parametrize("form", ["3.14", "v1.2.3", "c++", "#gold", "ann@x.org", "sha256", ""])
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_not_a_word_has_no_key(form, language):
    """Numbers, addresses and tags have no stem; an empty form has none either."""
    assert keys(form, language) == ()


@pytest.mark.parametrize("language", ["", "zh", "th", "he", "xx"])
def test_languages_without_a_stemmer_have_no_keys(language):
    """Folding alone is the caller's business."""
    assert keys("running", language) == ()


@given(st.text(max_size=8), st.sampled_from(sorted(STEMMED_LANGUAGES)))
def test_keys_are_folded_and_not_empty(text, language):
    """Whatever the form, its keys are words without diacritics or capitals."""
    for form in (entry.form for entry in entries(text)):
        for key in keys(form, language):
            assert key
            assert key == fold(key)  # Cherokee folds to its capitals


@pytest.mark.lengthy
@pytest.mark.parametrize("language", sorted(STEMMED_LANGUAGES))
def test_stems_are_those_of_the_package(language):
    """Affixes are found another way; words of letters and of affixes, as they are in its tables."""
    quick = stemmer(language)
    _, plain = type(quick.__self__).__bases__
    tables = [getattr(plain, name) for name in dir(plain) if name.startswith("a_")]
    affixes = sorted({affix.s for table in tables for affix in table})
    letters = sorted({*"abcdefghijklmnopqrstuvwxyz", *"".join(affixes)})
    chance = random.Random(language)
    for _ in range(2000):
        stem = "".join(chance.choices(letters, k=chance.randrange(7)))
        word = stem + "".join(chance.choices(affixes, k=chance.randrange(4)))
        assert quick(word) == plain().stemWord(word), word


@pytest.mark.skipif(sys.platform == "emscripten", reason="no processes in a browser")
def test_english_alone_is_loaded_at_first():
    """A start does not pay for algorithms that no document asks for."""
    code = (
        "import sys, app.core.analysis\n"
        "print(sorted(m.rpartition('.')[2] for m in sys.modules if m.endswith('_stemmer')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['english_stemmer']"
