"""Zones known by the look of their lines: diffs, tables, logs, output of commands, code, configuration.

Each detector sees only the lines that those before it left; one in doubt claims nothing, save that for code.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from scrimp.compress.claims import Claim, Detector

_DIFF = re.compile(r"diff --git |@@ -\d|--- [^-\s]|Index: ")
_DIFF_ON = re.compile(r"[ +\-\\@]|(?:diff|index|new file|deleted file|similarity|rename|old mode|new mode) ")
_LOG = re.compile(
    r"\s*+[\[(<]?(?:\d{4}[-/.]\d\d[-/.]\d\d[T ]\d\d|\d\d:\d\d:\d\d\b"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d|\d\d/[A-Z][a-z]{2}/\d{4}"
    r"|(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)(?=[\s:\]|>])|[IWEF]\d{4} \d\d:)"
    r"|\S++ \S++ \S++ \[\d\d/[A-Z][a-z]{2}/\d{4}:"
)
_LOG_ON = re.compile(
    r"[ \t]|Traceback|Caused by|\.\.\. |(?:[A-Za-z_]\w*+\.)*+[A-Za-z_]\w*(?:Error|Exception|Warning|Exit)\b"
)
_LOG_GAP = 60
_PROMPT = re.compile(
    r"(?:\([\w.-]++\) )?(?:[\w.-]++@[\w.-]++[:\s][^\s$#]*+[$#]|\$|PS [A-Z]:\\[^>\n]*+>) (?=[A-Za-z./~])"
)
_LISTED = re.compile(
    r"[-dlbcps][rwxsStT-]{9}[.+@]?\s|total \d++$|(?=[^:]*[./\\_])[^\s:][^:\n]*+:\d++[:-]|[a-z]{2}  \S++ {2}"
)
_GAP = re.compile(r"(?<=\S) {2,}+(?=\S)")
_BETWEEN = re.compile(r"\s*+$|[^\s:]++:\s*+$")
_MACHINE = re.compile(r"[/_=<>\[\]#|(\d]")
_COMMIT = re.compile(r"commit [0-9a-f]{7,40}\b")
_COMMIT_ON = re.compile(r"[ \t]|(?:Author|Merge|Date|AuthorDate|Commit|CommitDate): ")
_QUOTED_FIELD = re.compile(r'"(?:[^"]|"")*+"')
_CODE_LINE = re.compile(
    r"\s*+(?:(?:async\s++def|def|class|import|from|return|raise|yield|elif|except|with|assert|const|let|var|function|export|public"
    r"|private|protected|static|void|int|struct|fn|impl|use|package|func|namespace|using|#include|#define|template|SELECT|INSERT"
    r"|UPDATE|CREATE|DELETE)\b(?=[^.!?]*[(){}=:;*<@]|\s++[\w.]++\s*+$)|(?:if|for|while|else|try|finally|switch|do|catch|lambda)\b[^.?]*[:{;]\s*+$"
    r"|@\w[\w.]*+(?:\(|\s*+$)|//|/\*|\*/|#!|[)\]}]+[;,:]?\s*+$|[\w.\[\]\"'*]++\s*+(?:[-+*/%|&:]?=)\s*+\S|[\w.]++\(.*[)({\[,;]\s*+$"
    r"|.*[;{]\s*+$|<\?php|\$\w++\s*+=)"
)
_DEFINITION = re.compile(
    r"\s*+(?:(?:async )?def \w+\(|class \w+\s*[(:{]|from [\w.]+ import |import [\w.]+\s*$"
    r"|#include\b|#!/|@\w[\w.]*(?:\(|\s*$)"
    r"|(?:export )?(?:default )?(?:async )?function\b[^.?]*\(|(?:const|let|var) [\w{]|package \w+;?$|<\?php)"
)
_NEUTRAL = (" ", "\t", "#", "//", '"""')
_YAML = re.compile(r"\s*+(?:- )?[A-Za-z_\"'./][\w.\"'/-]*+:(?:\s++(?![A-Z][a-z]++ [a-z]++ [a-z])\S.*|\s*+)$")
_YAML_ON = re.compile(r"\s*+(?:#|- |---\s*+$|[}\]\"'])|\s++\S")
_SECTION = re.compile(r"\[\[?[\w.\"' :@/*-]++\]\]?\s*+(?:[#;].*)?$")
_PAIR = re.compile(r"\s*+(?:export )?[A-Za-z_\"][\w.\"-]*+\s*+=")
_PAIR_ON = re.compile(r"\s*+(?:[#;]|[\"'\]}\[{]|$)|\s++\S")
_LEAST_ROWS = 3
_LEAST_GAPS = 2
_LEAST_REPETITIVE = 8
_LONGEST_RECORD = 20
_LONGEST_CELL = 3
_NO_ROW = {"|", "#", "-", "*"}
_CODE_SIGNS = re.compile(r"[{}]|\([^)]*+$|\)[;:,]?\s*+$| = ")


def _diffs(lines: list[str]) -> Iterator[Claim]:
    at = 0
    while at < len(lines):
        end = at
        if _DIFF.match(lines[at]):
            end = at + 1
            while end < len(lines) and (_DIFF_ON.match(lines[end]) or _blank_in_diff(lines, end)):
                end += 1
        if any(line.startswith("@@ -") for line in lines[at:end]):
            yield Claim(at, end, "code", "diff")
        at = max(end, at + 1)


def _blank_in_diff(lines: list[str], at: int) -> bool:
    return (
        not lines[at].strip()
        and lines[at + 1 : at + 2] != []
        and lines[at + 1].startswith((" ", "+", "@@ -", "diff --"))
    )


def _tables(lines: list[str]) -> Iterator[Claim]:
    """CSV or TSV: three rows with as many fields, where no row reads like a sentence."""
    at = 0
    while at < len(lines):
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
            yield Claim(at, end, "data", "csv")
            at = end
        else:
            at += 1


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


def _logs(lines: list[str]) -> Iterator[Claim]:
    """Three lines with a time or a level, and what belongs to them: stack traces, indented lines."""
    stamped = [at for at, line in enumerate(lines) if _LOG.match(line)]
    run: list[int] = []
    for at in [*stamped, len(lines) + _LOG_GAP + 1]:
        if run and (at - run[-1] > _LOG_GAP or not _same_log(lines[run[-1] + 1 : at])):
            if len(run) >= _LEAST_ROWS:
                yield Claim(run[0], _log_end(lines, run[-1] + 1), "data", "log")
            run = []
        run.append(at)


def _same_log(between: list[str]) -> bool:
    return len(between) <= 1 or all(not line or _LOG_ON.match(line) for line in between)


def _log_end(lines: list[str], end: int) -> int:
    while end < len(lines) and lines[end].strip() and _LOG_ON.match(lines[end]):
        end += 1
    return end


def _commits(lines: list[str]) -> Iterator[Claim]:
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
            yield Claim(at, last, "tool", "command")
        at = max(end, at + 1)


def _sessions(lines: list[str]) -> Iterator[Claim]:
    """A shell prompt, its command and its output, up to a blank line."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and (_PROMPT.match(lines[end]) if end == at else lines[end].strip()):
            end += 1
        if end > at:
            yield Claim(at, end, "tool", "command")
        at = max(end, at + 1)


def _listings(lines: list[str]) -> Iterator[Claim]:
    """Lines as of ls -l, grep -n, ps: three that look it, perhaps with blank lines or directories between."""
    listed = [at for at, line in enumerate(lines) if _LISTED.match(line) or _aligned(line)]
    run: list[int] = []
    for at in [*listed, len(lines) + _LEAST_ROWS]:
        if run and not (at - run[-1] <= _LEAST_ROWS and all(map(_BETWEEN.match, lines[run[-1] + 1 : at]))):
            if len(run) >= _LEAST_ROWS:
                yield Claim(run[0], run[-1] + 1, "tool", "command")
            run = []
        run.append(at)


def _aligned(line: str) -> bool:
    return "  " in line and len(_GAP.findall(line)) >= _LEAST_GAPS


def _repetitive(lines: list[str]) -> Iterator[Claim]:
    """Output whose lines begin alike, with signs of a machine in them; no list and no verse."""
    for start, end in _paragraphs(lines):
        block = lines[start:end]
        if len(block) < _LEAST_REPETITIVE:
            continue
        firsts = Counter(line.split(maxsplit=1)[0] for line in block)
        alike = sum(times for first, times in firsts.items() if times > 2 and (first == "#" or first[0].isalpha()))
        machine = sum(bool(_MACHINE.search(line)) and line.rstrip()[-1] not in ".?!" for line in block)
        if min(alike, machine) >= 0.7 * len(block):
            yield Claim(start, end, "tool", "command")


def _paragraphs(lines: list[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for at in range(len(lines) + 1):
        if at == len(lines) or not lines[at].strip():
            if at > start:
                yield start, at
            start = at + 1


def _code(lines: list[str]) -> Iterator[Claim]:
    """Code without a fence: paragraphs half of which looks it, and what is indented or commented between them."""
    start = end = 0
    for first, after in _paragraphs(lines):
        if _is_code(lines[first:after], within=bool(end)):
            start, end = (start if end else first), after
        elif end:
            yield Claim(start, end, "code", "fence")
            end = 0
    if end:
        yield Claim(start, end, "code", "fence")


def _is_code(block: list[str], *, within: bool) -> bool:
    if _DEFINITION.match(block[0]):
        return True
    signs = sum(bool(_CODE_LINE.match(line)) for line in block)
    neutral = sum(line.startswith(_NEUTRAL) for line in block)
    if within and (neutral == len(block) or (signs and signs + neutral >= 0.4 * len(block))):
        return True
    indented = all(line[:1].isspace() for line in block)
    return signs >= 2 and signs >= len(block) * (0.3 if indented else 0.5)


def _config(lines: list[str]) -> Iterator[Claim]:
    """YAML with something nested, or key = value under a section or three in a row."""
    at = 0
    while at < len(lines):
        tried = [reader(lines, at) for reader in (_settings, _yaml)] if lines[at].strip() else []
        last = max((last for last, _ in tried), default=0)
        if fits := [last for last, fit in tried if fit]:
            last = max(fits)
            yield Claim(at, last, "code", "fence")
        at = max(last, at + 1)  # what was read and did not fit is not read again


def _settings(lines: list[str], at: int) -> tuple[int, bool]:
    """Return where the ini or toml that begins here would end, and whether it is any."""
    if not _SECTION.match(lines[at]) and not _PAIR.match(lines[at]):
        return 0, False
    last, signs = at, 0
    for end in range(at, len(lines)):
        line = lines[end]
        if _SECTION.match(line) or _PAIR.match(line):
            last, signs = end, signs + 1
        elif not _PAIR_ON.match(line):
            break
        elif line.strip() and end == last + 1:
            last = end
    return last + 1, signs >= _LEAST_ROWS


def _yaml(lines: list[str], at: int) -> tuple[int, bool]:
    """Return where the YAML that begins here would end, and whether it is any."""
    if not _YAML.match(lines[at]):
        return 0, False
    last, keys, others, nested = at, 0, 0, False
    for end in range(at, len(lines)):
        line = lines[end]
        if _YAML.match(line):
            last, keys = end, keys + 1
            nested = nested or _nests(line, lines[end + 1 : end + 2])
        elif line.strip() and not _YAML_ON.match(line):
            break
        elif line.strip():
            last, others = end, others + 1
    return last + 1, nested and keys > _LEAST_ROWS and keys >= others


def _nests(line: str, following: list[str]) -> bool:
    return (
        line.rstrip().endswith(":")
        and following[:1] != []
        and following[0][:1] in {" ", "-"}
        and bool(following[0].strip())
    )


DETECTORS: tuple[tuple[Detector, tuple[str, ...]], ...] = (
    (_diffs, ("\n@@ -",)),
    (_commits, ("commit ",)),
    (_logs, ("\n",)),
    (_tables, (",", "\t", ";", "|")),
    (_sessions, ("$ ", "# ", "> ")),
    (_listings, ("  ", ":", "total ")),
    (_code, ("(", "=", ":", ";", "{", "import ")),
    (_config, ("=", ":\n", ":\r\n")),
    (_repetitive, ("\n",)),
)
