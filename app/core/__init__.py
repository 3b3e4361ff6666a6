"""The search engine itself: pure and synchronous, on the standard library and NumPy alone."""
