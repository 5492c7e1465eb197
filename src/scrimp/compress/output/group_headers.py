"""Lines under a header that says what they share, and the proof that they can be read back."""

from __future__ import annotations

import re
from collections.abc import Callable

from scrimp.compress.output.fenced_lines import fenced_lines


def apply_reversible(text: str, rule: Callable[[str], str], inverse: Callable[[str], str]) -> str:
    """Apply a rule where its inverse gives the text back, which also keeps it from being applied twice."""
    if inverse(text) != text:
        return text
    shorter = rule(text)
    return shorter if len(shorter) < len(text) and inverse(shorter) == text else text


def expand_headers(
    text: str, header: re.Pattern[str], joined: Callable[[str, str], str], member: re.Pattern[str]
) -> str:
    """Join each line that `member` matches, below a line that is all `header`, with that header; code stays."""
    lines = text.split("\n")
    if not any(header.fullmatch(line) for line in lines if line.endswith((":", "]"))):
        return text  # for speed: most texts have no header, and all of them end so
    whole: list[str] = []
    under = ""
    for line, following, in_code in zip(lines, [*lines[1:], ""], fenced_lines(lines), strict=True):
        if in_code:
            under = ""
        elif under and member.match(line):
            whole.append(joined(under, line))
            continue
        elif header.fullmatch(line) and member.match(following):
            under = line
            continue
        else:
            under = ""
        whole.append(line)
    return "\n".join(whole)
