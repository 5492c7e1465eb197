"""The check of every rule for JSON: both texts are spelled the same, as a formatter writes them that no rule uses."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from scrimp.compress.json.columns import COLS, LEGEND, LINES, LINES_LEGEND, ROWS
from scrimp.compress.json.lexer import Container, find_containers, lex_records

_DECODER = msgspec.json.Decoder(msgspec.Raw)


def json_equal(before: str, after: str) -> bool:
    """Return whether two texts are the same JSON, spelled the same, except for white space and columns.

    A text that is not JSON or JSONL equals only itself. msgspec's formatter must write the same of both; the rules cut
    bytes. What is beyond it (too deep a nesting, half a surrogate) is compared by its lexemes.
    """
    if before == after:
        return True
    if after.startswith((LEGEND, LINES_LEGEND)) and COLS not in before:
        return expanded(after) == _minified(before) != ""
    try:
        return (formatted := _formatted(before)) == after.encode() or formatted == _formatted(after)
    except (ValueError, RecursionError):
        return _minified(before) == _minified(after) != ""


def _formatted(text: str) -> bytes:
    """Return a document without white space, or records with a byte that no text has; raise ValueError for others."""
    try:
        return msgspec.json.format(text.encode(), indent=-1)
    except ValueError:
        lines = list(filter(None, map(str.strip, text.split("\n"))))
    if not lines or len(_DECODER.decode_lines(text)) != len(lines) or not {line[0] for line in lines} <= {"{", "["}:
        raise ValueError("not JSONL")
    return b"\xff" + msgspec.json.format(f"[{','.join(lines)}]".encode(), indent=-1)


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
            columns, rows = (containers.get(key + 2) for key in table.keys)
            if not columns or not rows or not _write_objects(written, lexemes, containers, columns, rows):
                return ""
            value = table.keys[1] + 2
            written[first:value] = [""] * (value - first)
            written[table.last] = ""
            if lexemes[table.keys[1]] == LINES:
                written[value] = written[rows.last] = ""
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
