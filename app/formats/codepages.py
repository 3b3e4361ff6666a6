"""Which legacy code page a text without any sign of its encoding is in.

Placeholder for the first slice: Western European.
"""

from __future__ import annotations


def guess_code_page(data: bytes) -> str:
    """Name of the most likely code page."""
    return "cp1252"
