"""Arrays of alike objects, maps of them, and lines of JSONL, written as a table that names each key once.

`[{"id":1,"name":"a"},{"id":2,"name":"b"},...]` is written `{"_cols":["id","name"],"_rows":[[1,"a"],[2,"b"],...]}`.
Keys and values stay as they are written; what is saved is counted in characters of the minified text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from scrimp.compress.json.lexer import Container, find_containers, lex_records
from scrimp.compress.json.table_format import LINES, MIN_ROWS, ROWS, has_table_keys, table_header
from scrimp.compress.json.table_schema import TableSchema, infer_schema

_MIN_SAVING = 10  # a table is written where that saves one character in ten
# What may stand for what is not there, each with its other spellings: the first that comes nowhere in the text.
_ABSENT_MARKS = tuple((f'"{mark}"', f'"\\u{ord(mark):04x}"', f'"\\u{ord(mark):04X}"') for mark in "-_~^")


def write_tables(text: str) -> str:
    """Write each array or map of three or more alike objects as a table where that makes it a tenth shorter.

    So are the lines of JSONL. Objects are alike that have the same keys in the same order, or some of them. A text that
    is not JSON or JSONL, or that has a key `_cols` or `_rows` of its own, comes back unchanged; so does one in which no
    table is worth it.
    """
    if text.count("{") < MIN_ROWS or has_table_keys(text):
        return text
    found = lex_records(text)
    if not found:
        return text
    if len(found) == 1:
        return _write_record(found[0]) or text
    return (
        _write_record(["[", *[lexeme for record in found for lexeme in (*record, ",")][:-1], "]"], lines=True) or text
    )


def _write_record(lexemes: list[str], *, lines: bool = False) -> str:
    """Return the minified text of a value with its tables, outer ones first, or nothing if no table is worth it.

    With `lines` the outermost array stands for the lines of JSONL.
    """
    found = find_containers(lexemes)
    lengths = list(accumulate(map(len, lexemes), initial=0))
    mark = _unused_mark(lexemes)
    written = lexemes.copy()
    in_tables: set[int] = set()
    for first in sorted(found):
        whole = lines and not first
        if first not in in_tables and (shape := _schema_of(lexemes, found, first, gaps=bool(mark))) is not None:
            head = (LINES if whole else ROWS, mark if shape.has_gaps else "")
            if (shape.saved - len(table_header((), *head))) * _MIN_SAVING >= lengths[found[first].last + 1] - lengths[
                first
            ]:
                _write_table(written, found, first, table_header(shape.columns, *head), shape, mark)
                in_tables |= shape.rows.keys() | shape.lists
                continue
        if whole:
            _write_jsonl(written, found[first])
    return "".join(written) if in_tables else ""


def _unused_mark(lexemes: Sequence[str]) -> str:
    """Return what is to stand for what is not there; nothing where each candidate is there already."""
    present = set(lexemes)
    return next((spellings[0] for spellings in _ABSENT_MARKS if present.isdisjoint(spellings)), "")


def _schema_of(lexemes: list[str], found: dict[int, Container], first: int, *, gaps: bool) -> TableSchema | None:
    """Return what the values of an array or object share, if they are objects and three or more of them do."""
    whole = found[first]
    if len(whole.keys) < MIN_ROWS > len(whole.items):
        return None
    values = whole.values
    if any(lexemes[value] != "{" for value in values):
        return None
    shape = infer_schema(lexemes, found, values, gaps=gaps)
    return shape if shape is not None and shape.own_rows >= MIN_ROWS else None


def _write_table(
    written: list[str], found: dict[int, Container], first: int, start: str, shape: TableSchema, mark: str
) -> None:
    written[first] = start + written[first]
    written[found[first].last] += "}"
    for row, gaps in shape.rows.items():
        written[row], written[found[row].last] = "[", "]"
        for key in found[row].keys:
            written[key] = written[key + 1] = ""
        if any(gaps):
            for key, gap in zip(found[row].keys, gaps, strict=True):
                written[key] = f"{mark}," * gap


def _write_jsonl(written: list[str], array: Container) -> None:
    for value in array.values:
        written[value - 1] = "\n"
    written[array.values[0] - 1] = written[array.last] = ""
