"""Remove insignificant white space from JSON."""

from __future__ import annotations

import re

from scrimp.compress.json.lexer import WHITESPACE, are_records, is_value

# Few enough bytes for the processor's cache, up to the end of a line: no string goes on in the next one.
_PIECE = re.compile(rb"(?s:.{1,16384})[^\n]*+\n?")


def minify(text: str) -> str:
    """Return a JSON document without insignificant white space, also at its ends, or JSONL with that between its lines.

    Text that is not strictly JSON comes back unchanged.
    """
    body = text.strip(WHITESPACE)
    if is_value(body):
        return _without_space(body)
    if "\n" not in body or not are_records(body):
        return text
    lines = body.split("\r\n" if body.count("\r\n") == body.count("\n") == body.count("\r") else "\n")
    if any(line != line.strip(WHITESPACE) for line in lines):
        cores = ((line, line.strip(WHITESPACE)) for line in body.split("\n"))
        return "\n".join([line.replace(core, _without_space(core), 1) for line, core in cores])
    return _without_space(body, " \t")


def _without_space(value: str, space: str = WHITESPACE) -> str:
    """Return valid values without the white space between their lexemes."""
    data = value.encode("utf-8", "surrogatepass").replace(b"\\\\", b"\xff").replace(b'\\"', b"\xfe")  # not in UTF-8
    data = b"".join([_without(piece, space.encode()) for piece in _PIECE.findall(data)])
    return data.replace(b"\xfe", b'\\"').replace(b"\xff", b"\\\\").decode("utf-8", "surrogatepass")


def _without(data: bytes, space: bytes) -> bytes:
    parts = data.split(b'"')  # every other one is a string
    parts[::2] = b'"'.join(parts[::2]).translate(None, space).split(b'"')
    return b'"'.join(parts)
