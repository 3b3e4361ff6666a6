"""Search by meaning: vectors and their similarity."""
