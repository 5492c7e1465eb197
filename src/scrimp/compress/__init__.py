"""Shorter text that means the same: pure functions from a text and a level to a text and what was done to it."""

from __future__ import annotations

from msgspec import Struct

from scrimp.compress.lossless import RULES
from scrimp.errors import UsageError

LEVELS = ("off", "lossless")


class Compressed(Struct, frozen=True):
    """A compressed text with the names of the rules that changed it, in the order they were applied."""

    text: str
    rules: tuple[str, ...] = ()


def compress(text: str, level: str) -> Compressed:
    """Return the text at that level; `off` gives the same text, and no level makes it longer."""
    if level == "off":
        return Compressed(text)
    if level != "lossless":
        raise UsageError(f"no compression level '{level}': use one of {', '.join(LEVELS)}")
    if "\n" not in text and "\r" not in text and text == text.strip():
        return Compressed(text)  # one line with nothing around it, as most rows of a large run are
    applied = []
    for name, rule in RULES:
        shorter = rule(text)
        if shorter != text:
            applied.append(name)
            text = shorter
    return Compressed(text, tuple(applied))
