"""Rows of each format, one at a time, taken from a named stream."""
