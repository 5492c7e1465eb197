"""Pairs of completions of one prompt, by several models or at several levels: planned, collected and read."""
