"""Columns of strings, documents and chunks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.core.model import Address, Chunk
from app.storage.chunk_table import ChunkTable
from app.storage.document_table import DocumentTable
from app.storage.strings import StringTable, spread
from app.storage.texts import chunk_rows, encode_text
from tests.storage.helpers import entry, new_segment

TEXTS = st.lists(st.text(max_size=12), max_size=8)


@given(TEXTS, st.data())
def test_strings(strings, data):
    """Rows, rows taken and tables joined read back as they were."""
    table = StringTable.build(strings)
    assert list(table) == strings
    assert [table[i] for i in range(len(table))] == strings
    picks = data.draw(st.lists(st.integers(0, max(len(strings) - 1, 0)), max_size=5))
    picks = picks if strings else []
    taken = table.take(np.array(picks, dtype=np.int64))
    assert list(taken) == [strings[i] for i in picks]
    assert list(StringTable.concat([table, taken])) == strings + list(taken)


def test_lone_surrogate():
    """A file name that is no Unicode text survives."""
    assert list(StringTable.build(["a\udcff"])) == ["a\udcff"]


def test_spread():
    """Stretches of length zero leave nothing."""
    assert spread(np.array([3, 9, 1]), np.array([0, 2, 1])).tolist() == [9, 10, 1]
    assert spread(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)).tolist() == []


def test_document_rows():
    """A document's row comes back whole, through arrays."""
    entries = [
        entry("a/é.md", "one two", modified=12.5, size=7, metadata={"author": "Zoë"}),
        entry("b", "three", parts=3),
    ]
    built = new_segment("seg-00000001", entries).segment.documents
    table = DocumentTable.from_arrays(built.to_arrays())
    first = table.first_chunks()
    row = table.row(0, int(first[0]))
    assert (row.id, row.modified, row.size, row.chunks) == ("a/é.md", 12.5, 7, 2)
    assert row.metadata == {"author": "Zoë"}
    assert table.row(1, int(first[1])).first_chunk == 2
    assert np.isnan(table.row(1, 2).modified)
    assert table.row(1, 2).metadata == {}


IDS = st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=6), unique=True)


@given(IDS, st.text(max_size=6))
def test_documents_are_found_by_id(ids, other):
    """Every document is found by its id, and nothing else is."""
    table = new_segment("seg-00000001", [entry(one, "x") for one in ids]).segment.documents
    assert [table.find(one) for one in ids] == list(range(len(ids)))
    assert (table.find(other) is not None) == (other in ids)


def test_documents_are_found_by_digest():
    """All documents of the same content, in order, and no other."""
    texts = ["one", "two", "one", "three", "one"]
    entries = [entry(str(number), text) for number, text in enumerate(texts)]
    segment = new_segment("seg-00000001", entries).segment
    found = [segment.of_digest(digest) for digest in segment.documents.digest]
    assert found == [[0, 2, 4], [1], [0, 2, 4], [3], [0, 2, 4]]
    assert segment.of_digest(np.zeros(32, dtype=np.uint8)) == []


@given(st.lists(st.sampled_from(["", "de", "en", "d", "zh-hant", "a longer name", "\0", "\0\0"])))
def test_distinct(strings):
    """Each row's own string stands at its number, and none stands there twice."""
    names, numbers = StringTable.build(strings).distinct()
    assert [names[number] for number in numbers.tolist()] == strings
    assert len(set(names)) == len(names) == len(set(strings))


def test_chunk_rows():
    """Addresses come back, with None for what does not apply."""
    addresses = [
        Address(),
        Address(1, 2, 3, 4, heading=("A", "B")),
        Address(page=7, heading=("A", "B")),
        Address(place="Budget!A2:D2", end_place="Budget!A9:D9"),
        Address(place="items[3].name"),
    ]
    rows = chunk_rows(0, "abcdef", b"abcdef", [Chunk(0, 6, address) for address in addresses])
    table = ChunkTable.from_arrays(ChunkTable.build(rows).to_arrays())
    assert [table.row(i).address for i in range(len(rows))] == addresses
    assert (len(table.headings), len(table.places)) == (2, 3)


@given(st.text(max_size=60), st.data())
def test_byte_offsets(text, data):
    """Byte ranges cut the very text that the code points do."""
    edges = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(edges, edges).map(sorted), max_size=5))
    encoded = encode_text(text)
    for row in chunk_rows(0, text, encoded, [Chunk(*span) for span in spans]):
        cut = encoded[row.byte_start : row.byte_end].decode("utf-8", "surrogatepass")
        assert cut == text[row.start : row.end]
