"""The hot loops of search and of indexing: what they do, in NumPy and in WebAssembly."""

from app.core.kernels.indexing import PARTS, STAY, Found, Inverted
from app.core.kernels.numpy_indexing import encode_positions
from app.core.kernels.numpy_kernels import NumpyKernels
from app.core.kernels.port import (
    ANY,
    NOWHERE,
    Best,
    Gathered,
    Kernels,
    Languages,
    Near,
    PostingArrays,
    Ranked,
)
from app.core.kernels.vectors import VectorKernels

__all__ = [
    "ANY",
    "NOWHERE",
    "PARTS",
    "STAY",
    "Best",
    "Found",
    "Gathered",
    "Inverted",
    "Kernels",
    "Languages",
    "Near",
    "NumpyKernels",
    "PostingArrays",
    "Ranked",
    "VectorKernels",
    "encode_positions",
]
