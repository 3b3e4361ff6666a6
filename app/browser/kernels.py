"""The kernels in the browser: a WebAssembly module that JavaScript has put over our memory."""

from __future__ import annotations

import logging
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.browser import ffi
from app.core.kernels import Kernels, NumpyKernels
from app.core.kernels.wasm import WasmKernels

Item = TypeVar("Item", bound=np.generic)
_log = logging.getLogger(__name__)


class PythonMemory:
    """The memory of this interpreter, in which all arrays lie."""

    def empty(self, size: int, dtype: type[Item]) -> NDArray[Item]:
        """An array with any content."""
        return np.empty(size, dtype)

    def address(self, array: NDArray[Any]) -> int:
        """Where a contiguous array starts."""
        # A third quicker than `array.ctypes.data`, and this is what a call spends its time with.
        address: int = array.__array_interface__["data"][0]
        return address


def browser_kernels(exports: ffi.JsObject) -> Kernels:
    """The module's, or NumPy's where it is missing (null) or not the one that belongs to us."""
    if ffi.is_nothing(exports):
        return NumpyKernels()
    try:
        return WasmKernels(exports, PythonMemory())
    except (AttributeError, TypeError, ValueError) as error:
        _log.warning("searching without the WebAssembly kernels: %s", error)
        return NumpyKernels()
