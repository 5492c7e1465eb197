"""Groups of lines under a header with what they share, and proof that they can be undone."""

from __future__ import annotations

import re
from collections.abc import Callable

from scrimp.compress.output.fenced_lines import fenced_lines


def apply_reversible(text: str, rewrite: Callable[[str], str], inverse: Callable[[str], str]) -> str:
    """Apply a rewrite if its inverse restores the text, which also keeps it from being applied twice."""
    if inverse(text) != text:
        return text
    shorter = rewrite(text)
    return shorter if len(shorter) < len(text) and inverse(shorter) == text else text


def expand_headers(text: str, header: re.Pattern[str], join: Callable[[str, str], str], member: re.Pattern[str]) -> str:
    """Join each line that matches `member` with the header above it, and drop the header; code stays."""
    lines = text.split("\n")
    if not any(header.fullmatch(line) for line in lines if line.endswith((":", "]"))):
        return text  # for speed: most texts have no header, and every header ends like this
    expanded: list[str] = []
    current = ""
    for line, following, in_code in zip(lines, [*lines[1:], ""], fenced_lines(lines), strict=True):
        if in_code:
            current = ""
        elif current and member.match(line):
            expanded.append(join(current, line))
            continue
        elif header.fullmatch(line) and member.match(following):
            current = line
            continue
        else:
            current = ""
        expanded.append(line)
    return "\n".join(expanded)
