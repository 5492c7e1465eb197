"""Cut a prompt into zones, each all of one kind.

Two layers: first the places that show what they are (fences, records, logs, command output, code), found by detectors
that each see only the lines that those before them left; then what is left is context where a tag or a label says so,
and instruction everywhere else. A detector in doubt claims nothing, save that for code: code is never touched.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from scrimp.compress import protect
from scrimp.compress.zone import Form, Kind, Zone

Documents = Callable[[str], Sequence[tuple[int, int]]]


class _Claim(Struct, frozen=True, gc=False):
    """A stretch whose kind is known, in lines or in characters."""

    start: int
    end: int
    kind: Kind
    form: Form


_Detector = Callable[[list[str]], Iterable[_Claim]]

# JSON in a fence may be the form an answer is to take: it is code, like every other fence.
_DATA_FORMS: dict[str, Form] = {
    "csv": "csv", "tsv": "csv", "log": "log", "logs": "log",
}  # fmt: skip
_HTML = re.compile(
    r"^[ \t]*+<(?:!doctype\s++html|(html|body|div|table|section|main|nav|head|script|style|ul)\b)",
    re.IGNORECASE | re.MULTILINE,
)

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

_CONTEXT_TAG = re.compile(
    r"<(contexts?|documents?|passages?|articles?|text|sources?|doc|docs|excerpts?|transcript|search_results|results|background)(?:\s[^<>]*+)?>",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:#{1,6} |\*\*)?"
    r"(?:(?:passages?|documents?|docs?|sources?|articles?|chunks?|snippets?|results?|excerpts?"
    r"|contexts?|story|background|texts?|kontext|contexte|contexto|dokument|absatz)"
    r"[ \t]*+(?:\[?\d++\]?)?[ \t]*+(?:\([^)\n]*+\))?[ \t]*+"
    r"(?:\*\*)?[:\uff1a]|\[\d++\][:\s](?=[ \t]*+\S))",
    re.IGNORECASE | re.MULTILINE,
)
_ASKED = re.compile(
    r"^(?:#{1,6} |\*\*)?(?:questions?|query|q|tasks?|instructions?|answers?|a|prompt|user|request|options|choices|input"
    r"|output|frage|aufgabe|pregunta|domanda|pergunta|\u0432\u043e\u043f\u0440\u043e\u0441|\u95ee\u9898|\u554f\u984c|\u8cea\u554f)\b"
    r"[^\n:]{0,20}[:\uff1a]|^#{1,6} (?:questions?|tasks?|instructions?|output|answer)\b",
    re.IGNORECASE | re.MULTILINE,
)
_QUESTION = re.compile(
    r"(?:#{1,6} |\*\*)?(?:question|query|q|frage|pregunta|domanda|pergunta|\u0432\u043e\u043f\u0440\u043e\u0441"
    r"|\u95ee\u9898|\u554f\u984c|\u8cea\u554f)[^\n:]{0,20}[:\uff1a]",
    re.IGNORECASE,
)
_ASKING_LINE = re.compile(r"^[^\n]*[?\uff1f\u061f][ \t]*$", re.MULTILINE)
_LIST = re.compile(r"\s*+(?:\d++[.)]|[-*+\u2022]) |#{1,6} ")
_PARAGRAPH = re.compile(r"(?:[^\n]++\n?+)++\n*+|\n++")
_TOLD = re.compile(
    r"\b(?:you|your|please|bitte|sie m\u00fcssen|vous|veuillez|por favor|usted|debes|tu dois|answer|respond|output"
    r"|do not|don't)\b",
    re.IGNORECASE,
)
_LEAST_JSON = 20
_LEAST_ROWS = 3
_LEAST_GAPS = 2
_LEAST_REPETITIVE = 8
_LONGEST_RECORD = 20
_LONGEST_CELL = 3
_NO_ROW = {"|", "#", "-", "*"}
_CODE_SIGNS = re.compile(r"[{}]|\([^)]*+$|\)[;:,]?\s*+$| = ")
_LEAST_CONTEXT = 200
_LEAST_TAGGED = 40
_LEAST_ARTICLES = 1000
_LEAST_ARTICLE = 300
_LONGEST_QUESTION = 500


def zones(text: str, *, documents: Documents) -> list[Zone]:
    """Return the zones of a prompt; `documents` says where whole JSON documents begin and end."""
    if "\n" not in text and "<" not in text and "{" not in text and "[" not in text and "```" not in text:
        return [Zone("instruction", "prose", text)]
    claims = _marked(text)
    if "<" in text:
        claims = _with(text, claims, _html)
    if "{" in text or "[" in text:
        claims = _with(text, claims, lambda piece: _json(piece, documents))
    claims = _with(text, claims, _by_lines)
    return _merged(text, [*_context(text, claims), *claims])


def _with(text: str, claims: list[_Claim], find: Callable[[str], Iterable[_Claim]]) -> list[_Claim]:
    """Let a finder claim some of what no one has claimed yet."""
    found: list[_Claim] = []
    done = 0
    for claim in [*claims, _Claim(len(text), len(text), "code", "fence")]:
        if claim.start > done:
            found += (_Claim(done + c.start, done + c.end, c.kind, c.form) for c in find(text[done : claim.start]))
        found.append(claim)
        done = claim.end
    return found[:-1]


def _merged(text: str, claims: list[_Claim]) -> list[Zone]:
    """Put the claims in order and fill the gaps with instruction."""
    found: list[Zone] = []
    done = 0
    for claim in sorted(claims, key=lambda c: c.start):
        if claim.start > done:
            found.append(Zone("instruction", "prose", text[done : claim.start]))
        found.append(Zone(claim.kind, claim.form, text[claim.start : claim.end]))
        done = claim.end
    if done < len(text) or not found:
        found.append(Zone("instruction", "prose", text[done:]))
    return found


def _marked(text: str) -> list[_Claim]:
    """Keep tags and fences: what says itself what it is. A fence of rows or output is its marks and what is between."""
    claims: list[_Claim] = []
    found: list[protect.Span | protect.Fence] = [*protect.keeps(text), *protect.fences(text)]
    done = 0
    for mark in sorted(found, key=lambda mark: mark.start):
        if mark.start < done:
            continue
        end = mark.end + (text[mark.end : mark.end + 1] == "\n")
        if isinstance(mark, protect.Span):
            claims.append(_Claim(mark.start, mark.end, "instruction", "markup"))
            end = mark.end
        else:
            claims += _fence(text, mark, end)
        done = end
    return claims


def _fence(text: str, fence: protect.Fence, end: int) -> list[_Claim]:
    form = _DATA_FORMS.get(fence.info)
    inner = text[fence.body_start : fence.body_end]
    if form is None and fence.info in protect.DATA_FENCES:  # text: what it holds must show
        kinds = [claim for claim in _by_lines(inner) if claim.kind in {"data", "tool"}]
        whole = [claim for claim in kinds if claim.end - claim.start >= 0.9 * len(inner)]
        form = whole[0].form if whole else None
    if form is None or not inner:
        return [_Claim(fence.start, end, "code", "fence")]
    kind: Kind = "tool" if form == "command" else "data"
    return [
        _Claim(fence.start, fence.body_start, "instruction", "markup"),
        _Claim(fence.body_start, fence.body_end, kind, form),
        *([_Claim(fence.body_end, end, "instruction", "markup")] if end > fence.body_end else []),
    ]


def _html(text: str) -> Iterator[_Claim]:
    """HTML from a line that begins with one of its block tags to where that tag is closed."""
    done = 0
    unbalanced: set[str] = set()
    for match in _HTML.finditer(text):
        name = (match[1] or "html").lower()
        if match.start() < done or name in unbalanced:
            continue
        tag = _closing(text, match.end() if match[1] else match.start(), name, opened=bool(match[1]))
        if tag is None and match[1]:
            unbalanced.add(name)
            continue
        done = _line_end(text, tag.end()) if tag is not None else len(text)
        if not match[1] or "](" not in text[match.start() : done]:
            yield _Claim(match.start(), done, "data", "html")


def _closing(text: str, start: int, name: str, *, opened: bool) -> re.Match[str] | None:
    """Return the tag that closes the one of that name which is opened at `start`, or just before."""
    depth = int(opened)
    for tag in re.compile(rf"<(/?){re.escape(name)}\b", re.IGNORECASE).finditer(text, start):
        depth += -1 if tag[1] else 1
        if depth <= 0:
            return tag
    return None


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _json(text: str, documents: Documents) -> Iterator[_Claim]:
    """JSON that fills its lines; rows that follow each other, each on a line, are JSONL."""
    rows: list[_Claim] = []
    for start, end in documents(text):
        line = text.rfind("\n", 0, start) + 1
        after = _line_end(text, end)
        if text[line:start].strip() or text[end:after].strip() or end - start < _LEAST_JSON:
            continue
        row = _Claim(line, after, "data", "jsonl" if _is_rows(text[start:end]) else "json")
        if rows and rows[-1].end == line and "json" not in {_row_form(text, rows[-1]), _row_form(text, row)}:
            row = _Claim(rows.pop().start, after, "data", "jsonl")
        rows.append(row)
    yield from rows


def _is_rows(document: str) -> bool:
    first, _, rest = document.partition("\n")
    return first.rstrip()[-1:] in {"}", "]"} and rest.lstrip()[:1] in {"{", "["}


def _row_form(text: str, row: _Claim) -> Form:
    """JSONL is what can be a row: rows already, or one line."""
    return "jsonl" if row.form == "jsonl" or text.find("\n", row.start, row.end - 1) < 0 else "json"


def _by_lines(text: str) -> list[_Claim]:
    """What is known by the look of its lines."""
    if text.count("\n") < 2:
        return []
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    starts[-1] = len(text)
    return [_Claim(starts[c.start], starts[c.end], c.kind, c.form) for c in _lines(lines, 0, _fitting(text))]


def _fitting(text: str) -> list[_Detector]:
    """Leave out the detectors that find nothing where their sign is nowhere in the text."""
    return [detector for detector, signs in _DETECTORS if any(sign in text for sign in signs)]


def _lines(lines: list[str], at: int, detectors: Sequence[_Detector]) -> Iterator[_Claim]:
    if not detectors or not lines:
        return
    done = 0
    for claim in detectors[0](lines):
        yield from _lines(lines[done : claim.start], at + done, detectors[1:])
        yield _Claim(at + claim.start, at + claim.end, claim.kind, claim.form)
        done = claim.end
    yield from _lines(lines[done:], at + done, detectors[1:])


def _diffs(lines: list[str]) -> Iterator[_Claim]:
    at = 0
    while at < len(lines):
        end = at
        if _DIFF.match(lines[at]):
            end = at + 1
            while end < len(lines) and (_DIFF_ON.match(lines[end]) or _blank_in_diff(lines, end)):
                end += 1
        if any(line.startswith("@@ -") for line in lines[at:end]):
            yield _Claim(at, end, "code", "diff")
        at = max(end, at + 1)


def _blank_in_diff(lines: list[str], at: int) -> bool:
    return (
        not lines[at].strip()
        and lines[at + 1 : at + 2] != []
        and lines[at + 1].startswith((" ", "+", "@@ -", "diff --"))
    )


def _tables(lines: list[str]) -> Iterator[_Claim]:
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
            yield _Claim(at, end, "data", "csv")
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


def _logs(lines: list[str]) -> Iterator[_Claim]:
    """Three lines with a time or a level, and what belongs to them: stack traces, indented lines."""
    stamped = [at for at, line in enumerate(lines) if _LOG.match(line)]
    run: list[int] = []
    for at in [*stamped, len(lines) + _LOG_GAP + 1]:
        if run and (at - run[-1] > _LOG_GAP or not _same_log(lines[run[-1] + 1 : at])):
            if len(run) >= _LEAST_ROWS:
                yield _Claim(run[0], _log_end(lines, run[-1] + 1), "data", "log")
            run = []
        run.append(at)


def _same_log(between: list[str]) -> bool:
    return len(between) <= 1 or all(not line or _LOG_ON.match(line) for line in between)


def _log_end(lines: list[str], end: int) -> int:
    while end < len(lines) and lines[end].strip() and _LOG_ON.match(lines[end]):
        end += 1
    return end


def _commits(lines: list[str]) -> Iterator[_Claim]:
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
            yield _Claim(at, last, "tool", "command")
        at = max(end, at + 1)


def _sessions(lines: list[str]) -> Iterator[_Claim]:
    """A shell prompt, its command and its output, up to a blank line."""
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and (_PROMPT.match(lines[end]) if end == at else lines[end].strip()):
            end += 1
        if end > at:
            yield _Claim(at, end, "tool", "command")
        at = max(end, at + 1)


def _listings(lines: list[str]) -> Iterator[_Claim]:
    """Lines as of ls -l, grep -n, ps: three that look it, perhaps with blank lines or directories between."""
    listed = [at for at, line in enumerate(lines) if _LISTED.match(line) or _aligned(line)]
    run: list[int] = []
    for at in [*listed, len(lines) + _LEAST_ROWS]:
        if run and not (at - run[-1] <= _LEAST_ROWS and all(map(_BETWEEN.match, lines[run[-1] + 1 : at]))):
            if len(run) >= _LEAST_ROWS:
                yield _Claim(run[0], run[-1] + 1, "tool", "command")
            run = []
        run.append(at)


def _aligned(line: str) -> bool:
    return "  " in line and len(_GAP.findall(line)) >= _LEAST_GAPS


def _repetitive(lines: list[str]) -> Iterator[_Claim]:
    """Output whose lines begin alike, with signs of a machine in them; no list and no verse."""
    for start, end in _paragraphs(lines):
        block = lines[start:end]
        if len(block) < _LEAST_REPETITIVE:
            continue
        firsts = Counter(line.split(maxsplit=1)[0] for line in block)
        alike = sum(times for first, times in firsts.items() if times > 2 and (first == "#" or first[0].isalpha()))
        machine = sum(bool(_MACHINE.search(line)) and line.rstrip()[-1] not in ".?!" for line in block)
        if min(alike, machine) >= 0.7 * len(block):
            yield _Claim(start, end, "tool", "command")


def _paragraphs(lines: list[str]) -> Iterator[tuple[int, int]]:
    start = 0
    for at in range(len(lines) + 1):
        if at == len(lines) or not lines[at].strip():
            if at > start:
                yield start, at
            start = at + 1


def _code(lines: list[str]) -> Iterator[_Claim]:
    """Code without a fence: paragraphs half of which looks it, and what is indented or commented between them."""
    start = end = 0
    for first, after in _paragraphs(lines):
        if _is_code(lines[first:after], within=bool(end)):
            start, end = (start if end else first), after
        elif end:
            yield _Claim(start, end, "code", "fence")
            end = 0
    if end:
        yield _Claim(start, end, "code", "fence")


def _is_code(block: list[str], *, within: bool) -> bool:
    if _DEFINITION.match(block[0]):
        return True
    signs = sum(bool(_CODE_LINE.match(line)) for line in block)
    neutral = sum(line.startswith(_NEUTRAL) for line in block)
    if within and (neutral == len(block) or (signs and signs + neutral >= 0.4 * len(block))):
        return True
    indented = all(line[:1].isspace() for line in block)
    return signs >= 2 and signs >= len(block) * (0.3 if indented else 0.5)


def _config(lines: list[str]) -> Iterator[_Claim]:
    """YAML with something nested, or key = value under a section or three in a row."""
    at = 0
    while at < len(lines):
        tried = [reader(lines, at) for reader in (_settings, _yaml)] if lines[at].strip() else []
        last = max((last for last, _ in tried), default=0)
        if fits := [last for last, fit in tried if fit]:
            last = max(fits)
            yield _Claim(at, last, "code", "fence")
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


_DETECTORS: tuple[tuple[_Detector, tuple[str, ...]], ...] = (
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


def _context(text: str, claims: list[_Claim]) -> Iterator[_Claim]:
    """What is there to answer from: in tags, under labels, or long paragraphs before a question; without the claims."""
    regions = _tagged(text, claims)
    regions = sorted([*regions, *_labelled(text, [*regions, *_bounds(claims)])]) or list(_article(text))
    for start, end in regions:
        done = start
        for claim in claims[bisect_left(claims, start, key=lambda c: c.end) :]:
            if claim.start >= end:
                break
            if claim.start > done:
                yield _Claim(done, claim.start, "context", "prose")
            done = max(done, claim.end)
        if done < end:
            yield _Claim(done, end, "context", "prose")


def _bounds(claims: list[_Claim]) -> list[tuple[int, int]]:
    return [(claim.start, claim.end) for claim in claims]


def _tagged(text: str, claims: list[_Claim]) -> list[tuple[int, int]]:
    regions: list[tuple[int, int]] = []
    taken = _bounds(claims)
    done = 0
    unbalanced: set[str] = set()
    for match in _CONTEXT_TAG.finditer(text):
        name = match[1].lower()
        if match.start() < done or name in unbalanced or _inside(taken, match.start()):
            continue
        closing = _closing(text, match.end(), name, opened=True)
        if closing is None:
            unbalanced.add(name)
        elif closing.start() - match.end() >= _LEAST_TAGGED:
            regions.append((match.end(), closing.start()))
            done = closing.end()
        else:
            done = closing.end()
    return regions


def _inside(taken: list[tuple[int, int]], at: int) -> bool:
    found = bisect_left(taken, (at + 1,)) - 1
    return found >= 0 and at < taken[found][1]


def _labelled(text: str, taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """From a label to the next question; of several such, all but the last belong to examples, and those are kept."""
    taken = sorted(taken)
    asked = [match.start() for match in _ASKED.finditer(text) if not _inside(taken, match.start())]
    told: list[int] | None = None
    regions: list[tuple[int, int]] = []
    done = 0
    for label in _LABEL.finditer(text):
        if label.start() < done or _inside(taken, label.start()):
            continue
        end = _first(asked, label.end())
        if end is None:
            told = _told(text) if told is None else told
            end = _first(told, label.end())
        done = len(text) if end is None else end
        if done - label.start() >= _LEAST_CONTEXT:
            regions.append((label.start(), done))
    return regions[-1:]


def _first(places: list[int], at: int) -> int | None:
    return next(iter(places[(first := bisect_left(places, at)) : first + 1]), None)


def _told(text: str) -> list[int]:
    """Return where passages may end that no label ends: paragraphs that tell, the last, a last line that asks."""
    paragraphs = [match for match in _PARAGRAPH.finditer(text) if match[0].strip()]
    found = [paragraph.start() for paragraph in paragraphs[:-1] if _TOLD.search(paragraph[0])]
    lines = list(_ASKING_LINE.finditer(text))
    return sorted([*found, *(match.start() for match in [*paragraphs[-1:], *lines[-1:]])])


def _article(text: str) -> Iterator[tuple[int, int]]:
    """Long paragraphs that tell the model nothing, where the last paragraph asks."""
    paragraphs = [match for match in _PARAGRAPH.finditer(text) if match[0].strip()]
    if len(paragraphs) < 2 or len(paragraphs[-1][0]) > _LONGEST_QUESTION or not _asks(paragraphs[-1][0]):
        return
    told = [paragraph for paragraph in paragraphs[:-1] if _is_article(paragraph[0])]
    if sum(_size(paragraph[0]) for paragraph in told) >= _LEAST_ARTICLES:
        yield from ((paragraph.start(), paragraph.end()) for paragraph in told)


def _asks(paragraph: str) -> bool:
    return bool(_QUESTION.match(paragraph)) or paragraph.rstrip().endswith(("?", "\uff1f", "\u061f"))


def _is_article(paragraph: str) -> bool:
    return _size(paragraph) >= _LEAST_ARTICLE and not _LIST.match(paragraph) and not _TOLD.search(paragraph)


def _size(text: str) -> int:
    """Bytes, so that scripts with a word in a letter count for as much."""
    return len(text.encode("utf-8", "surrogatepass"))
