"""Which lines of a text are code in a fence, and so stay as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

_FENCE = re.compile(r" {0,3}(```+|~~~+)")


def fenced_lines(lines: Sequence[str]) -> list[bool]:
    """Return for each line whether it is in a fence, the fence itself included; an open fence runs to the end."""
    if not any("```" in line or "~~~" in line for line in lines):
        return [False] * len(lines)
    flags, opening = [], ""
    for line in lines:
        match = _FENCE.match(line) if "```" in line or "~~~" in line else None
        flags.append(bool(opening or match))
        if match and not opening:
            opening = match[1]
        elif match and match[1].startswith(opening):
            opening = ""
    return flags
