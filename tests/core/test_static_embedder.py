"""Static vectors: sums of rows of a table."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis.wordpiece import WordPiece
from app.core.dense.static_embedder import MOST_TOKENS, StaticEmbedder, StaticTable
from app.errors import EmbedderError

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "gold", "##en", "silver", "mine", "!", "s", "##s"]
WORDS = ["gold", "golden", "Silver", "mines", "gold!", "platinum", "[SEP]", "", "  ", "\n", "мine"]


def table_of(dim: int = 5, seed: int = 3) -> StaticTable:
    """Rows of chance, for the vocabulary."""
    rows = np.random.default_rng(seed).standard_normal((len(VOCABULARY), dim))
    return StaticTable.of(rows * np.arange(len(rows))[:, np.newaxis], "static/test")


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join), max_size=6))
def test_vectors_are_normalised_sums(texts):
    """Token by token, whatever texts stand beside each other."""
    table, pieces = table_of(), WordPiece(VOCABULARY)
    embedder = StaticEmbedder(table, pieces)
    found = embedder.embed(texts)
    assert found.dtype == np.float32 and found.shape == (len(texts), 5)
    for text, row in zip(texts, found, strict=True):
        total = sum(
            (int(table.weights[token]) * table.codes[token].astype(np.int64))
            for token in pieces.encode(text)
        ) + np.zeros(5)
        length = np.linalg.norm(total)
        np.testing.assert_allclose(row, total / length if length else total, rtol=1e-6, atol=1e-7)
        assert row.tobytes() == embedder.embed([text])[0].tobytes()


@pytest.mark.parametrize("tokens", [0, 1, 100, 512, 700])
def test_many_texts_at_once(tokens):
    """As many as do not fit into one step, long and empty ones among them."""
    embedder = StaticEmbedder(table_of(), WordPiece(VOCABULARY))
    texts = ["gold " * tokens, "", "mine !", "silver " * 511, "", "golden " * tokens] * 3 + [""]
    found = embedder.embed(texts)
    assert len(found) == 19
    for text, row in zip(texts, found, strict=True):
        assert row.tobytes() == embedder.embed([text])[0].tobytes()
        assert row.any() == bool(text.strip())


def test_tables_are_near_the_rows_they_are_made_of():
    """Half a step of the code, and of the weight, away at most."""
    rows = np.random.default_rng(1).standard_normal((500, 64)).astype(np.float32)
    rows *= np.random.default_rng(2).random((500, 1))
    table = StaticTable.of(rows, "static/test")
    unit = np.abs(rows).max() / 2047
    made = table.codes * (table.weights * unit / 127)[:, np.newaxis]
    step = table.weights[:, np.newaxis] * unit / 127
    assert (np.abs(made - rows) <= step / 2 + unit / 2 + 1e-7).all()


def test_a_table_survives_its_bytes():
    """All three parts of it."""
    table = table_of()
    again = StaticTable.from_bytes(table.to_bytes())
    assert again.codes.tolist() == table.codes.tolist()
    assert again.weights.tolist() == table.weights.tolist()
    assert again.model == "static/test"


def test_sums_of_the_longest_texts_are_right():
    """The largest codes and weights, as many as are looked at, and no more."""
    rows = np.ones((len(VOCABULARY), 3)) * [1, -1, 0.5]
    embedder = StaticEmbedder(StaticTable.of(rows, "static/test"), WordPiece(VOCABULARY))
    text = "gold " * (MOST_TOKENS + 100)
    np.testing.assert_allclose(embedder.embed([text])[0], embedder.embed(["gold"])[0], rtol=1e-6)
    assert MOST_TOKENS * 127 * 2047 < 2**31


def saved(**arrays: np.ndarray) -> bytes:
    """A file of NumPy's with other arrays."""
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


NAME = np.frombuffer(b"static/x", np.uint8)
CODES, WEIGHTS = np.zeros((3, 2), np.int8), np.zeros(3, np.uint16)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        table_of().to_bytes()[:-40],
        saved(codes=CODES, weights=WEIGHTS),
        saved(codes=CODES, weights=WEIGHTS[:2], model=NAME),
        saved(codes=CODES.astype(np.float32), weights=WEIGHTS, model=NAME),
        saved(codes=CODES, weights=WEIGHTS.astype(np.int64), model=NAME),
        saved(codes=CODES, weights=WEIGHTS + np.uint16(5000), model=NAME),
        saved(codes=CODES[:0], weights=WEIGHTS[:0], model=NAME),
        saved(codes=CODES, weights=WEIGHTS, model=NAME[:2]),
        saved(codes=np.array([{}], dtype=object), weights=WEIGHTS, model=NAME),
    ],
)
def test_damaged_tables_are_refused(data):
    """With a code and a way out."""
    with pytest.raises(EmbedderError) as caught:
        StaticTable.from_bytes(data)
    assert caught.value.code == "model-failed"
    assert caught.value.hint


def test_a_table_for_another_vocabulary_is_refused():
    """Rows are by the number of the token."""
    with pytest.raises(EmbedderError):
        StaticEmbedder(table_of(), WordPiece(VOCABULARY[:-1]))
