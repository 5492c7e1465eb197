"""Omit files in base64, which models cannot read and which cost many tokens; a note tells their type and size.

A run is omitted only if all of it decodes, its first bytes or the data: URL it is in say what kind of file it is, and
it is not part of a name, address, path or code span. Bytes of an unknown kind stay: they may be a key or a signature,
or text. So do hexadecimal digits: who shows a dump of bytes asks about them.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from contextlib import suppress

from msgspec import Struct

from scrimp.compress.encoded.magic_bytes import media_type
from scrimp.compress.zones import protected_spans
from scrimp.compress.zones.zone_span import overlaps

MIN_BASE64 = 200  # characters of base64
MIN_LINES = 4
NOTE = re.compile(
    r"\[base64(?:, ([\w.+-]+/[\w.+-]+))?, ([1-9]\d{0,2}(?:,\d{3})*) bytes, left out; the source is intact\]", re.ASCII
)

_LETTER = r"A-Za-z0-9+/_\-"
_B = "[A-Za-z0-9+/]"
_BREAK = r"(?:\r?\n|(?:\\r)?+\\n)[ \t]*+"  # a line break, or an escaped one in a string
_BREAKS = re.compile(_BREAK)
# As wide as lines of mail and PEM. The last line is recognized by its padding, by a boundary or quotation mark after
# it, or by a blank line after mixed characters, so that a word is not taken for it.
_BODY = "|".join(
    rf"{_B}{{{width}}}(?:{_BREAK}{_B}{{{width}}}(?![{_LETTER}])){{{MIN_LINES - 1},}}+" for width in (60, 64, 68, 72, 76)
)
_CLOSED = rf"[ \t]*+(?:{_BREAK}{_BREAK}|(?:{_BREAK})?+\Z)"
_MIXED = rf"(?={_B}*[0-9+/])(?={_B}*[A-Z])(?={_B}*[a-z])(?:{_B}{{4}}){{2,19}}+(?={_CLOSED})"
_LAST = rf"={{1,2}}+|{_BREAK}(?:{_B}{{1,76}}+(?:={{1,2}}+|(?={_BREAK}--|\"))|{_MIXED})"
_LONG = rf"[{_LETTER}\\]{{60}}"
# For speed, skipped in one step: text of words and numbers has no sixty such characters in a row.
_HAS_LONG = re.compile(rf"(?:[{_LETTER}\\]{{0,59}}+[^{_LETTER}\\]++)*+{_LONG}")
_CANDIDATE = re.compile(
    rf"(?:(?<![{_LETTER}\\])(?={_LONG})|(?<=\\n)(?={_LONG}))"
    rf"(?:(?P<body>(?:{_BODY})(?:{_LAST})?+)|(?P<run>(?:[{_LETTER}]++|\\/)++={{0,2}}+))|(?P<note>{NOTE.pattern})"
)
_DATA_URL = re.compile(r"data:([\w.+-]*+(?:/[\w.+-]++)?+)(?:;[\w.+-]++=[\w.+-]++)*+;base64,\Z", re.ASCII)
_MAX_HEAD = 150
MEDIA = ("image/", "audio/", "video/", "font/")  # omitted in a data: URL whatever the first bytes are, as SVG is
_BEFORE = "\"'(<>: \t\n\r"  # after a comma or = it may be an unquoted cell, or part of an address
_AFTER = re.compile(r"[\s\"')<>]|\\[\"'nrt]|\Z")
_CONTINUES = re.compile(rf"{_BREAK}(?:[{_LETTER}\\]{{40}}|{NOTE.pattern})")
_ENDS_KEY = re.compile(r"(?:\\*+|(?:[^\"\n\\]|\\[^\n]){1,200}+)\"[ \t\r\n]*+:")


class _EncodedRun(Struct, frozen=True, gc=False):
    """text[start:end] is `data` in base64; `media` is its media type."""

    start: int
    end: int
    media: str
    data: bytes


def omit_encoded(text: str) -> str:
    """Return the text with each encoded run replaced by a note: its media type and its size in bytes.

    Never longer, in linear time; JSON stays JSON, since a note needs no escapes. Code in backticks stays.
    """
    pieces: list[str] = []
    done = 0
    runs = list(encoded_runs(text))
    code = [match.span() for match in re.finditer(protected_spans.CODE, text)] if runs else []
    for run in runs:
        if not overlaps(code, run.start, run.end):
            note = f"[base64, {run.media}, {len(run.data):,} bytes, left out; the source is intact]"
            pieces += (text[done : run.start], note)
            done = run.end
    return "".join([*pieces, text[done:]]) if pieces else text


def encoded_runs(text: str) -> Iterator[_EncodedRun]:
    """Yield the runs of base64 to omit."""
    if len(text) < MIN_BASE64 or not _HAS_LONG.match(text):
        return
    done = 0  # the end of the previous run or note: words before that do not refer to this run
    for match in _CANDIDATE.finditer(text):
        head = text[max(done, match.start() - _MAX_HEAD) : match.start()]
        done = match.end()
        if match["note"] is None and (run := _decode_run(match, head)) is not None and _is_whole(text, run):
            yield run


def _decode_run(match: re.Match[str], head: str) -> _EncodedRun | None:
    """Return the encoded run that a match is, if it is to be omitted; `head` is the text before it."""
    body = match["body"] is not None
    letters = ("".join(_BREAKS.split(match[0])) if body else match[0].replace("\\/", "/")).rstrip("=")
    if len(letters) < MIN_BASE64 or (body and _CONTINUES.match(match.string, match.end())):
        return None
    data_url = _DATA_URL.search(head)
    data = _decode_base64(letters)
    known = media_type(data)
    media = (data_url[1] if data_url else "") or known
    if not data or b"<text" in data or not (known or media.startswith(MEDIA)):  # a drawing may have words
        return None
    start = match.start() - len(data_url[0] if data_url else "")
    return _EncodedRun(start, match.end(), media, data)


def _is_whole(text: str, run: _EncodedRun) -> bool:
    """Return whether a run is not part of something longer, nor the key of an object."""
    before = text[max(run.start - 1, 0) : run.start]
    starts = before in _BEFORE or text.endswith("\\n", 0, run.start)
    return starts and bool(_AFTER.match(text, run.end)) and not _ENDS_KEY.match(text, run.end)


def _decode_base64(letters: str) -> bytes:
    """Return the bytes of base64 in either alphabet, or b"" if it is not valid."""
    is_safe = "-" in letters or "_" in letters  # in a URL
    if is_safe and ("+" in letters or "/" in letters):
        return b""
    with suppress(Error):
        return b64decode(letters + "=" * (-len(letters) % 4), altchars="-_" if is_safe else None, validate=True)
    return b""
