"""The CRC-32 of long content by the WebAssembly module, at the rate at which memory is read."""

from __future__ import annotations

import zlib
from struct import Struct
from typing import Protocol

import numpy as np

from app.core.kernels.frame import U8, Frame, Memory
from app.core.kernels.port import Bytes

_UNIT = 16
_REACH = 300
_ROUND = 1024
_LEAST = 1 << 15
"""Bytes from which on it is quicker than zlib."""
_FOLDING = Struct("<5I")
_ALL = 0xFFFF_FFFF


class ChecksumExports(Protocol):
    """The functions of the module; see checksums.h."""

    def fold(self, frame: int, /) -> int: ...  # noqa: D102


class WasmChecksums:
    """Checksums over the exports of the module."""

    def __init__(self, exports: ChecksumExports, memory: Memory) -> None:
        self._fold = exports.fold
        self._frame = Frame(memory)
        self._held = memory.empty(_UNIT * (_REACH + _ROUND), np.uint8)
        self._left = memory.empty(_UNIT * _REACH, np.uint8)

    def crc32(self, data: Bytes, crc: int = 0) -> int:
        """What `zlib.crc32` gives for contiguous bytes, (n,)."""
        if len(data) < _LEAST:
            return zlib.crc32(data.data, crc)
        frame, units = self._frame, len(data) // _UNIT
        left = self._left
        words = frame.at(data, U8), units, crc ^ _ALL, frame.at(self._held, U8), frame.at(left, U8)
        frame.call(self._fold, _FOLDING, *words)
        # zlib inverts what it is given and what it gives.
        whole = zlib.crc32(left.data, _ALL)
        return zlib.crc32(data[units * _UNIT :].data, whole)
