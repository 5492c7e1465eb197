"""Group lines of command output under what they share: paths and prefixes.

The inverse functions undo the groups exactly, and each rule verifies that before it returns its result; a text that
already looks grouped is left alone. Code in fences stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import TypeAlias

from scrimp.compress.output.fenced_lines import fenced_lines
from scrimp.compress.output.group_headers import apply_reversible, expand_headers

MIN_LINES = 4
MIN_PREFIX = 12

PrefixRun: TypeAlias = tuple[int, int, str, str]
_NO_RUN: PrefixRun = (0, 1, "", "")

# path:12:text, path:12:5: error, path::test_name; a path contains a letter, and a dot or slash.
_MATCH = re.compile(
    r"((?:[A-Za-z]:(?=[\\/]))?(?=[^\s:]*[A-Za-z_])(?=[^\s:]*[./\\])[^\s:]+):((?:[0-9]+:|:).*)", re.DOTALL
)
_REST = re.compile(r"[0-9]+:|:")
_MATCH_HEADER = re.compile(r"(?:[A-Za-z]:(?=[\\/]))?(?=[^\s:]*[A-Za-z_])(?=[^\s:]*[./\\])[^\s:]+:")
_PREFIX, _DATE_PREFIX = "[each line below begins: ", "[date of each line below: "
_PREFIX_HEADER = re.compile(rf"{re.escape(_PREFIX)}\S(?:.*\S)?\]|{re.escape(_DATE_PREFIX)}\d{{4}}-\d\d-\d\d\]")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT(?=\d\d:\d\d)")
_INDENTED = re.compile(" ")


def group_matches(text: str) -> str:
    """Write the path of consecutive matches once, and the matches under it, like ripgrep --heading."""
    return apply_reversible(text, _group_matches, ungroup_matches)


def _group_matches(text: str) -> str:
    lines = text.split("\n")
    found = [
        None if in_code else _MATCH.fullmatch(line) for line, in_code in zip(lines, fenced_lines(lines), strict=True)
    ]
    written: list[str] = []
    for path, group in groupby(zip(lines, found, strict=True), key=lambda pair: pair[1] and pair[1][1]):
        run = list(group)
        if path is None or len(run) < 2 or len(path) < 3:
            written.extend(line for line, _ in run)
        else:
            written.append(f"{path}:")
            written.extend(line[len(path) + 1 :] for line, _ in run)
    return "\n".join(written)


def ungroup_matches(text: str) -> str:
    """Undo `group_matches`."""
    return expand_headers(text, _MATCH_HEADER, lambda header, line: header + line, _REST)


def _common_prefix(one: str, other: str, end: str) -> str:
    """Return the common prefix of two lines, up to its last `end`."""
    size = next((at for at, (this, that) in enumerate(zip(one, other, strict=False)) if this != that), None)
    return one[: one.rfind(end, 0, min(len(one), len(other)) if size is None else size) + 1]


def group_prefixes(text: str) -> str:
    """Write the words or date that four or more consecutive lines start with once, and the rest of each under it."""
    return apply_reversible(text, _group_prefixes, ungroup_prefixes)


def ungroup_prefixes(text: str) -> str:
    """Undo `group_prefixes`."""
    return expand_headers(text, _PREFIX_HEADER, _with_prefix, _INDENTED)


def _with_prefix(header: str, line: str) -> str:
    shared = header[header.index(": ") + 2 : -1]
    return f"{shared}T{line[1:]}" if header.startswith(_DATE_PREFIX) else shared + line


def _group_prefixes(text: str) -> str:
    lines = text.split("\n")
    flags = fenced_lines(lines)
    written: list[str] = []
    at = 0
    while at < len(lines):
        runs = [] if flags[at] else [_word_prefix_run(lines, flags, at), _date_prefix_run(lines, flags, at)]
        saved, size, header, shared = max(runs, default=(0, 1, "", ""))
        follows = lines[at + size] if at + size < len(lines) else ""
        if size >= MIN_LINES and not follows.startswith(" ") and saved > 0:
            written.append(header)
            written.extend(f" {line[len(shared) :]}" for line in lines[at : at + size])
        else:
            written.extend(lines[at : at + size])
        at += size
    return "\n".join(written)


def _word_prefix_run(lines: Sequence[str], flags: Sequence[bool], at: int) -> PrefixRun:
    """Return the run of lines with the longest prefix of whole words that the first four of them share."""
    run = lines[at : at + MIN_LINES]
    shared = _common_prefix(min(run), max(run), " ")
    if len(shared) < MIN_PREFIX or shared.startswith((" ", "[")) or shared.endswith("  "):
        return _NO_RUN
    return _follow_prefix(lines, flags, at, shared, f"{_PREFIX}{shared[:-1]}]")


def _date_prefix_run(lines: Sequence[str], flags: Sequence[bool], at: int) -> PrefixRun:
    """Return the run of lines with the same date of a timestamp; date and time are two facts, and each stays whole."""
    date = _DATE.match(lines[at])
    return _NO_RUN if date is None else _follow_prefix(lines, flags, at, date[0], f"{_DATE_PREFIX}{date[0][:-1]}]")


def _follow_prefix(lines: Sequence[str], flags: Sequence[bool], at: int, shared: str, header: str) -> PrefixRun:
    """Return the characters saved, the number of lines, the header above them, and the prefix it replaces."""
    size = 0
    while at + size < len(lines) and not flags[at + size] and _has_prefix(lines[at + size], shared):
        size += 1
    return (size * (len(shared) - 1) - len(header) - 1, size, header, shared) if size >= MIN_LINES else _NO_RUN


def _has_prefix(line: str, shared: str) -> bool:
    rest = line[len(shared) : len(shared) + 1]
    return (
        line.startswith(shared) and bool(rest) and not rest.isspace() and (shared[-1] == " " or bool(_DATE.match(line)))
    )
