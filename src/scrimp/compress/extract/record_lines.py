"""Find records among documents: paragraphs whose lines are not sentences, as those of a log, a table or an address."""

from __future__ import annotations

import re

from scrimp.compress.instructions.labels import ITEM

_LINES = re.compile(r"(?:^[^\S\n]*+\S[^\n]*+(?:\n|\Z)){3,}+", re.MULTILINE)  # without a blank one among them
_LETTER, _FEWEST_LETTERS = (
    re.compile(r"[a-zA-Z\x80-\u1fff\u2c00-\U0010ffff]"),
    0.7,
)  # of all that is not blank; prose has 0.95
_MARKS = r"[\"'\u201d\u2019\u00bb)\]*_]*+"
_END = re.compile(rf"\w{_MARKS}[.!?\u2026\u061f\u0964\u06d4]+{_MARKS}(?=[\s<]|\Z)|[\u3002\uff01\uff1f]")
# Or a date, a time or an id at the beginning.
_COLUMNS = re.compile(r"[^\s|](?:\t| {2,}|:\s|\s*[|\u2500-\u257f]\s*)\S|\A\W*\d[\d:.,/+TZ-]{5,}")
_GOES_ON = re.compile(r"\s*+(?:[^\W\d_A-Z]|[,;)])")  # as a sentence does that an editor wrapped
_SPEAKER = re.compile(r"[\W\d_]*([^\W\d_][^\n:]{0,30}):\s")  # of a chat, after a time
_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
_LEAST, _SHARE = 3, 0.5  # lines of records, and of all lines
_WRAPPED = 40  # characters, the least before a line that an editor wrapped


def record_spans(text: str) -> list[tuple[int, int]]:
    """Return the places of three lines or more that are records: no line of them says anything without the others."""
    return [lines.span() for lines in _LINES.finditer(text) if _are_records(lines[0].strip())]


def _are_records(text: str) -> bool:
    signs = "".join(text.split())
    if len(_LETTER.findall(signs)) < _FEWEST_LETTERS * len(signs):
        return True
    lines = [line for line in _TAG.sub("", text).split("\n") if line.strip()]
    beside = zip(["", *lines], lines, strict=False)
    records = [line for before, line in beside if not _END.search(line) and _begins_anew(before, line)]
    names = [found[1] for found in map(_SPEAKER.match, records) if found]
    is_chat = len(names) >= _SHARE * len(records) and 2 * len({*names}) <= len(names)  # people speak again
    return len(records) >= max(_LEAST, _SHARE * len(lines)) and not is_chat


def _begins_anew(before: str, line: str) -> bool:
    goes_on = _END.search(before) or ITEM.match(line) or (len(before) >= _WRAPPED and _GOES_ON.match(line))
    return _COLUMNS.search(line) is not None or not goes_on
