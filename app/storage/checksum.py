"""The CRC-32 of content that may be long: zlib's, or quicker by a kernel, which is the same number.

There is one for the interpreter, as there is one zlib: readers and writers of every file call it,
and what it runs on changes nothing that they do.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np

from app.core.kernels import Kernels
from app.ports import Buffer

_LONG = 1 << 16
"""Bytes from which on a kernel is worth its call."""

_of_long: Callable[[Buffer, int], int] = zlib.crc32


def crc32(data: Buffer, crc: int = 0) -> int:
    """The checksum of contiguous bytes behind others with the checksum `crc`, as `zlib.crc32`.

    >>> crc32(b"56789", crc32(b"1234")) == zlib.crc32(b"123456789") == 0xCBF43926
    True
    """
    return (_of_long if memoryview(data).nbytes >= _LONG else zlib.crc32)(data, crc)


def run_on(kernels: Kernels) -> None:
    """From now on long content goes through this kernel."""
    global _of_long  # noqa: PLW0603

    def of_long(data: Buffer, crc: int) -> int:
        return kernels.crc32(np.frombuffer(data, np.uint8), crc)

    _of_long = of_long
