"""Find JSON embedded in a longer text: whole arrays and objects that start a line, and runs of JSONL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from scrimp.compress.json.lexer import WHITESPACE, find_end
from scrimp.compress.zones.zone_span import runs

_MIN_LENGTH = 40

# A bracket that begins a line, and after it what may begin a value or key: `[x]` and `{name}` need not be parsed.
_BEGINS = r"[ \t]*+(?=\[[ \t\r\n]*+(?:[\"\[{\]0-9-]|true|false|null)|\{[ \t\r\n]*+[\"}])"
_CANDIDATE, _NEXT_CANDIDATE = re.compile(_BEGINS), re.compile(rf"\n{_BEGINS}")
# Nothing else on its line, and no closing bracket on the next: then it would be part of something that is not JSON.
_VALUE_END = re.compile(r"[ \t\r]*+(?:\n[ \t\r\n]*+(?![\])}])|\Z)")
_LINE_BREAK = re.compile(r"[ \t\r]*+\n[ \t]*+")
_MAX_CACHED = 2_000_000  # characters; what is found in longer texts takes too much memory to cache

Span: TypeAlias = tuple[int, int]


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
            found += _merge_jsonl(text, adjacent)
    return tuple(found)


_cached_spans = lru_cache(maxsize=2)(_find_spans)  # who asks whether a text has any asks where next


def _values(text: str) -> Iterator[Span]:
    """Yield each array or object with nothing else on its lines.

    After an invalid one the search continues where it failed, not where it started, so no text is read more than twice.
    """
    at = 0
    while line := _candidate(text, at):
        begins, first = line
        last, complete = find_end(text, first)
        if complete and _VALUE_END.match(text, last) and not _continues_line_before(text, begins):
            yield first, last
        at = last if complete else max(text.rfind("\n", first, last), first) + 1


def _candidate(text: str, at: int) -> Span | None:
    """Return the start of the next line that starts with a bracket, and the position of the bracket."""
    if (not at or text[at - 1] == "\n") and (candidate := _CANDIDATE.match(text, at)):
        return candidate.span()
    following = _NEXT_CANDIDATE.search(text, at)
    return (following.start() + 1, following.end()) if following else None


def _continues_line_before(text: str, at: int) -> bool:
    """Return whether the line before is unfinished: then this line is part of something that is not JSON."""
    while at and text[at - 1] in WHITESPACE:
        at -= 1
    before = text[max(0, at - 2) : at]
    return before.endswith(("[", "(", "{", "=")) or (before.endswith(",") and before[0] in "])}\"'")


def _merge_jsonl(text: str, spans: list[Span]) -> Iterator[Span]:
    """Yield the spans of adjacent values, with lines of JSONL merged into one span."""
    first, last = spans[0]
    is_line = "\n" not in text[first:last]
    for start, stop in spans[1:]:
        was_line, is_line = is_line, "\n" not in text[start:stop]
        if not (was_line and is_line):
            yield first, last
            first = start
        last = stop
    yield first, last
