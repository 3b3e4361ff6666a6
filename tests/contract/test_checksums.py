"""CRC-32: WebAssembly against zlib, and the multiple of the polynomial that it rests on."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from app.core.kernels import NumpyKernels
from app.errors import InputError
from tests.contract import kernels_hosts

POLYNOMIAL = 0x1_04C1_1DB7
UNIT = 16
REACH, ROUND = 300, 1024
LEAST = 1 << 15


@pytest.fixture(scope="module")
def host():
    """The module, compiled once."""
    return kernels_hosts.here()


@pytest.fixture(params=["numpy", "wasm"])
def crc32(request):
    """Each implementation, and what places arrays for it."""
    if request.param == "numpy":
        return NumpyKernels().crc32, np.copy
    kernels, place = request.getfixturevalue("host").fresh()
    return kernels.crc32, place


def power(exponent):
    """x to this power, modulo the polynomial."""
    value = 1
    for _ in range(exponent):
        value <<= 1
        value ^= POLYNOMIAL if value >> 32 else 0
    return value


def test_the_multiple():
    """1 + y^89 + y^117 + y^155 + y^300 with y = x^128 leaves nothing."""
    total = 0
    for far in (0, 89, 117, 155, 300):
        total ^= power(8 * UNIT * far)
    assert total == 0


@pytest.mark.parametrize(
    "size",
    [
        *(0, 1, 15, 16, LEAST - 1, LEAST, LEAST + 1, LEAST + 17),
        *(
            UNIT * (REACH + times * ROUND) + more
            for times in (2, 3)
            for more in (-16, -1, 0, 1, 16)
        ),
        1 << 20,
        (1 << 20) + 7,
    ],
)
@pytest.mark.parametrize("before", [0, 1, 0xFFFF_FFFF, 0x1234_5678])
def test_as_zlib(crc32, size, before):
    """The same number for any length, behind any other content."""
    own, place = crc32
    data = np.random.default_rng(size).integers(0, 256, size, np.uint8)
    assert own(place(data), before) == zlib.crc32(data, before)


@pytest.mark.parametrize("shift", [1, 3, 8, 15])
def test_wherever_it_lies(crc32, shift):
    """The first byte need not be at a multiple of sixteen."""
    own, place = crc32
    data = np.random.default_rng(shift).integers(0, 256, 3 * LEAST + shift, np.uint8)
    assert own(place(data)[shift:]) == zlib.crc32(data[shift:])


def test_every_bit_counts(crc32):
    """One that is flipped, in the head, the middle, the last units or the rest, is seen."""
    own, place = crc32
    data = np.random.default_rng(5).integers(0, 256, 2 * LEAST + 5, np.uint8)
    placed = place(data)
    whole = own(placed)
    for at in (0, 1, 15, 16, 4000, LEAST, len(data) - UNIT * REACH, len(data) - 6, len(data) - 1):
        for bit in (0, 7):
            placed[at] ^= 1 << bit
            assert own(placed) == zlib.crc32(placed) != whole
            placed[at] ^= 1 << bit
    assert own(placed) == whole


def test_zeros(crc32):
    """Content without a bit set, where every unit is passed on as nothing but the start."""
    own, place = crc32
    assert own(place(np.zeros(LEAST * 3, np.uint8))) == zlib.crc32(bytes(LEAST * 3))


def test_what_has_gaps_is_refused(host):
    """Bytes that do not lie side by side."""
    kernels, place = host.fresh()
    with pytest.raises(InputError):
        kernels.crc32(place(np.zeros(4 * LEAST, np.uint8))[::2])
