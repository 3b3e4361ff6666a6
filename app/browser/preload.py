"""Imported before the image of the interpreter's memory is taken.

Whatever is imported here is in memory at once on every later start. NumPy and what imports it
cannot be part of an image, nor can anything that holds an object of JavaScript.
"""
# ruff: noqa: F401 (importing is all this is for)

import argparse
