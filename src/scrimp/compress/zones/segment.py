"""Cut a prompt into zones, each all of one kind.

Two layers: first the places that show what they are (fences, records, logs, command output, code), found by detectors
that each see only the lines that those before them left; then what is left is context where a tag or a label says so,
and instruction everywhere else. A detector in doubt claims nothing, save that for code: code is never touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from scrimp.compress.zones import protected_spans
from scrimp.compress.zones.claims import Detector, ZoneClaim, closing_tag
from scrimp.compress.zones.context import contexts
from scrimp.compress.zones.detectors import fitting
from scrimp.compress.zones.zone import Form, Kind, Zone

Documents = Callable[[str], Sequence[tuple[int, int]]]
# JSON in a fence may be the form an answer is to take: it is code, like every other fence.
_DATA_FORMS: dict[str, Form] = {
    "csv": "csv", "tsv": "csv", "log": "log", "logs": "log",
}  # fmt: skip
_HTML = re.compile(
    r"^[ \t]*+<(?:!doctype\s++html|(html|body|div|table|section|main|nav|head|script|style|ul)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_LEAST_JSON = 20


def segment(text: str, *, documents: Documents) -> list[Zone]:
    """Return the zones of a prompt; `documents` says where whole JSON documents begin and end."""
    if "\n" not in text and "<" not in text and "{" not in text and "[" not in text and "```" not in text:
        return [Zone("instruction", "prose", text)]
    claims = _marked(text)
    if "<" in text:
        claims = _with(text, claims, _html)
    if "{" in text or "[" in text:
        claims = _with(text, claims, lambda piece: _json(piece, documents))
    claims = _with(text, claims, _by_lines)
    if _leave_something(text, claims):
        claims = [*contexts(text, claims), *claims]
    return _merged(text, claims)


def _with(text: str, claims: list[ZoneClaim], find: Callable[[str], Iterable[ZoneClaim]]) -> list[ZoneClaim]:
    """Let a finder claim some of what no one has claimed yet."""
    found: list[ZoneClaim] = []
    done = 0
    for claim in [*claims, ZoneClaim(len(text), len(text), "code", "fence")]:
        if claim.start > done:
            found += (ZoneClaim(done + c.start, done + c.end, c.kind, c.form) for c in find(text[done : claim.start]))
        found.append(claim)
        done = claim.end
    return found[:-1]


def _leave_something(text: str, claims: list[ZoneClaim]) -> bool:
    """Say whether there is a word outside the claims."""
    ends = [0, *(claim.end for claim in claims)]
    starts = [*(claim.start for claim in claims), len(text)]
    return any(end < start and not text[end:start].isspace() for end, start in zip(ends, starts, strict=True))


def _merged(text: str, claims: list[ZoneClaim]) -> list[Zone]:
    """Put the claims in order and fill the gaps with instruction."""
    found: list[Zone] = []
    done = 0
    for claim in sorted(claims, key=lambda c: c.start):
        if claim.start > done:
            found.append(Zone("instruction", "prose", text[done : claim.start]))
        before = found[-1] if found else None
        if claim.kind == "context" and before is not None and (before.kind, before.form) == ("context", claim.form):
            # Paragraphs of one article are read together: sentences of all of them stand for choice at once.
            found[-1] = Zone("context", claim.form, before.text + text[claim.start : claim.end])
        else:
            found.append(Zone(claim.kind, claim.form, text[claim.start : claim.end]))
        done = claim.end
    if done < len(text) or not found:
        found.append(Zone("instruction", "prose", text[done:]))
    return found


def _marked(text: str) -> list[ZoneClaim]:
    """Keep tags and fences: what says itself what it is. A fence of rows or output is its marks and what is between."""
    claims: list[ZoneClaim] = []
    found: list[protected_spans.Span | protected_spans.Fence] = [
        *protected_spans.keeps(text),
        *protected_spans.fences(text),
    ]
    done = 0
    for mark in sorted(found, key=lambda mark: mark.start):
        if mark.start < done:
            continue
        end = mark.end + (text[mark.end : mark.end + 1] == "\n")
        if isinstance(mark, protected_spans.Span):
            claims.append(ZoneClaim(mark.start, mark.end, "instruction", "markup"))
            end = mark.end
        else:
            claims += _fence(text, mark, end)
        done = end
    return claims


def _fence(text: str, fence: protected_spans.Fence, end: int) -> list[ZoneClaim]:
    form = _DATA_FORMS.get(fence.info)
    inner = text[fence.body_start : fence.body_end]
    if form is None and fence.info in protected_spans.DATA_FENCES:  # text: what it holds must show
        kinds = [claim for claim in _by_lines(inner) if claim.kind in {"data", "tool"}]
        whole = [claim for claim in kinds if claim.end - claim.start >= 0.9 * len(inner)]
        form = whole[0].form if whole else None
    if form is None or not inner:
        return [ZoneClaim(fence.start, end, "code", "fence")]
    kind: Kind = "tool" if form == "command" else "data"
    return [
        ZoneClaim(fence.start, fence.body_start, "instruction", "markup"),
        ZoneClaim(fence.body_start, fence.body_end, kind, form),
        *([ZoneClaim(fence.body_end, end, "instruction", "markup")] if end > fence.body_end else []),
    ]


def _html(text: str) -> Iterator[ZoneClaim]:
    """HTML from a line that begins with one of its block tags to where that tag is closed."""
    done = 0
    unbalanced: set[str] = set()
    for match in _HTML.finditer(text):
        name = (match[1] or "html").lower()
        if match.start() < done or name in unbalanced:
            continue
        tag = closing_tag(text, match.end() if match[1] else match.start(), name, opened=bool(match[1]))
        if tag is None and match[1]:
            unbalanced.add(name)
            continue
        done = _line_end(text, tag.end()) if tag is not None else len(text)
        if not match[1] or "](" not in text[match.start() : done]:
            yield ZoneClaim(match.start(), done, "data", "html")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _json(text: str, documents: Documents) -> Iterator[ZoneClaim]:
    """JSON that fills its lines; rows that follow each other, each on a line, are JSONL."""
    rows: list[ZoneClaim] = []
    for start, end in documents(text):
        line = text.rfind("\n", 0, start) + 1
        after = _line_end(text, end)
        if text[line:start].strip() or text[end:after].strip() or end - start < _LEAST_JSON:
            continue
        row = ZoneClaim(line, after, "data", "jsonl" if _is_rows(text[start:end]) else "json")
        if rows and rows[-1].end == line and "json" not in {_row_form(text, rows[-1]), _row_form(text, row)}:
            row = ZoneClaim(rows.pop().start, after, "data", "jsonl")
        rows.append(row)
    yield from rows


def _is_rows(document: str) -> bool:
    first, _, rest = document.partition("\n")
    return first.rstrip()[-1:] in {"}", "]"} and rest.lstrip()[:1] in {"{", "["}


def _row_form(text: str, row: ZoneClaim) -> Form:
    """JSONL is what can be a row: rows already, or one line."""
    return "jsonl" if row.form == "jsonl" or text.find("\n", row.start, row.end - 1) < 0 else "json"


def _by_lines(text: str) -> list[ZoneClaim]:
    """What is known by the look of its lines."""
    if text.strip().count("\n") < 2:  # white space at the ends may go, and nothing else shall show then
        return []
    detectors = fitting(text)
    if not detectors:
        return []
    lines = text.split("\n")
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    starts[-1] = len(text)
    return [ZoneClaim(starts[c.start], starts[c.end], c.kind, c.form) for c in _lines(lines, 0, detectors)]


def _lines(lines: list[str], at: int, detectors: Sequence[Detector]) -> Iterator[ZoneClaim]:
    for number, detector in enumerate(detectors):
        done = 0
        for claim in detector(lines):
            yield from _lines(lines[done : claim.start], at + done, detectors[number + 1 :])
            yield ZoneClaim(at + claim.start, at + claim.end, claim.kind, claim.form)
            done = claim.end
        if done:
            lines, at = lines[done:], at + done
