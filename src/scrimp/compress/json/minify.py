"""Remove insignificant white space from JSON."""

from __future__ import annotations

import re

from scrimp.compress.json.lexer import WHITESPACE, is_record, is_value

_AT_LINE_END = re.compile(r"^[ \t\r]|[ \t\r]$", re.MULTILINE)
# What has no white space outside of strings.
_PIECE = re.compile(r'(?:[^"\s]|"[^"\\]*+(?:\\.[^"\\]*+)*+")++', re.DOTALL)


def minify(text: str) -> str:
    """Return a JSON document without insignificant white space, also at its ends, or JSONL with that between its lines.

    Text that is not strictly JSON comes back unchanged.
    """
    body = text.strip(WHITESPACE)
    if is_value(body):
        return _without_space(body)
    lines = body.split("\n")
    if len(lines) == 1 or not all(is_record(line) for line in lines if line.strip(WHITESPACE)):
        return text
    if '\\"' in body or _AT_LINE_END.search(body):
        return "\n".join(map(_minify_line, lines))
    return _without_space(body, " \t")


def _minify_line(line: str) -> str:
    """Return a line with its record minified between the white space around it."""
    core = line.strip(WHITESPACE)
    start = len(line) - len(line.lstrip(WHITESPACE))
    return line[:start] + _without_space(core) + line[start + len(core) :]


def _without_space(value: str, space: str = WHITESPACE) -> str:
    """Return a valid value without the white space between its lexemes."""
    if '\\"' in value:
        return "".join(_PIECE.findall(value))
    parts = value.encode("utf-8", "surrogatepass").split(b'"')  # every other one is a string
    parts[::2] = b'"'.join(parts[::2]).translate(None, space.encode()).split(b'"')
    return b'"'.join(parts).decode("utf-8", "surrogatepass")
