"""Saving what can be read of damaged files; the files themselves are kept."""
