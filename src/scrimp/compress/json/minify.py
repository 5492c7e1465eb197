"""Remove insignificant white space from JSON."""

from __future__ import annotations

from collections.abc import Iterable

from scrimp.compress.json.lexer import WHITESPACE, lex_records


def minify(text: str) -> str:
    """Return a JSON document without insignificant white space, also at its ends, or JSONL with that between its lines.

    Text that is not strictly JSON comes back unchanged.
    """
    records = lex_records(text)
    if len(records) < 2:
        return "".join(records[0]) if records else text
    minified = map("".join, records)
    return "\n".join(_minify_line(line, minified) for line in text.strip(WHITESPACE).split("\n"))


def _minify_line(line: str, minified: Iterable[str]) -> str:
    """Return a line with the next record in the place of its own, or a blank one as it is."""
    start = len(line) - len(line.lstrip(WHITESPACE))
    end = len(line.rstrip(WHITESPACE))
    return line[:start] + next(iter(minified)) + line[end:] if end else line
