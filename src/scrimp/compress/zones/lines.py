"""Zones known by the look of their lines: diffs, tables, logs, output of commands.

Each detector sees only the lines that those before it left; one in doubt claims nothing, save that for code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from scrimp.compress.zones.claims import ZoneClaim, paragraphs

_DIFF = re.compile(r"diff --git |@@ -\d|--- [^-\s]|Index: ")
_DIFF_ON = re.compile(r"[ +\-\\@]|(?:diff|index|new file|deleted file|similarity|rename|old mode|new mode) ")
LOG_LINE = (
    r"[^\S\n]*+[\[(<]?(?:\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d|\d\d:\d\d:\d\d\b"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d|\d\d/[A-Z][a-z]{2}/\d{4}"
    r"|(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)(?=[\s:\]|>])|[IWEF]\d{4} \d\d:)"
    r"|\S++ \S++ \S++ \[\d\d/[A-Z][a-z]{2}/\d{4}:"
)
_LOG = re.compile(LOG_LINE)
_LOG_ON = re.compile(
    r"[ \t]|Traceback|Caused by|\.\.\. |(?:[A-Za-z_]\w*+\.)*+[A-Za-z_]\w*(?:Error|Exception|Warning|Exit)\b"
)
_LOG_GAP = 60
PROMPT_LINE = r"(?:\([\w.-]++\) )?(?:[\w.-]++@[\w.-]++[:\s][^\s$#]*+[$#]|\$|PS [A-Z]:\\[^>\n]*+>) (?=[A-Za-z./~])"
_PROMPT = re.compile(PROMPT_LINE)
LISTED_LINE = (
    r"[-dlbcps][rwxsStT-]{9}[.+@]?\s|total \d++(?=\n|\Z)|(?=[^:\n]*[./\\_])[^\s:][^:\n]*+:\d++[:-]|[a-z]{2}  \S++ {2}"
    r"|[^\s:]++::[^\n]*? (?:PASSED|FAILED|SKIPPED|ERROR|XFAIL|XPASS)\b"
)
_LISTED = re.compile(LISTED_LINE)
_GAP = re.compile(r"(?<=\S) {2,}+(?=\S)")
_BETWEEN = re.compile(r"\s*+$|[^\s:]++:\s*+$")
_MACHINE = re.compile(r"[/_=<>\[\]#|(\d]")
_COMMIT = re.compile(r"commit [0-9a-f]{7,40}\b")
_COMMIT_ON = re.compile(r"[ \t]|(?:Author|Merge|Date|AuthorDate|Commit|CommitDate): ")
_QUOTED_FIELD = re.compile(r'"(?:[^"]|"")*+"')
_LEAST_ROWS = 3
_MARKS = ("\t", ",", ";", "|")
_LEAST_GAPS = 2
LEAST_REPETITIVE = 8
_LONGEST_RECORD = 20
_LONGEST_CELL = 3
_NO_ROW = {"|", "#", "-", "*"}
_CODE_SIGNS = re.compile(r"[{}]|\([^)]*+$|\)[;:,]?\s*+$| = ")


def diffs(lines: list[str]) -> Iterator[ZoneClaim]:
    """Unified diffs, from the header of the first file on."""
    at = 0
    while at < len(lines):
        end = at
        if _DIFF.match(lines[at]):
            end = at + 1
            while end < len(lines) and (_DIFF_ON.match(lines[end]) or _blank_in_diff(lines, end)):
                end += 1
        if any(line.startswith("@@ -") for line in lines[at:end]):
            yield ZoneClaim(at, end, "code", "diff")
        at = max(end, at + 1)


def _blank_in_diff(lines: list[str], at: int) -> bool:
    return (
        not lines[at].strip()
        and lines[at + 1 : at + 2] != []
        and lines[at + 1].startswith((" ", "+", "@@ -", "diff --"))
    )


def tables(lines: list[str]) -> Iterator[ZoneClaim]:
    """CSV or TSV: three rows with as many fields, where no row reads like a sentence."""
    at = 0
    while at < len(lines) - 2:
        if not _may_be_row(lines[at], lines[at + 1]):
            at += 1
            continue
        end, record = _record(lines, at)
        mark = _separator(record)
        rows = int(bool(mark))
        while mark and end < len(lines):
            following, other = _record(lines, end)
            if (
                not other
                or other.count(mark) != record.count(mark)
                or (_separator(other) != mark and rows < _LEAST_ROWS)
            ):
                break
            end, rows = following, rows + 1
        if rows >= _LEAST_ROWS:
            yield ZoneClaim(at, end, "data", "csv")
            at = end
        else:
            at += 1


def _may_be_row(line: str, following: str) -> bool:
    """Say whether a mark is on both lines as often, or fields in quotes may run over them: for speed alone."""
    if '"' in line:
        return True
    if not following:
        return False
    for mark in _MARKS:  # noqa: SIM110 - three times as fast as a generator, on every line
        if mark in line and (line.count(mark) == following.count(mark) or '"' in following):
            return True
    return False


def _record(lines: list[str], at: int) -> tuple[int, str]:
    """Return where a record ends, and the record with each quoted field as a q."""
    end, text = at + 1, lines[at]
    if '"' not in text:
        return end, text
    while text.count('"') % 2 and end < min(len(lines), at + _LONGEST_RECORD):
        text += "\n" + lines[end]
        end += 1
    return (at + 1, lines[at]) if text.count('"') % 2 else (end, _QUOTED_FIELD.sub("q", text))


def _separator(record: str) -> str:
    if "\t" in record.strip():
        return "\t"
    for mark in ",;|":
        if mark not in record:
            continue
        cells = record.split(mark)
        if mark + " " in record and not _short_cells(cells):
            return ""
        if len(cells) > 2 or (len(cells) == 2 and not record.endswith((mark, "."))):
            return "" if record[:1] in _NO_ROW or _CODE_SIGNS.search(record) else mark
    return ""


def _short_cells(cells: list[str]) -> bool:
    """A space after each comma is of a sentence, unless there are words at most between them."""
    return len(cells) >= _LEAST_ROWS and all(cell.count(" ") <= _LONGEST_CELL for cell in cells)


def logs(lines: list[str]) -> Iterator[ZoneClaim]:
    """Three lines with a time or a level, and what belongs to them: stack traces, indented lines."""
    stamped = [at for at, line in enumerate(lines) if _LOG.match(line)]
    run: list[int] = []
    for at in [*stamped, len(lines) + _LOG_GAP + 1]:
        if run and (at - run[-1] > _LOG_GAP or not _same_log(lines[run[-1] + 1 : at])):
            if len(run) >= _LEAST_ROWS:
                yield ZoneClaim(run[0], _log_end(lines, run[-1] + 1), "data", "log")
            run = []
        run.append(at)


def _same_log(between: list[str]) -> bool:
    return len(between) <= 1 or all(not line or _LOG_ON.match(line) for line in between)


def _log_end(lines: list[str], end: int) -> int:
    while end < len(lines) and lines[end].strip() and _LOG_ON.match(lines[end]):
        end += 1
    return end


def commits(lines: list[str]) -> Iterator[ZoneClaim]:
    """The output of git log: indented messages and counted files under each commit."""
    at = 0
    while at < len(lines):
        end = last = at
        if _COMMIT.match(lines[at]):
            while end < len(lines) and (
                not lines[end].strip() or _COMMIT.match(lines[end]) or _COMMIT_ON.match(lines[end])
            ):
                end += 1
                last = end if lines[end - 1].strip() else last
            yield ZoneClaim(at, last, "tool", "command")
        at = max(end, at + 1)


def sessions(lines: list[str]) -> Iterator[ZoneClaim]:
    """A shell prompt, its command and its output, up to a blank line."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and (_PROMPT.match(lines[end]) if end == at else lines[end].strip()):
            end += 1
        if end > at:
            yield ZoneClaim(at, end, "tool", "command")
        at = max(end, at + 1)


def listings(lines: list[str]) -> Iterator[ZoneClaim]:
    """Lines as of ls -l, grep -n, ps: three that look it, perhaps with blank lines or directories between."""
    listed = [at for at, line in enumerate(lines) if _LISTED.match(line) or _aligned(line)]
    run: list[int] = []
    for at in [*listed, len(lines) + _LEAST_ROWS]:
        if run and not (at - run[-1] <= _LEAST_ROWS and all(map(_BETWEEN.match, lines[run[-1] + 1 : at]))):
            if len(run) >= _LEAST_ROWS:
                yield ZoneClaim(run[0], run[-1] + 1, "tool", "command")
            run = []
        run.append(at)


def _aligned(line: str) -> bool:
    return "  " in line and len(_GAP.findall(line)) >= _LEAST_GAPS


def repetitive(lines: list[str]) -> Iterator[ZoneClaim]:
    """Output whose lines begin alike, with signs of a machine in them; no list and no verse."""
    for start, end in paragraphs(lines):
        block = lines[start:end]
        if len(block) < LEAST_REPETITIVE:
            continue
        firsts = Counter(line.split(maxsplit=1)[0] for line in block)
        alike = sum(times for first, times in firsts.items() if times > 2 and (first == "#" or first[0].isalpha()))
        machine = sum(bool(_MACHINE.search(line)) and line.rstrip()[-1] not in ".?!" for line in block)
        if min(alike, machine) >= 0.7 * len(block):
            yield ZoneClaim(start, end, "tool", "command")
