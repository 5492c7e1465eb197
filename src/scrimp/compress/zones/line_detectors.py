"""Detect diffs, tables, logs and command output by their lines.

Each detector sees only the lines that earlier ones left; one in doubt reports nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from scrimp.compress.zones.code_detectors import detect_code
from scrimp.compress.zones.signs import any_sign
from scrimp.compress.zones.zone_span import ZoneSpan, lines_that, paragraph_ranges, runs

_DIFF = re.compile(r"diff --git |@@ -\d|--- [^-\s]|Index: ")
_DIFF_CONTINUATION = re.compile(r"[ +\-\\@]|(?:diff|index|new file|deleted file|similarity|rename|old mode|new mode) ")
LOG_LINE, LISTING_LINE = any_sign("log_line"), any_sign("listing_line")
_LOG = re.compile(LOG_LINE)
_LOG_CONTINUATION = re.compile(
    r"[ \t]|Traceback|Caused by|\.\.\. |(?:[A-Za-z_]\w*+\.)*+[A-Za-z_]\w*(?:Error|Exception|Warning|Exit)\b"
)
_TRACE = re.compile(r"\s*+(?:at |File \"|Traceback|Caused by|#\d)")
_MAX_LOG_GAP, _MAX_CONTINUED = 60, 5  # lines below one with a time; on average, but for stack traces
PROMPT_LINE = r"(?:\([\w.-]++\) )?(?:[\w.-]++@[\w.-]++[:\s][^\s$#]*+[$#]|\$|PS [A-Z]:\\[^>\n]*+>) (?=[A-Za-z./~])"
_PROMPT = re.compile(PROMPT_LINE)
_LISTING = re.compile(LISTING_LINE)
_GAP = re.compile(r"(?<=\S) {2,}+(?=\S)")
_COMMENTED = re.compile(r"(?<=\S)\s{2,}+(?:#|//|/\*|--|;|%)(?:\s|$)")  # a table in a program
_BETWEEN = re.compile(r"\s*+$|[^\s:]++:\s*+$")
_COMMIT = re.compile(r"commit [0-9a-f]{7,40}\b")
_COMMIT_CONTINUATION = re.compile(rf"\s|\Z|{_COMMIT.pattern}|(?:Author|Merge|Date|AuthorDate|Commit|CommitDate): ")
_QUOTED_FIELD = re.compile(r'"(?:[^"]|"")*+"')
_MIN_ROWS = 3
_SEPARATORS = ("\t", ",", ";", "|")
_MIN_GAPS = 2
_MAX_RECORD_LINES = 20
_MAX_CELL_SPACES = 3
_NOT_ROW_START = {"|", "#", "-", "*"}
_CODE_SIGNS = re.compile(r"[{}]|\([^)]*+$|\)[;:,]?\s*+$| = ")


def detect_diffs(lines: list[str]) -> Iterator[ZoneSpan]:
    """Yield unified diffs, from the header of the first file on."""
    at = 0
    while at < len(lines):
        end = at
        if _DIFF.match(lines[at]):
            end = at + 1
            while end < len(lines) and (_DIFF_CONTINUATION.match(lines[end]) or _blank_in_diff(lines, end)):
                end += 1
        if any(line.startswith("@@ -") for line in lines[at:end]):
            yield ZoneSpan(at, end, "code", "diff")
        at = max(end, at + 1)


def _blank_in_diff(lines: list[str], at: int) -> bool:
    return not lines[at].strip() and "".join(lines[at + 1 : at + 2]).startswith((" ", "+", "@@ -", "diff --"))


def detect_tables(lines: list[str]) -> Iterator[ZoneSpan]:
    """Yield CSV and TSV: three rows or more with the same number of fields, none of which reads like a sentence."""
    at = 0
    while at < len(lines) - 2:
        if not _may_be_row(lines[at], lines[at + 1]):
            at += 1
            continue
        end, record = _record(lines, at)
        separator = _separator(record)
        rows = int(bool(separator))
        while separator and end < len(lines):
            following, other = _record(lines, end)
            fits = rows >= _MIN_ROWS or _separator(other) == separator
            if not other or other.count(separator) != record.count(separator) or not fits:
                break
            end, rows = following, rows + 1
        if rows >= _MIN_ROWS:
            yield ZoneSpan(at, end, "data", "csv")
            at = end
        else:
            at += 1


def _may_be_row(line: str, following: str) -> bool:
    """Return whether a separator is in both lines equally often, or quoted fields may span them: only for speed."""
    if '"' in line:
        return True
    if not line or not following or (line[0] in _NOT_ROW_START and "\t" not in line):
        return False
    return any(sign in line and (line.count(sign) == following.count(sign) or '"' in following) for sign in _SEPARATORS)


def _record(lines: list[str], at: int) -> tuple[int, str]:
    """Return the end of a record, and the record with each quoted field as a q."""
    end, text = at + 1, lines[at]
    if '"' not in text:
        return end, text
    while text.count('"') % 2 and end < min(len(lines), at + _MAX_RECORD_LINES):
        text += "\n" + lines[end]
        end += 1
    return (at + 1, lines[at]) if text.count('"') % 2 else (end, _QUOTED_FIELD.sub("q", text))


def _separator(record: str) -> str:
    if "\t" in record.strip():
        return "\t"
    for separator in ",;|":
        if separator not in record:
            continue
        cells = record.split(separator)
        short = len(cells) >= _MIN_ROWS and all(cell.count(" ") <= _MAX_CELL_SPACES for cell in cells)
        if separator + " " in record and not short:  # as in a sentence
            return ""
        if len(cells) > 2 or (len(cells) == 2 and not record.endswith((separator, "."))):
            return "" if record[:1] in _NOT_ROW_START or _CODE_SIGNS.search(record) else separator
    return ""


def detect_logs(lines: list[str]) -> Iterator[ZoneSpan]:
    """Yield logs: three lines or more with a time or a level, with their stack traces and indented lines."""

    def is_same_log(line: int, following: int) -> bool:
        between = lines[line + 1 : following]
        continues = len(between) < _MAX_LOG_GAP and all(not part or _LOG_CONTINUATION.match(part) for part in between)
        if not continues or len(between) < _MIN_ROWS or any(map(_TRACE.match, between)):
            return continues or len(between) <= 1
        return all(span.end - span.start < _MIN_ROWS for span in detect_code(between))  # as pasted into a chat

    for run in runs(lines_that(_LOG.match, lines), is_same_log):
        end = run[-1] + 1
        while (row := "".join(lines[end : end + 1])).strip() and _LOG_CONTINUATION.match(row) and not _LOG.match(row):
            end += 1
        mostly = _MAX_CONTINUED * len(run) >= end - run[0] or any(map(_TRACE.match, lines[run[0] : end]))
        if len(run) >= _MIN_ROWS and mostly:
            yield ZoneSpan(run[0], end, "data", "log")


def detect_commits(lines: list[str]) -> Iterator[ZoneSpan]:
    """Yield the output of git log: indented messages and file counts under each commit."""
    at = 0
    while at < len(lines):
        end = last = at
        if _COMMIT.match(lines[at]):
            while end < len(lines) and _COMMIT_CONTINUATION.match(lines[end]):
                end += 1
                last = end if lines[end - 1].strip() else last
            yield ZoneSpan(at, last, "tool", "command")
        at = max(end, at + 1)


def detect_sessions(lines: list[str]) -> Iterator[ZoneSpan]:
    """Yield shell sessions: prompts, their commands and output, up to a blank line that no prompt follows."""
    start = end = 0
    prompts = [*lines_that(_PROMPT.match, lines), len(lines)]
    for first, after in paragraph_ranges(lines):
        prompt = min(prompts[bisect_left(prompts, first)], after)
        if end and prompt > first:
            yield ZoneSpan(start, end, "tool", "command")
            end = 0
        if prompt < after:
            start, end = (start if end else prompt), after
    if end:
        yield ZoneSpan(start, end, "tool", "command")


def detect_listings(lines: list[str]) -> Iterator[ZoneSpan]:
    """Yield listings as of ls -l, grep -n, ps: three lines or more, perhaps with blank lines or directories between."""

    def is_next(line: int, following: int) -> bool:
        return following - line <= _MIN_ROWS and all(map(_BETWEEN.match, lines[line + 1 : following]))

    for run in runs(lines_that(lambda line: _LISTING.match(line) or _aligned(line), lines), is_next):
        if len(run) >= _MIN_ROWS:
            yield ZoneSpan(run[0], run[-1] + 1, "tool", "command")


def _aligned(line: str) -> bool:
    return "  " in line and len(_GAP.findall(line)) >= _MIN_GAPS and not _COMMENTED.search(line)
