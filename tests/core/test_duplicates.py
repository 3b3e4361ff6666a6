"""Fingerprints and what stands for what: worked examples and properties."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.duplicates.fingerprint import BITS, NEAR, UNKNOWN, distance, fingerprints
from app.core.duplicates.joining import joined
from app.core.duplicates.leaders import leaders
from app.core.lexical import PostingsBuilder, Row

TEXTS = st.lists(st.lists(st.integers(0, 30), max_size=40), max_size=12)


def hashed(texts):
    """Hashes of words, end to end, and how many each text has."""
    words = [np.uint64(word * 0x9E37_79B9_7F4A_7C15 % 2**64) for text in texts for word in text]
    return np.array(words, dtype=np.uint64), np.array([len(text) for text in texts], dtype=np.intp)


def of_bodies(*bodies):
    """As indexing makes them."""
    builder = PostingsBuilder()
    builder.add(Row("", body) for body in bodies)
    builder.build()
    return builder.fingerprints


@given(TEXTS)
@settings(max_examples=100)
def test_a_passage_has_its_own_whatever_is_beside_it(texts):
    """One at a time or all together; 0 for a passage without a word, and no other."""
    together = fingerprints(*hashed(texts))
    alone = [fingerprints(*hashed([text])) for text in texts]
    assert together.tolist() == [int(each[0]) for each in alone]
    assert [value == UNKNOWN for value in together.tolist()] == [not text for text in texts]


def test_many_passages_are_taken_in_pieces():
    """Where a piece ends does not show."""
    chance = np.random.default_rng(3)
    words = chance.integers(2**64, size=60_000, dtype=np.uint64)
    counts = np.concatenate([np.full(200, 200), [15_000, 0, 1, 2, 3, 4994]])
    found = fingerprints(words, counts)
    starts = np.cumsum(counts) - counts
    for number in (0, 81, 82, 199, 200, 202, 203, 204, 205):
        own = words[starts[number] : starts[number] + counts[number]]
        assert found[number] == fingerprints(own, counts[number : number + 1])[0]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.8, 0.9])
def test_distances_follow_the_resemblance(share):
    """On average 32 * (1 - J) bits, J being counted from the shingles themselves."""
    chance = np.random.default_rng(5)
    bits, expected = [], []
    for _ in range(150):
        one = chance.integers(2**64, size=150, dtype=np.uint64)
        other = one.copy()
        changed = round((1 - share) ** 1.3 * 60) if share else 150
        places = chance.choice(150, size=changed, replace=False)
        other[places] = chance.integers(2**64, size=changed, dtype=np.uint64)
        sets = [{tuple(each[i : i + 3].tolist()) for i in range(148)} for each in (one, other)]
        expected.append(BITS / 2 * (1 - len(sets[0] & sets[1]) / len(sets[0] | sets[1])))
        pair = fingerprints(np.concatenate([one, other]), np.array([150, 150]))
        bits.append(int(distance(pair[0], pair[1])))
    assert abs(np.mean(bits) - np.mean(expected)) < 1


def test_short_passages_differ():
    """Passages of one or two words are alike only if they are the same."""
    words = [f"w{number}" for number in range(40)]
    found = of_bodies(*words, *(f"{word} w1" for word in words))
    apart = distance(found[:, np.newaxis], found)
    np.fill_diagonal(apart, BITS)
    assert apart.min() > NEAR


def test_what_counts_is_the_body_and_its_words():
    """Case, punctuation and lines do not count, nor title and headings, nor what is repeated."""
    rows = [
        Row("", "Gold lies in the old mine below the river.", title="One", headings="A"),
        Row("Gold lies in", "the OLD mine —\n\nbelow the “river”!", title="Two", path="x"),
        Row("", "Silver lies in the new mine above the lake.", title="One", headings="A"),
    ]
    builder = PostingsBuilder()
    builder.add(rows[:2])
    builder.add(rows[2:])
    builder.build()
    one, same, other = builder.fingerprints
    assert one == same
    assert distance(one, other) > NEAR


def test_chinese_is_told_apart_too():
    """Scripts without blanks have words as well."""
    text = "河里有金子，山上有银子，老矿在河的下游，没有人去过那里，他们说那里有很多金子。"
    one, near, other = of_bodies(text, text.replace("老矿", "旧矿"), text[::-1])
    assert distance(one, near) < distance(one, other)
    assert distance(one, near) <= 2 * NEAR


@given(st.integers(0, 4), st.integers(0, 8), st.randoms())
@settings(max_examples=200)
def test_leaders_against_the_plain_rule(before, n, chance: random.Random):
    """Each goes with the first before it that stands for itself and is near, else stands alone."""
    near = np.array(
        [[chance.random() < 0.4 for _ in range(before + n)] for _ in range(n)], dtype=np.bool_
    ).reshape(n, before + n)
    standing, expected = list(range(before)), []
    for row in range(n):
        first = next((column for column in standing if near[row, column]), before + row)
        expected.append(first)
        if first == before + row:
            standing.append(first)
    assert leaders(near).tolist() == expected


@given(st.integers(0, 60), st.integers(1, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_joined_is_what_hangs_together(n, heaps, seed):
    """Labels are the lowest places; all that are joined are linked by near pairs."""
    chance = np.random.default_rng(seed)
    centres = chance.integers(1, 2**63, heaps, dtype=np.uint64)
    prints = centres[chance.integers(heaps, size=n)]
    for _ in range(2):
        prints = prints ^ (np.uint64(1) << chance.integers(0, 60, n).astype(np.uint64))
    prints[chance.random(n) < 0.1] = UNKNOWN
    *_, found = joined(prints)
    near = (distance(prints[:, np.newaxis], prints) <= NEAR) & (prints != UNKNOWN)
    near &= (prints != UNKNOWN)[:, np.newaxis]
    labels = list(range(n))
    for _ in range(n):
        labels = [min([labels[b] for b in np.flatnonzero(near[a])] + [labels[a]]) for a in range(n)]
    assert found.tolist() == labels


def test_pairs_in_few_bits_are_found_among_many():
    """Nearly all of those that differ in six bits, and next to nothing else."""
    chance = np.random.default_rng(8)
    prints = chance.integers(1, 2**64, 20_000, dtype=np.uint64)
    for place in range(500):
        flipped = sum(1 << int(bit) for bit in chance.permutation(BITS)[:6])
        prints[19_500 + place] = prints[place] ^ np.uint64(flipped)
    *_, found = joined(prints)
    assert np.count_nonzero(found[19_500:] == np.arange(500)) >= 490
    assert np.count_nonzero(found != np.arange(20_000)) <= 505
