"""Where JSON is in a longer text: whole arrays and objects that begin a line, and runs of JSONL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from scrimp.compress.json.lexer import LONG_VALUE, WHITESPACE, find_end

_MIN_LENGTH = 40
_DATA_FENCES = {"json", "jsonl"}

_OPENING = re.compile(r"^([ \t]*+)(`{3,}+(?=[^`\n]*+$)|~{3,}+)([^\n]*+)", re.MULTILINE)
_CANDIDATE = re.compile(r"[ \t]*+(?=[\[{])")
_NEXT_CANDIDATE = re.compile(r"\n[ \t]*+(?=[\[{])")
# Nothing more on its line, and no closing bracket on the next: the value would be part of something that is not JSON.
_ENDING = re.compile(r"[ \t\r]*+(?:\n[ \t\r\n]*+(?![\])}])|\Z)")
_CLOSING = re.compile(r"^([ \t]*+)(`{3,}+|~{3,}+)[ \t\r]*+$", re.MULTILINE)
_ONE_LINE_ON = re.compile(r"[ \t\r]*+\n[ \t]*+")
_MAX_FAILURES = 8  # long values that fail are rare, and made to be slow
_MORE_INDENT = 3  # a closing fence may be indented this much more than the opening one

Span: TypeAlias = tuple[int, int]


def find_json(text: str) -> list[Span]:
    """Return where each stretch of JSON begins and ends, in order.

    A stretch is an array or object that has its lines to itself, or a run of them with one line each. Neighbours with
    no blank line between them count together towards the forty characters below which nothing is reported. Fenced
    code is passed over unless its info string says json or jsonl.
    """
    found: list[Span] = []
    for start, stop in _outside_code(text):
        for neighbours in _adjacent_values(text, start, stop):
            if neighbours[-1][1] - neighbours[0][0] >= _MIN_LENGTH:
                found += _merge_jsonl(text, neighbours)
    return found


def _outside_code(text: str) -> Iterator[Span]:
    """Yield what is between code fences, and what is in fences for data."""
    if "{" not in text and "[" not in text:
        return
    if "```" not in text and "~~~" not in text:
        yield 0, len(text)
        return
    at = 0
    while opening := _OPENING.search(text, at):
        yield at, opening.start()
        start, at = _closing(text, opening)
        if _DATA_FENCES.intersection(opening[3].lower().split()[:1]):
            yield opening.end(), start
    yield at, len(text)


def _closing(text: str, opening: re.Match[str]) -> Span:
    """Return where the closing fence is; a fence that is never closed runs to the end."""
    for line in _CLOSING.finditer(text, opening.end()):
        if line[2].startswith(opening[2]) and len(line[1]) <= len(opening[1]) + _MORE_INDENT:
            return line.span()
    return len(text), len(text)


def _adjacent_values(text: str, start: int, stop: int) -> Iterator[list[Span]]:
    """Yield the values of a stretch, those together that follow each other line by line."""
    run: list[Span] = []
    for first, last in _values(text, start, stop):
        if run and not _ONE_LINE_ON.fullmatch(text, run[-1][1], first):
            yield run
            run = []
        run.append((first, last))
    if run:
        yield run


def _values(text: str, start: int, stop: int) -> Iterator[Span]:
    """Yield each array or object that has its lines to itself.

    After a failure the search goes on where it failed, not where it began, so no text is read more than twice.
    """
    at = start
    failures = 0
    while line := _candidate(text, at, stop):
        begins, first = line
        last, whole = find_end(text, first, quick=failures < _MAX_FAILURES)
        failures += not whole and last - first >= LONG_VALUE
        if whole and _ENDING.match(text, last, stop) and not _continues_line_before(text, start, begins):
            yield first, last
        at = last if whole else max(text.rfind("\n", first, last), first) + 1


def _candidate(text: str, at: int, stop: int) -> Span | None:
    """Return where the next line begins that has a bracket first, and where the bracket is."""
    if (not at or text[at - 1] == "\n") and (here := _CANDIDATE.match(text, at, stop)):
        return here.span()
    following = _NEXT_CANDIDATE.search(text, at, stop)
    return (following.start() + 1, following.end()) if following else None


def _continues_line_before(text: str, start: int, at: int) -> bool:
    """Say whether what is before a line leaves it open: then the line is part of something that is not JSON."""
    while at > start and text[at - 1] in WHITESPACE:
        at -= 1
    before = text[max(start, at - 2) : at]
    return before.endswith(("[", "(", "{", "=")) or (before.endswith(",") and before[0] in "])}\"'")


def _merge_jsonl(text: str, spans: list[Span]) -> Iterator[Span]:
    """Yield the spans of neighbours, lines of JSONL as one."""
    first, last = spans[0]
    is_line = "\n" not in text[first:last]
    for start, stop in spans[1:]:
        was_line, is_line = is_line, "\n" not in text[start:stop]
        if not (was_line and is_line and text[last:start] == "\n"):
            yield first, last
            first = start
        last = stop
    yield first, last
