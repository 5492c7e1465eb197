"""Remove the spaces that align the columns of tables in command output. Code in fences stays as it is."""

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
    """Replace the spaces that align columns by one space, or by a tab if cells contain spaces or are empty."""
    if "   " not in text or _NOT_OUTPUT.search(text):
        return text
    lines = text.split("\n")
    written: list[str] = []
    for block, one_word_each in _blocks(lines, fenced_lines(lines)):
        if len(block) < MIN_ROWS or not any("   " in line.strip(" ") for line in block):
            written.extend(block)
        elif one_word_each:
            written.extend(_with_spaces(line) for line in block)
        else:
            starts = _column_starts(block)
            written.extend(_with_tabs(line, starts) for line in block)
    return "\n".join(written)


def _blocks(lines: Sequence[str], flags: Sequence[bool]) -> Iterator[tuple[list[str], bool]]:
    """Yield blocks of aligned lines, and whether each cell is a single word.

    A block ends where no cell starts or ends in the same column as on the line before.
    """
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
    """Return the columns where a word after a gap starts (from 1) or ends (negative), with the number of the word."""
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
    """Return where columns start that two or more spaces separate on every line; lines are padded with spaces."""
    width = max(map(len, block)) + 2
    gutters = [(0, width)]
    for line in block:
        gaps = [*(gap.span() for gap in _GAP.finditer(line.rstrip(" "))), (len(line.rstrip(" ")), width)]
        gutters = list(_intersect(gutters, gaps))
    return [end for _, end in gutters if end < width]


def _intersect(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    one = other = 0
    while one < len(first) and other < len(second):
        start, end = max(first[one][0], second[other][0]), min(first[one][1], second[other][1])
        if end - start >= 2:
            yield start, end
        if first[one][1] < second[other][1]:
            one += 1
        else:
            other += 1


def _with_tabs(line: str, starts: Sequence[int]) -> str:
    def tabs(gap: re.Match[str]) -> str:
        if not gap.start():
            return gap[0]
        columns = bisect_right(starts, gap.end()) - bisect_right(starts, gap.start())
        return "\t" * max(1, columns)  # the next word is in the last column that starts in the gap

    return _INNER_GAP.sub(tabs, line)
