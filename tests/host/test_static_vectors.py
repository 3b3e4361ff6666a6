"""The table of static vectors on the desktop: a known text proves it, with its vocabulary."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from app.engine import EmbedderChain, HashEmbedder
from app.host.opening import BUNDLED_MODEL, BUNDLED_TABLE, static_embedder

TABLE, VOCABULARY = BUNDLED_TABLE.name, "vocab.txt"


@pytest.fixture
def files(tmp_path):
    """A copy of the table and of the vocabulary, to be spoilt."""
    if not (BUNDLED_MODEL / VOCABULARY).is_file():
        pytest.skip("the model is not exported yet; run: make vendor")
    shutil.copy(BUNDLED_TABLE, tmp_path)
    shutil.copy(BUNDLED_MODEL / VOCABULARY, tmp_path)
    return tmp_path


def used(files):
    """The model by which a text is embedded, and what is said of others."""
    chain = EmbedderChain([static_embedder(files / TABLE, files), HashEmbedder()])
    found = asyncio.run(chain.embed(["gold"]))
    return found.model.split("/")[0], chain.notes


def test_as_it_comes(files):
    """It is used without a word."""
    assert used(files) == ("static", [])


def test_words_in_another_order(files):
    """As many tokens, each with the vector of another: hashed words are better than that."""
    words = (files / VOCABULARY).read_text("utf-8").splitlines()
    turned = [*words[:1000], *reversed(words[1000:])]
    (files / VOCABULARY).write_text("\n".join(turned), "utf-8")
    model, (note,) = used(files)
    assert model == "hash"
    assert "cannot be used" in note and "gold in the river" in note


def test_another_table(files):
    """Numbers that fit together and are not those that were learned."""
    import numpy as np

    with np.load(files / TABLE) as arrays:
        held = dict(arrays)
    np.savez(files / "other.npz", **{**held, "codes": held["codes"][::-1]})
    (files / "other.npz").replace(files / TABLE)
    model, (note,) = used(files)
    assert model == "hash" and "cannot be used" in note
