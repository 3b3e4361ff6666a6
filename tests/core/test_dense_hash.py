"""The hash embedder: honest, deterministic, always there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.dense import hash_embedder
from app.core.dense.hash_embedder import HashEmbedder
from app.errors import InputError

PINNED_PLACES = [143, 152, 67, 42, 88, 238]
PINNED_VALUES = [0.46819, 0.403223, 0.329032, -0.26117, 0.26117, -0.26117]


@given(st.lists(st.text(max_size=40), max_size=8))
def test_every_row_has_length_one(texts):
    """Any text, empty and without words too, gives a float32 unit vector."""
    rows = HashEmbedder().embed(texts)
    assert rows.shape == (len(texts), 256)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_the_vectors_are_pinned():
    """Stored vectors of "hash/1" must fit those of every later version and machine."""
    row = HashEmbedder().embed(["Fossick for gold, 金を探す"])[0]
    strongest = np.argsort(-np.abs(row), kind="stable")[:6]
    assert hash_embedder.MODEL == "hash/1"
    assert strongest.tolist() == PINNED_PLACES
    assert row[strongest] == pytest.approx(PINNED_VALUES, abs=1e-5)


def test_a_text_does_not_depend_on_its_neighbours():
    """The cache and the batch have no influence on a vector."""
    texts = ["gold mine", "", "a tax return of 1849", "gold gold gold"]
    together = HashEmbedder().embed(texts)
    for row, text in zip(together, texts, strict=True):
        assert (HashEmbedder().embed([text])[0] == row).all()


def test_near_identical_texts_are_near_and_others_far():
    """Case, accents' form, word order and endings matter little; other words are unrelated."""
    base, folded, ordered, typo, other = HashEmbedder().embed(
        [
            "The prospector found gold in the river",
            "the PROSPECTOR found gold in the river",
            "In the river the prospector found gold",
            "The prospectors found gold in the rivers",
            "Quarterly tax statements must be filed online",
        ]
    )
    assert base @ folded == pytest.approx(1)
    assert base @ ordered == pytest.approx(1, abs=1e-6)
    assert base @ typo > 0.55
    assert abs(base @ other) < 0.25


def test_scripts_without_spaces_match_in_part():
    """Two Chinese sentences with common words are nearer than two without."""
    a, b, c = HashEmbedder().embed(["深圳是中国的城市", "深圳是城市", "我喜欢吃苹果"])
    assert a @ b > 0.4 > abs(a @ c) + 0.2


def test_the_cache_is_bounded(monkeypatch):
    """Many different words keep memory bounded and do not change vectors."""
    monkeypatch.setattr(hash_embedder, "_CACHE_WORDS", 50)
    embedder = HashEmbedder()
    before = embedder.embed(["gold"])
    for number in range(40):
        embedder.embed([" ".join(f"word{number}x{n}" for n in range(30))])
    assert len(embedder._row_of) <= 50
    assert (embedder.embed(["gold"]) == before).all()


def test_dimension():
    """Other dimensions are other models; a senseless one is refused."""
    assert HashEmbedder(64).embed(["a"]).shape == (1, 64)
    assert HashEmbedder(64).model != HashEmbedder().model
    with pytest.raises(InputError):
        HashEmbedder(0)
