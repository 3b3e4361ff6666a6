"""The container: what goes in comes out, and every flipped byte is noticed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import StorageError
from app.storage import sections

ARRAYS = {
    "numbers": np.arange(5, dtype="<u4"),
    "matrix": np.arange(6, dtype="<f4").reshape(2, 3),
    "nothing": np.zeros(0, dtype="<i8"),
    "no.rows": np.zeros((0, 7), dtype="<f4"),
    "bytes": np.frombuffer(b"abc", dtype=np.uint8),
}


def packed(arrays):
    """The bytes of a file."""
    return b"".join(bytes(part) for part in sections.pack(arrays))


def test_round_trip():
    """Values, types and shapes survive, also those of empty arrays."""
    found = sections.unpack(packed(ARRAYS), "f")
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert np.array_equal(found[name], array)


def test_views():
    """Sections are views of the file's bytes at multiples of 16, and cannot be written to."""
    data = bytearray(packed(ARRAYS))
    base = np.frombuffer(data, dtype=np.uint8).ctypes.data
    for array in sections.unpack(data, "f").values():
        if array.size:
            assert (array.ctypes.data - base) % 16 == 0
        assert not array.flags.writeable


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_any_bytes(blobs):
    """Whatever the lengths, each section comes back."""
    arrays = {f"s{i}": np.frombuffer(blob, dtype=np.uint8) for i, blob in enumerate(blobs)}
    found = sections.unpack(packed(arrays), "f")
    assert [array.tobytes() for array in found.values()] == blobs


@settings(max_examples=300)
@given(st.data())
def test_flipped_byte(data):
    """A changed byte is named as damage or changes nothing (padding alone is not covered)."""
    whole = packed(ARRAYS)
    place = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.integers(1, 255))
    broken = bytearray(whole)
    broken[place] ^= change
    try:
        found = sections.unpack(broken, "seg-1")
    except StorageError as error:
        assert error.code in {"storage-damaged", "index-version"}
        assert "seg-1" in error.message
    else:
        assert all(np.array_equal(found[name], ARRAYS[name]) for name in ARRAYS)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 100, -1])
def test_cut_off(length):
    """A file that ends too soon is damaged."""
    with pytest.raises(StorageError) as caught:
        sections.unpack(packed(ARRAYS)[:length], "seg-1")
    assert caught.value.code == "storage-damaged"


def test_names_the_section():
    """The message names the file and the section whose bytes are wrong."""
    broken = bytearray(packed(ARRAYS))
    broken[-1] ^= 1
    with pytest.raises(StorageError, match=r"seg-1 .*'bytes'"):
        sections.unpack(broken, "seg-1")


@pytest.mark.parametrize(
    ("version", "way"),
    [(sections.NEWEST + 1, "Reload the page"), (sections.READABLE[0] - 1, "add the files again")],
)
def test_other_versions(version, way):
    """A file of another format is refused with a code of its own, and the way out that helps."""
    other = bytearray(packed(ARRAYS))
    other[8] = version
    with pytest.raises(StorageError) as caught:
        sections.unpack(other, "seg-1")
    assert caught.value.code == "index-version"
    assert way in caught.value.hint


@pytest.mark.parametrize(
    "array", [np.zeros(2, dtype=">u4"), np.zeros(2, dtype=object), np.zeros((1, 1, 1))]
)
def test_refused_arrays(array):
    """What has no place in the format is a programming error."""
    with pytest.raises(ValueError, match="no place"):
        sections.pack({"a": array})
