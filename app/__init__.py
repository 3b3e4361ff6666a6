"""Fossick: private search over a person's own files, by words and by meaning."""

__version__ = "0.1.0"
