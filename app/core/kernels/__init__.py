"""The hot loops of search and of indexing: what they do, in NumPy and in WebAssembly."""

from app.core.kernels.indexing import PARTS, STAY, Found, Inverted
from app.core.kernels.numpy_indexing import encode_positions
from app.core.kernels.numpy_kernels import NumpyKernels
from app.core.kernels.port import NOWHERE, Best, Gathered, Kernels, Near, PostingArrays

__all__ = [
    "NOWHERE",
    "PARTS",
    "STAY",
    "Best",
    "Found",
    "Gathered",
    "Inverted",
    "Kernels",
    "Near",
    "NumpyKernels",
    "PostingArrays",
    "encode_positions",
]
