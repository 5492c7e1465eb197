"""Logs with lines of the same shape folded to the first of them and a count; the lines that tell of trouble stay.

Two lines have the same shape when they differ only in numbers, times, hexadecimal ids and UUIDs. A status that is a
word of its own after an HTTP method, or follows "code", "status" or "exit", belongs to the shape: 200 is no 500.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scrimp.compress.output.fenced_lines import fenced_lines

MIN_FOLD = 3
WINDOW = 200  # lines; a shape that was away for longer starts anew
NOTE = "; the source is intact"

_MARKER = re.compile(rf"\[([1-9][0-9]{{0,8}}) more lines like this, source lines [0-9]+-[0-9]+(?:{NOTE})?\]")
_ANY_MARKER = re.compile(rf"^{_MARKER.pattern}$", re.MULTILINE)
_VARIABLE = re.compile(
    r"\b(?:0x[0-9A-Fa-f]++|(?=[A-Fa-f]*+[0-9])[0-9A-Fa-f]{6,}+(?:-[0-9A-Fa-f]++)*+)\b|[0-9]++(?:[.:,][0-9]++)*+"
)
_METHOD = re.compile(r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\b", re.IGNORECASE)
_HTTP_STATUS = re.compile(r"[\s\"]([1-5][0-9]{2})(?=\s|$)")
_EXIT_STATUS = re.compile(r"\b(?:code|status|exit|exited|rc|signal)\b[^\w\n]{0,3}([0-9]{1,4})\b", re.IGNORECASE)
_PROBLEM_WORDS = (
    *("error", "errno", "warn", "fatal", "critical", "exception", "traceback", "panic", "fail", "abort", "denied"),
    *("refused", "killed", "timed out", "timeout", "segfault", "caused by", "goroutine", "emerg", "alert", "severe"),
)
_STACK_FRAME = re.compile(r'\s+(?:at\s|File "|\.\.\. \d+ more)')


def fold_log(text: str) -> str:
    """Fold lines of one shape, in a row or near each other."""
    if _ANY_MARKER.search(text):
        return text
    lines = text.split("\n")
    folds = {group[0]: group[1:] for group in _group_by_template(text, lines) if len(group) >= MIN_FOLD}
    hidden: set[int] = set()
    markers: dict[int, str] = {}
    for first in sorted(folds):
        more = folds[first]
        marker = _marker(more, note=not markers)
        if sum(len(lines[number]) + 1 for number in more) > len(marker) + 1:
            markers[first] = marker
            hidden.update(more)
    return "\n".join(
        f"{line}\n{markers[number]}" if number in markers else line
        for number, line in enumerate(lines)
        if number not in hidden
    )


def _marker(more: Sequence[int], *, note: bool) -> str:
    span = f"{more[0] + 1}-{more[-1] + 1}"
    return f"[{len(more)} more lines like this, source lines {span}{NOTE if note else ''}]"


def _group_by_template(text: str, lines: Sequence[str]) -> Iterator[list[int]]:
    """Yield the numbers of lines of one shape, none further than the window from the one before it."""
    shapes = _VARIABLE.sub("0", text).split("\n")
    open_groups: dict[tuple[str, str], list[int]] = {}
    for number, (line, shape, kept) in enumerate(zip(lines, shapes, _unfoldable(lines), strict=True)):
        if kept:
            continue
        key = (shape, _status(line))
        group = open_groups.get(key)
        if group and number - group[-1] <= WINDOW:
            group.append(number)
            continue
        if group:
            yield group
        open_groups[key] = [number]
    yield from open_groups.values()


def _status(line: str) -> str:
    method = _METHOD.search(line)
    found = _HTTP_STATUS.search(line, method.end(), method.end() + 400) if method else None
    found = found or _EXIT_STATUS.search(line)
    return found[1] if found else ""


def _unfoldable(lines: Sequence[str]) -> Iterator[bool]:
    """Say for each line whether it stays: trouble, the lines of a trace after it, blank lines, code in fences."""
    in_trace = in_traceback = False
    for line, in_code in zip(lines, fenced_lines(lines), strict=True):
        indented = line.startswith((" ", "\t"))
        trouble = reports_problem(line)
        last = in_traceback and not indented and bool(line.strip())
        yield (
            in_code or trouble or last or not line.strip() or (in_trace and indented) or bool(_STACK_FRAME.match(line))
        )
        in_traceback = "Traceback (most recent call last)" in line or (in_traceback and not last)
        in_trace = trouble or in_traceback or (in_trace and indented)


def reports_problem(line: str) -> bool:
    """Say whether a line tells of an error, a warning or a failure, in any case, and so is never folded."""
    lowered = line.lower()
    return any(word in lowered for word in _PROBLEM_WORDS)


def source_line_count(text: str) -> int:
    """Return how many source lines a folded text stands for: those it shows and those its markers count."""
    markers = (_MARKER.fullmatch(line) for line in text.split("\n"))
    return sum(int(marker[1]) if marker else 1 for marker in markers)
