"""Fold log lines with the same template into the first of them and a count; lines that report a problem stay.

Two lines have the same template if they differ only in numbers, times, hexadecimal ids and UUIDs. A status, a number
after an HTTP method or after "code", "status" or "exit", is part of the template: 200 is not 500.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scrimp.compress.output.fenced_lines import fenced_lines

MIN_FOLD = 3
WINDOW = 200  # lines; after a longer gap, a template starts a new group
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
    """Fold lines with the same template, consecutive or near each other."""
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
    """Yield the indexes of lines with the same template, each within the window from the one before."""
    templates = _VARIABLE.sub("0", text).split("\n")
    open_groups: dict[tuple[str, str], list[int]] = {}
    for number, (line, template, stays) in enumerate(zip(lines, templates, _unfoldable(lines), strict=True)):
        if stays:
            continue
        key = (template, _status(line))
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
    status = _HTTP_STATUS.search(line, method.end(), method.end() + 400) if method else None
    status = status or _EXIT_STATUS.search(line)
    return status[1] if status else ""


def _unfoldable(lines: Sequence[str]) -> Iterator[bool]:
    """Yield for each line whether it stays: problems, their stack traces, blank lines, code in fences."""
    in_trace = in_traceback = False
    for line, in_code in zip(lines, fenced_lines(lines), strict=True):
        indented = line.startswith((" ", "\t"))
        problem = reports_problem(line)
        last = in_traceback and not indented and bool(line.strip())
        yield (
            in_code or problem or last or not line.strip() or (in_trace and indented) or bool(_STACK_FRAME.match(line))
        )
        in_traceback = "Traceback (most recent call last)" in line or (in_traceback and not last)
        in_trace = problem or in_traceback or (in_trace and indented)


def reports_problem(line: str) -> bool:
    """Return whether a line reports an error, warning or failure, and so is never folded."""
    lowered = line.lower()
    return any(word in lowered for word in _PROBLEM_WORDS)


def source_line_count(text: str) -> int:
    """Return the number of source lines of a folded text: those it shows and those its markers count."""
    markers = (_MARKER.fullmatch(line) for line in text.split("\n"))
    return sum(int(marker[1]) if marker else 1 for marker in markers)
