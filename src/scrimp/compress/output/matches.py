"""Write the path of consecutive matches of a search, errors of a compiler or tests once, like ripgrep --heading."""

from __future__ import annotations

import re
from itertools import groupby

_PATH = r"(?:[A-Za-z]:(?=[\\/]))?(?=[^\s:]*[A-Za-z_])(?=[^\s:]*[./\\])[^\s:]+"
# path:12:text, path:12:5: error, path::test_name; a path contains a letter, and a dot or slash.
_MATCH = re.compile(rf"({_PATH}):((?:[0-9]+:|:).*)", re.DOTALL)
HEADER = re.compile(rf"{_PATH}:")
MEMBER = re.compile(r"[0-9]+:|:")
_MAX_LINE = 2_000  # characters


def group_matches(text: str) -> str:
    """Write the path of two or more consecutive matches on a line of its own, and the matches under it without it."""
    lines = text.split("\n")
    found = [_MATCH.fullmatch(line) if len(line) <= _MAX_LINE else None for line in lines]
    written: list[str] = []
    for path, group in groupby(zip(lines, found, strict=True), key=lambda pair: pair[1] and pair[1][1]):
        run = [line for line, _ in group]
        written += [f"{path}:", *(line[len(path) + 1 :] for line in run)] if path and len(run) > 1 else run
    shorter = "\n".join(written)
    return shorter if len(shorter) < len(text) else text
