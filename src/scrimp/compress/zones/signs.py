"""The signs of code and of templates: a section of signs.txt for each kind, with an expression on each line."""

from __future__ import annotations

from pathlib import Path

from scrimp.word_lists import read_lists

_LISTS = read_lists(Path(__file__).with_name("signs.txt"))


def any_sign(*kinds: str) -> str:
    """Return the expression for any sign of some kinds."""
    return "|".join(sign for kind in kinds for sign in _LISTS[kind].splitlines())
