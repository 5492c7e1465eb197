"""The parts of a text that no rule may change: what keep tags enclose, and fences.

No pattern backtracks (possessive quantifiers), so each is linear on any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter

from msgspec import Struct

from scrimp.compress.keep_tags import KEEP_CLOSE, KEEP_OPEN


class Span(Struct, frozen=True, gc=False):
    """A part that is kept, such as keep tags enclose: text[start:end]."""

    start: int
    end: int


class Fence(Span, frozen=True, gc=False):
    """A fenced block, from its opening fence, or the line it begins, to the end of the line of its closing fence."""

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
_FENCE = re.compile(
    r"\n(?:(?<=\A\n)\ufeff)?+(?P<words>(?:[^`~\n]++|`{1,2}(?!`)|~{1,2}(?!~))*+)"
    r"(?P<mark>`{3,}+|~{3,}+)(?P<info>[^\n]*+)"
)


def fences(text: str) -> list[Fence]:
    """Return the fenced blocks; an unclosed one runs to the end. Words open some unless others alone pair better."""
    if "```" not in text and "~~~" not in text:
        return []
    marks = list(_FENCE.finditer(f"\n{text}"))  # which begins with the end of a line, as the pattern does, for speed
    first = [mark for mark in marks if not mark["words"] or mark["words"].isspace()]  # of their lines
    readings = (_paired(read, len(text)) for read in ((marks, first) if len(first) < len(marks) else (first,)))
    return min(readings, key=itemgetter(1))[0]


def _paired(marks: Sequence[re.Match[str]], end: int) -> tuple[list[Fence], int]:
    """Return the blocks of a text of that length, and how many marks are odd: not closed, or opening one in another."""
    found: list[Fence] = []
    odd = 0
    opening: re.Match[str] | None = None
    for mark in marks:
        words, info = mark["words"].strip(), mark["info"].strip()
        if opening is None:
            opening = mark if "`" not in info and not (words and " " in info) else None
        elif not words and mark["mark"].startswith(opening["mark"]):
            odd += bool(info)
            if not info:
                found.append(_fence(opening, mark.start(), mark.end() - 1))
                opening = None
    return (found, odd) if opening is None else ([*found, _fence(opening, end, end)], odd + 1)


def _fence(opening: re.Match[str], body_end: int, end: int) -> Fence:
    info = "".join(opening["info"].split(maxsplit=1)[:1]).strip("{}.").lower()
    start = opening.start("mark") - 1 if opening["words"].strip() else opening.start()
    return Fence(start, end, min(opening.end(), body_end), body_end, info)


def keep_spans(text: str) -> Iterator[Span]:
    """Yield what keep tags enclose; an unclosed tag keeps the rest of the text."""
    end = 0
    while (start := text.find(KEEP_OPEN, end)) >= 0:
        closing = text.find(KEEP_CLOSE, start)
        end = len(text) if closing < 0 else closing + len(KEEP_CLOSE)
        yield Span(start, end)
