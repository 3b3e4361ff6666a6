"""Arrays of NumPy from JavaScript's typed arrays, and memory of ours that JavaScript fills."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyodide.ffi import create_proxy

from app.browser.ffi import JsObject, at_once, is_nothing


def filled(size: int, function: JsObject, *arguments: object) -> memoryview | None:
    """Memory of ours that a function of JavaScript fills, given a proxy of it after `arguments`.

    The function answers how many bytes it has written, which is what comes back; None where it
    throws or has nothing to write. Nothing is copied on the way.
    """
    data = np.empty(size, dtype=np.uint8)
    count = fill(data, function, *arguments)
    return None if count is None else data.data[:count]


def fill(data: NDArray[np.uint8], function: JsObject, *arguments: object) -> int | None:
    """The same for memory that is there already: how many bytes were written, or None."""
    proxy = create_proxy(data)
    try:
        count = at_once(function, *arguments, proxy)
    finally:
        proxy.destroy()
    return None if is_nothing(count) else int(count)


def to_float32(array: JsObject, columns: int) -> NDArray[np.float32]:
    """A matrix (-1, columns) with a copy of a Float32Array."""
    return np.frombuffer(array.to_bytes(), dtype=np.float32).reshape(-1, columns)


def float32(copied: memoryview) -> NDArray[np.float32]:
    """What `to_python` makes of a Float32Array, as an array of NumPy."""
    return np.frombuffer(copied, dtype=np.float32)
