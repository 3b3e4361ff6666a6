"""Passages that say the same in nearly the same words: told from fingerprints, found in groups."""
