"""Tables of command output without the spaces that align their columns. Code in fences stays as it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from scrimp.compress.output.fenced_lines import fenced_lines

MIN_ROWS = 3
_GAP = re.compile(r" {2,}+")
_INNER_GAP = re.compile(r" {2,}+(?!\Z)")
_WORD = re.compile(r"[^ ]++")
_NOT_A_ROW = re.compile(
    r"""[;{},\\(]\s*$ | \s[-:+*/|&.]?=\s | ^\s*(?:\#|//|/\*|\*|@|--\s) | ^\s*["'\w.-]+:(?:\s|$)
    | ^\s*(?:def|class|return|import|from|const|let|var|int|char|void|struct|public|private)\s | [|\t\u2500-\u257f]""",
    re.VERBOSE,
)
_NOT_OUTPUT = re.compile(r"^(?:diff --git |@@ -\d|\.PHONY|\t)", re.MULTILINE)


def collapse_alignment(text: str) -> str:
    """Write the spaces that align the columns of a table as one, or as a tab where cells have spaces or are empty."""
    if "   " not in text or _NOT_OUTPUT.search(text):
        return text
    lines = text.split("\n")
    kept: list[str] = []
    for block, one_word_each in _blocks(lines, fenced_lines(lines)):
        if len(block) < MIN_ROWS or not any("   " in line.strip(" ") for line in block):
            kept.extend(block)
        elif one_word_each:
            kept.extend(_with_spaces(line) for line in block)
        else:
            starts = _column_starts(block)
            kept.extend(_with_tabs(line, starts) for line in block)
    return "\n".join(kept)


def _blocks(lines: Sequence[str], flags: Sequence[bool]) -> Iterator[tuple[list[str], bool]]:
    """Cut where no cell begins or ends as on the line before; say whether cells below each other are the same word."""
    block: list[str] = []
    one_word_each = True
    before: dict[int, int] = {}
    for line, in_code in zip(lines, flags, strict=True):
        edges = {} if in_code else _word_edges(line)
        shared = edges.keys() & before.keys()
        if block and not shared:
            yield block, one_word_each
            block, one_word_each = [], True
        one_word_each = one_word_each and all(edges[column] == before[column] for column in shared)
        block.append(line)
        before = edges
    yield block, one_word_each


def _word_edges(line: str) -> dict[int, int]:
    """Columns where a word after a gap starts (counted from 1) or ends (the same, negative), and which word it is."""
    if "  " not in line or _NOT_A_ROW.search(line) or sum(map(str.isalnum, line)) * 2 < len(line.replace(" ", "")):
        return {}
    edges: dict[int, int] = {}
    end = 0
    for number, word in enumerate(_WORD.finditer(line)):
        if number and word.start() - end > 1:
            edges[word.start() + 1] = edges[-word.end()] = number
        end = word.end()
    return edges


def _with_spaces(line: str) -> str:
    body = line.lstrip(" ")
    return line[: len(line) - len(body)] + _INNER_GAP.sub(" ", body)


def _column_starts(block: Sequence[str]) -> list[int]:
    """Where columns begin that two or more spaces divide on every line; what comes after a line's end is space too."""
    width = max(map(len, block)) + 2
    gutters = [(0, width)]
    for line in block:
        gaps = [*(gap.span() for gap in _GAP.finditer(line.rstrip(" "))), (len(line.rstrip(" ")), width)]
        gutters = list(_intersect(gutters, gaps))
    return [end for _, end in gutters if end < width]


def _intersect(some: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    one = other = 0
    while one < len(some) and other < len(others):
        start, end = max(some[one][0], others[other][0]), min(some[one][1], others[other][1])
        if end - start >= 2:
            yield start, end
        if some[one][1] < others[other][1]:
            one += 1
        else:
            other += 1


def _with_tabs(line: str, starts: Sequence[int]) -> str:
    def tabs(gap: re.Match[str]) -> str:
        if not gap.start():
            return gap[0]
        begun = bisect_right(starts, gap.end()) - bisect_right(starts, gap.start())
        return "\t" * max(1, begun)  # the last column begun in the gap is the one that the next word is in

    return _INNER_GAP.sub(tabs, line)
