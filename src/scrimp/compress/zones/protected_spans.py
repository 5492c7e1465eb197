"""The parts of a text that no rule may change: what keep tags enclose, and fences.

No pattern backtracks (possessive quantifiers), so each is linear on any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from scrimp.compress.keep_tags import KEEP_CLOSE, KEEP_OPEN


class Span(Struct, frozen=True, gc=False):
    """A part that is kept, such as keep tags enclose: text[start:end]."""

    start: int
    end: int


class Fence(Span, frozen=True, gc=False):
    """A fenced block, from the line of its opening fence to the end of the line of its closing fence."""

    body_start: int
    body_end: int
    info: str


# Info strings of fences that hold rows, output or prose rather than code; JSON in a fence is code.
DATA_FENCES = frozenset({"csv", "tsv", "log", "logs", "text", "txt", "plain", "plaintext"})

CODE = r"```[^`\n]++```|``(?!`)(?:[^`\n]|`(?!`))++``|`[^`\n]++`"
QUOTE = (
    r"\"(?<!\\\")(?<!\w\w\")(?<![^\WfrbuFRBU]\")(?=[^\s\"])(?:[^\"\\\n]|\\[^\n]|\n(?![ \t]*+\n))++\"(?!\w)"
    r"|'(?<!\w\w')(?<![^\WfrbuFRBU]')(?=[^\s'])(?:[^'\n]|(?<=\w)'(?=\w))++'(?!\w)"
    "|\u00ab[^\u00ab\u00bb]++\u00bb|\u201c[^\u201c\u201d]++\u201d|\u201e[^\u201e\u201c\u201d]++[\u201c\u201d]"
    "|\u300c[^\u300c\u300d]++\u300d|\u300e[^\u300e\u300f]++\u300f|\u2018[^\u2018\u2019\n]++\u2019(?!\\w)"
)
_FENCE = re.compile(r"\n(?:(?<=\A\n)\ufeff)?+[ \t]*+(?P<mark>`{3,}+|~{3,}+)(?P<info>[^\n]*+)")


def fences(text: str) -> list[Fence]:
    """Return the fenced blocks; an unclosed one runs to the end."""
    if "```" not in text and "~~~" not in text:
        return []
    found: list[Fence] = []
    opening: re.Match[str] | None = None
    for match in _FENCE.finditer(f"\n{text}"):  # which begins with the end of a line, as the pattern does, for speed
        info = match["info"].strip()
        if opening is None:
            opening = match if "`" not in info else None
        elif not info and match["mark"].startswith(opening["mark"]):
            found.append(_fence(opening, match.start(), match.end() - 1))
            opening = None
    if opening is not None:
        found.append(_fence(opening, len(text), len(text)))
    return found


def _fence(opening: re.Match[str], body_end: int, end: int) -> Fence:
    words = opening["info"].split(maxsplit=1)
    info = words[0].strip("{}.").lower() if words else ""
    return Fence(opening.start(), end, min(opening.end(), body_end), body_end, info)


def keep_spans(text: str) -> Iterator[Span]:
    """Yield what keep tags enclose; an unclosed tag keeps the rest of the text."""
    start = text.find(KEEP_OPEN)
    while start >= 0:
        closing = text.find(KEEP_CLOSE, start)
        end = len(text) if closing < 0 else closing + len(KEEP_CLOSE)
        yield Span(start, end)
        start = text.find(KEEP_OPEN, end)
