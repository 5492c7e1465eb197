"""Fold log lines of one form: the form is written once, and of each line only the values that differ, in order.

    ["#1 a b | c d" below is two lines of form #1, its {} filled with a b, then with c d]
    #1 (3 lines) = 2025-11-20T{} INFO worker {} took a job
    #1 10:00:01Z w-3 | 10:00:02Z w-1
    2025-11-20T10:00:03Z ERROR worker w-3: connection refused
    #1 10:00:04Z w-2

All lines keep their place, so each can be written again as it was. A value is a whole word: a time, an address, an id,
a number with its unit. Lines that report a problem, with their stack traces, stay as they are; so do aligned tables.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

MIN_FOLD = 3  # lines of a form
MIN_LOG = 200  # characters
LEGEND = '["#1 a b | c d" below is two lines of form #1, its {} filled with a b, then with c d]'
GAP, NEXT = "{}", " | "

_FOLDED = re.compile(r"^(?:#\d|\[.#1 a b)", re.MULTILINE)
_RARE = 8  # a word is part of a form where at least one line in so many has it
_MIN_LINE, _MAX_LINE = 20, 2_000  # characters
_DATE = r"\d{4}-\d\d-\d\d(?=[T\s]\d)|\d\d/[A-Z][a-z]{2}/\d{4}(?=:\d)"
_IS_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d/[A-Z][a-z]{2}/\d{4}")
# A word, or what is between a date and a time.
_WORD = re.compile(
    r"(?<=\d{4}-\d\d-\d\d)T(?=\d)|(?<=\d\d/[A-Z][a-z]{2}/\d{4}):(?=\d)"
    rf"|(https?://[^\s\"'<>]+|{_DATE}|(?:[^\s=\"'()\[\]{{}}<>,;|/]|(?<=\d)[,/](?=\d))+)"
)
_PROBLEM_WORDS = (
    *("error", "errno", "warn", "fatal", "critical", "exception", "traceback", "panic", "fail", "abort", "denied"),
    *("refused", "killed", "timed out", "timeout", "segfault", "caused by", "goroutine", "emerg", "alert", "severe"),
)
_STACK_FRAME = re.compile(r'\s+(?:at\s|File "|\.\.\. \d+ more)')
_ALIGNED = re.compile(r"\S {2,}\S[^\n]*?\S {2,}\S")
_LISTED = re.compile(r"[-dlbcps][rwxsStT-]{9}[.+@]?\s|[|+\u2500-\u257f]")  # by ls -l, or a row between lines
_TIMED = re.compile(r"[^\s\d]{0,3}\d{2,4}[-:/]\d\d")


class _Line(Struct, gc=False):
    """A line as the text between its words, and its words."""

    number: int
    between: tuple[str, ...]
    words: list[str]


class _Form(Struct, gc=False):
    """What lines have in common, with gaps, and the values in the gaps of each by its number."""

    text: str
    values: dict[int, str]


def fold_log(text: str, *, least: int = MIN_FOLD) -> str:
    """Fold lines of one form, where there are at `least` so many.

    A text that has been folded before, or has lines like those of the folded form, stays.
    """
    if len(text) < MIN_LOG or _FOLDED.search(text):
        return text
    lines = text.split("\n")
    forms = [form for group in _groups(lines, least) if (form := _form(lines, group)) is not None]
    if not forms:
        return text
    legend = [LEGEND, *(f"#{n} ({len(form.values)} lines) = {form.text}" for n, form in enumerate(forms, 1))]
    folded = "\n".join([*legend, *_folded(lines, forms)])
    return folded if len(folded) < len(text) else text


def _folded(lines: Sequence[str], forms: Iterable[_Form]) -> Iterator[str]:
    """Yield the lines, and those of one form that follow each other as one."""
    shortened = {number: (n, values) for n, form in enumerate(forms, 1) for number, values in form.values.items()}
    rows = (shortened.get(number, (0, line)) for number, line in enumerate(lines))
    for n, row in groupby(rows, key=itemgetter(0)):
        values = [each for _, each in row]
        if n and values[0]:
            yield f"#{n} {NEXT.join(values)}"
        else:  # lines of a form without gaps are each on their own
            yield from [f"#{n}"] * len(values) if n else values


def _groups(lines: Sequence[str], least: int) -> Iterator[list[_Line]]:
    """Yield the lines that have the same text but for some words: those with digits, and rare ones."""
    by_shape: dict[tuple[str, ...], list[_Line]] = defaultdict(list)
    for number in _foldable(lines):
        line = _split(number, lines[number])
        by_shape[line.between].append(line)
    for shape in by_shape.values():
        if len(shape) < least:
            continue
        common_from = max(MIN_FOLD, len(shape) / _RARE)
        common = [
            {word for word, count in Counter(column).items() if count >= common_from and _is_constant(word)}
            for column in zip(*(line.words for line in shape), strict=True)
        ]
        groups: dict[tuple[str | None, ...], list[_Line]] = defaultdict(list)
        for line in shape:
            groups[tuple([w if w in kept else None for w, kept in zip(line.words, common, strict=True)])].append(line)
        yield from (group for group in groups.values() if len(group) >= least)


def _split(number: int, line: str) -> _Line:
    between: list[str] = []
    words: list[str] = []
    done = 0
    for match in _WORD.finditer(line):
        if match[1] is not None:
            between.append(line[done : match.start()])
            words.append(match[1])
            done = match.end()
    return _Line(number, (*between, line[done:]), words)


def _is_constant(word: str) -> bool:
    return bool(_IS_DATE.fullmatch(word)) or not any(map(str.isdigit, word))


def _form(lines: Sequence[str], group: Sequence[_Line]) -> _Form | None:
    """Return the form of lines and their values, or None where that would not be shorter."""
    columns = list(zip(*(line.words for line in group), strict=True))
    shared = [GAP if len(set(column)) > 1 else column[0] for column in columns]
    gaps = [at for at, word in enumerate(shared) if word == GAP]  # which no line has itself
    between = group[0].between
    text = between[0] + "".join(word + after for word, after in zip(shared, between[1:], strict=True))
    values = {line.number: " ".join([line.words[at] for at in gaps]) for line in group}
    saved = sum(len(lines[number]) - len(row) - len(NEXT) for number, row in values.items())
    return _Form(text, values) if saved > len(text) + len("#10 (10 lines) = \n") else None


def _foldable(lines: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of lines that may be folded: not problems, their stack traces, blank lines, tables."""
    in_trace = in_traceback = False
    lowered = "\n".join(lines).lower()
    words = [word for word in _PROBLEM_WORDS if word in lowered]
    for number, line in enumerate(lines):
        indented = line.startswith((" ", "\t"))
        problem = bool(words) and any(map(line.lower().__contains__, words))  # an error, warning or failure
        last = in_traceback and not indented and bool(line.strip())
        stays = problem or last or (in_trace and indented)
        if _MIN_LINE <= len(line) <= _MAX_LINE and not stays and not _keeps_its_form(line):
            yield number
        in_traceback = "Traceback (most recent call last)" in line or (in_traceback and not last)
        in_trace = problem or in_traceback or (in_trace and indented)


def _keeps_its_form(line: str) -> bool:
    """Return whether a line is blank, of a stack trace or a table, or has what the folded form uses itself."""
    aligned = "  " in line and bool(_ALIGNED.search(line)) and not _TIMED.match(line)
    return aligned or GAP in line or line.isspace() or bool(_STACK_FRAME.match(line) or _LISTED.match(line))
