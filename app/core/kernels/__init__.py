"""The hot loops of search: what they do, and how they run in NumPy and in WebAssembly."""

from app.core.kernels.numpy_kernels import NumpyKernels
from app.core.kernels.port import Best, Gathered, Kernels, Near, PostingArrays

__all__ = ["Best", "Gathered", "Kernels", "Near", "NumpyKernels", "PostingArrays"]
