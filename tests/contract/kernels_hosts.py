"""The kernels of WebAssembly, where this runs: through wasmtime, or in the browser."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.core.kernels.wasm import WasmKernels

ROOT = Path(__file__).resolve().parents[2]
PAGE = 1 << 16
PAGES = 2048
GUARD = 32
"""Bytes between arrays, full of `UNTOUCHED`."""
UNTOUCHED = 0xC5


class Arena:
    """The memory of a wasmtime instance: arrays are cut from it, and others are copied in.

    Nothing is freed.
    """

    def __init__(self, memory, store):
        import ctypes

        size = memory.data_len(store)
        data = (ctypes.c_ubyte * size).from_address(
            ctypes.addressof(memory.data_ptr(store).contents)
        )
        self.keep = memory, store  # or the data goes
        self.bytes = np.frombuffer(data, np.uint8)
        self.start = self.bytes.ctypes.data
        self.clear()

    def clear(self):
        """Forget all arrays."""
        self.used, self.pieces = PAGE, []
        self.bytes[:PAGE] = self.bytes[-PAGE:] = UNTOUCHED

    def strayed(self):
        """Whether anything was written that lies in no array."""
        edges = [(0, 0), *self.pieces, (self.used, self.used)]
        gaps = [self.bytes[end:start] for (_, end), (start, _) in pairwise(edges)]
        return any((gap != UNTOUCHED).any() for gap in [*gaps, self.bytes[-PAGE:]])

    def empty(self, size, dtype):
        """An array in the arena, full of what must not matter."""
        count = size * np.dtype(dtype).itemsize
        at, self.used = self.used, -(-(self.used + count + GUARD) // 16) * 16
        assert self.used < len(self.bytes) - PAGE, "the arena is full"
        self.bytes[at + count : self.used] = UNTOUCHED
        self.pieces.append((at, at + count))
        piece = self.bytes[at : at + count]
        piece[:] = 0xAB
        return piece.view(dtype)

    def address(self, array):
        """Where it lies; what lies outside is copied in."""
        at = array.ctypes.data - self.start
        if 0 <= at < len(self.bytes):
            return at
        inside = self.empty(array.size, array.dtype)
        inside[:] = array.ravel()
        return inside.ctypes.data - self.start

    def place(self, array):
        """A copy in the arena."""
        inside = self.empty(array.size, array.dtype)
        inside[:] = array
        return inside


class Wasmtime:
    """The module in wasmtime, on a memory of its own."""

    def __init__(self, module: bytes):
        wasmtime = pytest.importorskip("wasmtime")
        self.store = wasmtime.Store()
        limits = wasmtime.Limits(PAGES, PAGES)
        memory = wasmtime.Memory(self.store, wasmtime.MemoryType(limits))
        compiled = wasmtime.Module(self.store.engine, module)
        self.exports = wasmtime.Instance(self.store, compiled, [memory]).exports(self.store)
        self.arena = Arena(memory, self.store)

    def __getattr__(self, name):
        function = self.exports[name]
        return lambda *given: function(self.store, *given)

    def fresh(self):
        """Kernels, and what places arrays for them, over an empty memory."""
        self.arena.clear()
        return WasmKernels(self, self.arena), self.arena.place


class Browser:
    """The module that a test page keeps for us: it reaches all arrays where they are."""

    def fresh(self):
        """Kernels, and what places arrays for them."""
        import js

        from app.browser.kernels import browser_kernels

        kernels = browser_kernels(js.fossickKernels)
        assert kernels.name == "wasm"
        return kernels, np.copy


def here():
    """The host of this platform, with the module as it is built for the site."""
    if sys.platform == "emscripten":
        return Browser()
    from tests.conftest import load_script

    pytest.importorskip("ziglang")
    return Wasmtime(load_script("build_kernels").compiled(ROOT))
