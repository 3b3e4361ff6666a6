"""How the index lies on the device: segments, manifest, merging; see docs/index-format.md.

The format and its rules work over any `Store`; nothing here knows what a file system is.
"""
