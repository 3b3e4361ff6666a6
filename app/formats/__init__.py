"""Readers, one module a family: bytes of a file to a `Document`."""
