"""Text becomes the same terms and tokens on CPython and in Pyodide.

The two may carry different versions of the Unicode database (14 in Python 3.11, 16 in 3.14). A
character that both know must come out alike, and so must ideographs, of which each version brings
some thousands. Another character that only the newer one knows (letters of Kawi or Garay,
hieroglyphs) may be a letter there and nothing here: text of that kind is rare, and a search for it
finds it on the device that indexed it.
"""

from __future__ import annotations

import sys
import unicodedata

from tests.pyodide import probes, texts

BLOCK = 256


RECLASSIFIED = {0x1171E}
"""Ahom medial ra: a spacing mark up to Unicode 14, nonspacing since; only WordPiece asks."""

UNIFORM = (range(0x3400, 0xA000), range(0xAC00, 0xD7A4), range(0x20000, 0x32000))
"""Ideographs and Hangul syllables, tens of thousands that are all alike: one in 16 is tried."""


def assigned() -> list[int]:
    """Characters of this Python's Unicode, without surrogates and private ones."""
    known = (
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
    )
    return [code for code in known if code % 16 == 0 or not any(code in same for same in UNIFORM)]


def test_scripts(same):
    """Normal forms, terms and offsets in every script."""
    found = same(probes.analysed, list(texts.SCRIPTS.values()))
    assert sum(len(forms) for _, _, forms in found) > 300


def test_every_character(pyodide):
    """Each character that both know, alone and inside a word: what is known to differ is listed."""
    codes = assigned()
    blocks = [codes[start : start + BLOCK] for start in range(0, len(codes), BLOCK)]
    here = probes.digests_of_code_points(blocks)
    there = pyodide.call(probes.digests_of_code_points, blocks)
    differing = [b for b, x, y in zip(blocks, here, there, strict=True) if x != y]
    odd = {}
    for block in differing:
        both = probes.of_code_points(block), pyodide.call(probes.of_code_points, block)
        for code, one, other in zip(block, *both, strict=True):
            if one != other:
                odd[code] = one, other
    assert {code: pair for code, pair in odd.items() if code not in RECLASSIFIED} == {}
    assert all(one[:2] == other[:2] for one, other in odd.values()), "terms must not differ at all"


def test_newer_ideographs(same):
    """Ideographs that came with Unicode 15 and after make the same forms everywhere."""
    (_, _, forms), *_ = same(probes.analysed, ["\U00031350\U000323af gold", "\U0002ebf0"])
    assert [form for form, *_ in forms] == ["\U00031350\U000323af", "gold"]


def test_queries(same):
    """Lines are parsed into the same clauses."""
    same(probes.parsed, [*texts.queries(200), *texts.SCRIPTS.values()])


def test_word_pieces(same, vocabulary):
    """The model's tokens, and the estimate that stands in for them."""
    same(probes.word_pieces, vocabulary, list(texts.SCRIPTS.values()))
    same(probes.estimates, list(texts.SCRIPTS.values()))
