"""The check of every rule for JSON: both texts are spelled the same, and another parser decodes the same values."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import msgspec

from scrimp.compress.json.columns import COLS, LEGEND, LINES, LINES_LEGEND, ROWS
from scrimp.compress.json.lexer import Container, find_containers, lex_records

_DECODER = msgspec.json.Decoder()


def json_equal(before: str, after: str) -> bool:
    """Return whether two texts are the same JSON, spelled the same, except for white space and columns.

    A text that is not JSON or JSONL equals only itself. msgspec must write the same of both without white space, or of
    their lines, and decode the same from each of these; it shares no code with the rules. What is beyond msgspec (too
    deep a nesting, half a surrogate) is compared by its lexemes.
    """
    if before == after:
        return True
    if after.startswith((LEGEND, LINES_LEGEND)) and COLS not in before:
        return expanded(after) == _minified(before) != ""
    with suppress(ValueError, RecursionError):
        return _formatted(before) == _formatted(after)
    with suppress(ValueError, RecursionError):
        return _records(before) == _records(after)
    return _minified(before) == _minified(after) != ""


def _formatted(text: str) -> bytes:
    return msgspec.json.format(text.encode(), indent=-1)


def _records(text: str) -> tuple[bytes, list[object]]:
    """Return what is on the lines of JSONL, and what they decode to; raise ValueError if one is not a record."""
    lines = list(filter(str.strip, text.split("\n")))
    records = _DECODER.decode_lines(text)
    if not records or len(records) != len(lines) or not {*map(type, records)} <= {dict, list}:
        raise ValueError("not JSONL")
    return _formatted(f"[{','.join(lines)}]"), records


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
