"""Checks of rules: facts, words, code, pages and JSON compared by code that the rules do not use."""
