"""Bytes written as letters, which no model reads and each of which costs a token: left out, with a note of their size.

What only looks encoded stays, as does what may be asked about. A run goes only if all of it decodes, if what comes out
is no text, if it is whole (a part of a name, an address, a path or a code span is not), and if one of these holds:

- a file's format is told by its first bytes, or by the data: address it is in;
- it fills four lines or more, as wide as mail and PEM are, with letters of all kinds as even as those of bytes are, and
  there is no word before it that tells of a key or a signature;
- it is on one line, longer than keys and tokens are, as even, begins as no key does, and there is no such word.

Hexadecimal digits go from 512 on, or in a dump of 32 lines, by the same rules. Hashes are too short for any of them.
"""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, unhexlify
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from string import ascii_lowercase, ascii_uppercase, digits

from msgspec import Struct

from scrimp.compress.encoded.magic_bytes import is_text, may_be_key, media_type
from scrimp.compress.zones import protected_spans

MIN_BASE64 = 200  # letters of base64
MIN_HEX = 512  # digits
MIN_UNKNOWN = 1024  # letters on one line: of tokens and signatures even the longest are mostly shorter
MIN_LINES = 4
MIN_DUMP_ROWS = 32  # lines of 16 bytes
NOTE = re.compile(
    r"\[(base64|hex|hex dump)(?:, ([\w.+-]+/[\w.+-]+))?, ([1-9][0-9]{0,2}(?:,[0-9]{3})*) bytes, left out;"
    r" the source is intact\]",
    re.ASCII,
)

_LETTER = r"A-Za-z0-9+/_\-"
_B = "[A-Za-z0-9+/]"
_BREAK = r"(?:\r?\n|(?:\\r)?+\\n)[ \t]*+"  # a line's end, or one escaped in a string
_BREAKS = re.compile(_BREAK)
# As wide as lines of mail and PEM are. The last is known by its padding, by a boundary or a quotation mark after it, or
# by a blank line after letters of all kinds: a word would not be taken for it.
_BODY = "|".join(
    rf"{_B}{{{width}}}(?:{_BREAK}{_B}{{{width}}}(?![{_LETTER}])){{{MIN_LINES - 1},}}+" for width in (60, 64, 68, 72, 76)
)
_CLOSED = rf"[ \t]*+(?:{_BREAK}{_BREAK}|(?:{_BREAK})?+\Z)"
_MIXED = rf"(?={_B}*[0-9+/])(?={_B}*[A-Z])(?={_B}*[a-z])(?:{_B}{{4}}){{2,19}}+(?={_CLOSED})"
_LAST = rf"={{1,2}}+|{_BREAK}(?:{_B}{{1,76}}+(?:={{1,2}}+|(?={_BREAK}--|\"))|{_MIXED})"
_LONG = rf"[{_LETTER}\\]{{60}}"
# Passed in one stride: a text of words and of numbers has no sixty letters in a row.
_HAS_LONG = re.compile(rf"(?:[{_LETTER}\\]{{0,59}}+[^{_LETTER}\\]++)*+{_LONG}")
_CANDIDATE = re.compile(
    rf"(?:(?<![{_LETTER}\\])(?={_LONG})|(?<=\\n)(?={_LONG}))"
    rf"(?:(?P<body>(?:{_BODY})(?:{_LAST})?+)|(?P<run>(?:[{_LETTER}]++|\\/)++={{0,2}}+))|(?P<note>{NOTE.pattern})"
)
_DATA_URL = re.compile(r"data:([\w.+-]*+(?:/[\w.+-]++)?+)(?:;[\w.+-]++=[\w.+-]++)*+;base64,\Z", re.ASCII)
_MAX_HEAD = 150
_MEDIA = ("image/", "audio/", "video/", "font/")  # text or not, no one reads it: SVG is text
_BEFORE = "\"'(<>: \t\n\r"  # after a comma or a = it may be a cell without quotation marks, or of an address
_AFTER = re.compile(r"[\s\"')<>]|\\[\"'nrt]|\Z")
_CONTINUES = re.compile(rf"{_BREAK}(?:[{_LETTER}\\]{{40}}|{NOTE.pattern})")
_ENDS_KEY = re.compile(r"(?:\\*+|(?:[^\"\n\\]|\\[^\n]){1,200}+)\"[ \t\r\n]*+:")
_SECRET_WORD = re.compile(
    "key|token|secret|passw|credential|sign|sig\\b|auth|bearer|cookie|session|hash|digest|checksum|nonce|salt|modulus|jwt"
    "|jws|hmac|ssh|proof|seed",
    re.IGNORECASE,
)
_SECRET_DISTANCE = 80  # characters before a run in which such a word counts
_HEX = re.compile(r"(?:0x)?+([0-9a-f]++|[0-9A-F]++)")
_DUMPED = r"(?:: (?:[0-9a-f]{4} ){8} [^\n]{0,16}|  (?:[0-9a-f]{2} ){8} (?:[0-9a-f]{2} ){8} \|[^\n]{16}\|)"
_DUMP = re.compile(
    rf"^[0-9a-f]{{8}}{_DUMPED}(?:\n[0-9a-f]{{8}}{_DUMPED}){{{MIN_DUMP_ROWS - 1},}}+$",
    re.MULTILINE,
)
_ROW = re.compile(r"^([0-9a-f]{8}):? {1,2}((?:[0-9a-f]{2,4} {1,2}){8,16})", re.MULTILINE)
_URL_SAFE = str.maketrans("-_", "+/")


class _EncodedRun(Struct, frozen=True, gc=False):
    """text[start:end] is `data` written in `code`; `media` is its type where that is known."""

    start: int
    end: int
    code: str
    media: str
    data: bytes


def omit_encoded(text: str) -> str:
    """Return the text with each encoded run as a note: what it was written in, its media type if known, its bytes.

    Never longer, in time linear in the text; JSON stays JSON, for a note needs no escape. What is fenced, code in
    backticks or marked to be kept stays.
    """
    pieces: list[str] = []
    done = 0
    kept: list[tuple[int, int]] | None = None
    for run in sorted([*_runs(text), *_dumps(text)], key=lambda run: run.start):
        kept = _untouchable(text) if kept is None else kept
        if not _overlaps(kept, run):
            pieces += (text[done : run.start], _note(run))
            done = run.end
    return "".join([*pieces, text[done:]]) if pieces else text


def _note(run: _EncodedRun) -> str:
    media = f", {run.media}" if run.media else ""
    return f"[{run.code}{media}, {len(run.data):,} bytes, left out; the source is intact]"


def _untouchable(text: str) -> list[tuple[int, int]]:
    """Return what is not ours to change, in order: code and what is marked."""
    spans = [(span.start, span.end) for span in protected_spans.keep_spans(text)]
    spans += [(fence.start, fence.end) for fence in protected_spans.fences(text)]
    if "`" in text:
        spans += [match.span() for match in re.finditer(protected_spans.CODE, text)]
    spans.sort()
    reach = 0
    return [(start, reach := max(reach, end)) for start, end in spans]


def _overlaps(spans: Sequence[tuple[int, int]], run: _EncodedRun) -> bool:
    number = bisect_left(spans, (run.end,)) - 1
    return number >= 0 and spans[number][1] > run.start


def _runs(text: str) -> Iterator[_EncodedRun]:
    """Yield the runs of base64 and of hexadecimal digits that are to go."""
    if not _HAS_LONG.match(text):
        return
    done = 0  # where the one before ended, or the note of it: a word before that is not said of this one
    for match in _CANDIDATE.finditer(text):
        head = text[max(done, match.start() - _MAX_HEAD) : match.start()]
        done = match.end()
        if match["note"] is None and (run := _decode_run(match, head)) is not None and _is_whole(text, run):
            yield run


def _decode_run(match: re.Match[str], head: str) -> _EncodedRun | None:
    """Return what a stretch of letters is an encoding of, if it is to go; `head` is what is before it."""
    body = match["body"] is not None
    letters = ("".join(_BREAKS.split(match[0])) if body else match[0].replace("\\/", "/")).rstrip("=")
    if len(letters) < MIN_BASE64 or (body and _CONTINUES.match(match.string, match.end())):
        return None
    hexed = None if body else _HEX.fullmatch(match[0])  # lines of digits are a list of hashes
    address = _DATA_URL.search(head)
    data = _decode_hex(hexed[1]) if hexed and not address else _decode_base64(letters)
    media = (address[1] if address else "") or media_type(data)
    if not data or (is_text(data) and not media.startswith(_MEDIA) and not media_type(data)):
        return None
    if not media and (_SECRET_WORD.search(head[-_SECRET_DISTANCE:]) or not (hexed or _is_evenly_distributed(letters))):
        return None
    if not (media or hexed or body) and (len(letters) < MIN_UNKNOWN or may_be_key(data)):
        return None
    start = match.start() - len(address[0] if address else "")
    return _EncodedRun(start, match.end(), "hex" if hexed and not address else "base64", media, data)


def _is_whole(text: str, run: _EncodedRun) -> bool:
    """Say whether it is no part of anything, and no key of an object."""
    before = text[max(run.start - 1, 0) : run.start]
    starts = before in _BEFORE or text.endswith("\\n", 0, run.start)
    return starts and bool(_AFTER.match(text, run.end)) and not _ENDS_KEY.match(text, run.end)


def _decode_base64(letters: str) -> bytes:
    """Return what base64 of either alphabet stands for; nothing where it is none."""
    if "-" in letters or "_" in letters:
        if "+" in letters or "/" in letters:
            return b""
        letters = letters.translate(_URL_SAFE)
    try:
        return a2b_base64(letters + "=" * (-len(letters) % 4), strict_mode=True)
    except Error:
        return b""


def _decode_hex(written: str) -> bytes:
    """Return the bytes of enough digits in pairs; nothing for a number, which has no letters, or fill."""
    letters = len(written) - sum(map(written.count, digits))
    if len(written) < MIN_HEX or len(written) % 2 or not 0.2 <= letters / len(written) <= 0.6:
        return b""
    return unhexlify(written)


def _is_evenly_distributed(letters: str) -> bool:
    """Say whether the kinds of letters are as frequent as in base64 of bytes: 26, 26, 10 and 2 of 64."""
    written = letters.encode()
    small, capital, numbers = (
        len(written) - len(written.translate(None, kind.encode()))
        for kind in (ascii_lowercase, ascii_uppercase, digits)
    )
    others = len(letters) - small - capital - numbers
    return (
        min(small, capital) >= 0.2 * len(letters)
        and numbers >= 0.06 * len(letters)
        and 0.004 * len(letters) <= others <= 0.08 * len(letters)
    )


def _dumps(text: str) -> Iterator[_EncodedRun]:
    """Yield the dumps of xxd and hexdump -C whose rows follow each other; a last row that is not full stays."""
    if "00: " not in text and "00  " not in text:
        return
    for match in _DUMP.finditer(text):
        rows = _ROW.findall(match[0])
        first = int(rows[0][0], 16)
        data = unhexlify("".join(row.replace(" ", "") for _, row in rows))
        following = all(int(at, 16) == first + 16 * number for number, (at, _) in enumerate(rows))
        media = media_type(data)
        if following and len(data) == 16 * len(rows) and (media or not is_text(data)):
            yield _EncodedRun(*match.span(), "hex dump", media, data)
