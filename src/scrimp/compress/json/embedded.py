"""Find JSON embedded in a longer text: whole arrays and objects that start a line, and runs of JSONL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from scrimp.compress.json.lexer import WHITESPACE, are_records, find_end
from scrimp.compress.zones.zone_span import runs

_MIN_LENGTH = 40

# A bracket that begins a line, and after it what may begin a value or key: `[x]` and `{name}` need not be parsed.
_CANDIDATE = re.compile(r"\n[ \t]*+(?=\[[ \t\r\n]*+(?:[\"\[{\]0-9-]|true|false|null)|\{[ \t\r\n]*+[\"}])")
# Nothing else on its line, and no closing bracket on the next: then it would be part of something that is not JSON.
_VALUE_END = re.compile(r"[ \t\r]*+(?:\n[ \t\r\n]*+(?![\])}])|\Z)")
# Lines that begin and end with a bracket, each before another that begins with one: no more than are read in vain.
_RECORDS = re.compile(r"(?:[ \t]*+[\[{][^\n]*[\]}][ \t\r]*+\n(?=[ \t]*+[\[{])){1,1000}+")
_LINE_BREAK = re.compile(r"[ \t\r]*+\n[ \t]*+")
_UNFINISHED = re.compile(r"(?:[\[({]|(?<![A-Za-z0-9+/]{40})(?<![A-Za-z0-9+/]{40}=)=|[\])}\"'],)\Z")  # not base64
_MAX_CACHED = 2_000_000  # characters; what is found in longer texts takes too much memory to cache

Span: TypeAlias = tuple[int, int]
_Value: TypeAlias = tuple[int, int, bool]  # start and end of an array or object, or of some on a line each, as it says


def find_json(text: str) -> list[Span]:
    """Return the start and end of each stretch of JSON, in order.

    A stretch is an array or object with nothing else on its lines, or a run of them on one line each. Adjacent ones,
    without a blank line between them, count together towards the minimum of forty characters. Fences are found before.
    """
    return list(_cached_spans(text) if len(text) <= _MAX_CACHED else _find_spans(text))


def _find_spans(text: str) -> tuple[Span, ...]:
    found: list[Span] = []
    values = _values(text) if "{" in text or "[" in text else ()
    for adjacent in runs(values, lambda one, other: _LINE_BREAK.fullmatch(text, one[1], other[0])):
        if adjacent[-1][1] - adjacent[0][0] >= _MIN_LENGTH:
            lines = runs(adjacent, lambda one, other: one[2] and other[2])  # of JSONL, which are one
            found += [(several[0][0], several[-1][1]) for several in lines]
    return tuple(found)


_cached_spans = lru_cache(maxsize=2)(_find_spans)  # who asks whether a text has any asks where next


def _values(text: str) -> Iterator[_Value]:
    """Yield each array or object with nothing else on its lines, and many on a line each together.

    After an invalid one the search continues where it failed, not where it started, so no text is read more than twice.
    """
    at = tried = 0
    after_lines = f"\n{text}"  # a line end before each line
    while candidate := _CANDIDATE.search(after_lines, at):
        begins, first = candidate.start(), candidate.end() - 1
        last, complete = find_end(text, first)
        at = last if complete else max(text.rfind("\n", first, last), first) + 1
        if not complete or not _VALUE_END.match(text, last) or _continues_line_before(text, begins):
            continue
        below = text.find("\n", last) + 1
        on_line = "\n" not in text[first:last]
        yield first, last, on_line
        if on_line and below > max(last, tried - 1) and (lines := _RECORDS.match(text, below)):
            tried = lines.end()
            if are_records(lines[0]):
                yield tried - len(lines[0].lstrip()), below + len(lines[0].rstrip()), True
                at = tried


def _continues_line_before(text: str, at: int) -> bool:
    """Return whether the line before is unfinished: then this line is part of something that is not JSON."""
    while at and text[at - 1] in WHITESPACE:
        at -= 1
    return text[at - 1 : at] in "[({=," and _UNFINISHED.search(text[max(0, at - 42) : at]) is not None
