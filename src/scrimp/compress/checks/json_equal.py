"""The check of every rule for JSON: both texts are spelled the same, and another parser decodes the same values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from scrimp.compress.json.columns import COLS, LEGEND, LINES, LINES_LEGEND, ROWS
from scrimp.compress.json.lexer import Container, find_containers, lex_records

_DECODER = msgspec.json.Decoder()
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)


def json_equal(before: str, after: str) -> bool:
    """Return whether two texts are the same JSON, spelled the same, except for white space and columns.

    A text that is not JSON or JSONL equals only itself. Without white space both must be the same and have the same
    strings, and msgspec must decode the same from both, at once or line by line; neither shares code with the rules.
    What is beyond msgspec (too deep a nesting, too large a number, half a surrogate) is compared by its lexemes.
    """
    if before == after:
        return True
    if after.startswith((LEGEND, LINES_LEGEND)) and COLS not in before:
        return expanded(after) == _minified(before) != ""
    if _without_space(before) != _without_space(after) or _STRING.findall(before) != _STRING.findall(after):
        return False
    for decode in (_DECODER.decode, _records):
        with suppress(ValueError, RecursionError):
            return decode(before) == decode(after)
    return _minified(before) == _minified(after) != ""


def _without_space(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass").translate(None, b" \t\n\r")


def _records(text: str) -> tuple[object, ...]:
    """Return what the lines of JSONL are decoded to; raise ValueError where there is not a record on each."""
    records = tuple(_DECODER.decode_lines(text))
    lines = sum(1 for line in text.split("\n") if line.strip())
    if not records or len(records) != lines or not all(isinstance(record, (dict, list)) for record in records):
        raise ValueError("not JSONL")
    return records


def expanded(text: str) -> str:
    """Return minified JSON with the objects again that columns stand for, or "" where they do not fit."""
    records = [_expanded(record) for record in lex_records(text.partition("\n")[2])]
    return "\n".join(records) if all(records) else ""


def _minified(text: str) -> str:
    return "\n".join(map("".join, lex_records(text)))


def _expanded(lexemes: list[str]) -> str:
    containers = find_containers(lexemes)
    written = lexemes.copy()
    for first, table in containers.items():
        if [lexemes[key] for key in table.keys] in ([COLS, ROWS], [COLS, LINES]):
            columns, rows = (containers.get(value) for value in table.values)
            if not columns or not rows or not _write_objects(written, lexemes, containers, columns, rows):
                return ""
            written[first : table.values[1]] = [""] * (table.values[1] - first)
            written[table.last] = ""
            if lexemes[table.keys[1]] == LINES:
                written[table.values[1]] = written[rows.last] = ""
                for row in rows.items[1:]:
                    written[row - 1] = "\n"
    return "".join(written)


def _write_objects(
    written: list[str], lexemes: Sequence[str], containers: dict[int, Container], columns: Container, rows: Container
) -> bool:
    """Write each row as an object; return whether all are rows of these columns."""
    names = [lexemes[column] for column in columns.items]
    for row in rows.items:
        values = containers[row].items if lexemes[row] == "[" else [0] * (len(names) + 1)
        if len(values) > len(names):
            return False
        for name, value in zip(names, values, strict=False):
            written[value] = f"{name}:{written[value]}"
        written[row], written[containers[row].last] = "{", "}"
    return True
