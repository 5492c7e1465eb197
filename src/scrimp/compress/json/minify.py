"""Remove insignificant white space from JSON."""

from __future__ import annotations

from scrimp.compress.json.lexer import WHITESPACE, is_record, is_value


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
    if any(line != line.strip(WHITESPACE) for line in lines):
        return "\n".join(map(_minify_line, lines))
    return _without_space(body, " \t")


def _minify_line(line: str) -> str:
    """Return a line with its record minified between the white space around it."""
    core = line.strip(WHITESPACE)
    return line.replace(core, _without_space(core), 1)


def _without_space(value: str, space: str = WHITESPACE) -> str:
    """Return a valid value without the white space between its lexemes."""
    data = value.encode("utf-8", "surrogatepass").replace(b"\\\\", b"\xff").replace(b'\\"', b"\xfe")  # not in UTF-8
    parts = data.split(b'"')  # every other one is a string
    parts[::2] = b'"'.join(parts[::2]).translate(None, space.encode()).split(b'"')
    return b'"'.join(parts).replace(b"\xfe", b'\\"').replace(b"\xff", b"\\\\").decode("utf-8", "surrogatepass")
