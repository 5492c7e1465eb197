"""Replace equal consecutive lines by the first of them and how often it is repeated."""

from __future__ import annotations

import re
from itertools import groupby
from operator import eq

from scrimp.compress.output.fenced_lines import fenced_lines

MIN_RUN = 3
LINE_MARKER = re.compile(r"\[the line above ([1-9][0-9]{0,8}) more times\]")
_ANY_MARKER = re.compile(rf"^{LINE_MARKER.pattern}$", re.MULTILINE)


def fold_repeated_lines(text: str) -> str:
    """Fold three or more equal lines; a text with such a marker may have been folded before, and is left alone."""
    lines = text.split("\n")
    if not any(map(eq, lines, lines[1:])) or _ANY_MARKER.search(text):
        return text
    written: list[str] = []
    for (line, in_code), run in groupby(zip(lines, fenced_lines(lines), strict=True)):
        count = sum(1 for _ in run)
        marker = f"[the line above {count - 1} more times]"
        if in_code or not _foldable(line) or count < MIN_RUN or (count - 1) * (len(line) + 1) <= len(marker) + 1:
            written.extend([line] * count)
        else:
            written += [line, marker]
    return "\n".join(written)


def _foldable(line: str) -> bool:
    """Return whether a line may be folded: blank lines have their own rule, and deep indentation is usually code."""
    return not line.isspace() and not line.startswith(("    ", "\t")) and line != ""
