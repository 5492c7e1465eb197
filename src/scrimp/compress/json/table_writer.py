"""Write arrays and maps of objects with the same keys, and lines of JSONL, as tables that name each key once.

`[{"id":1,"name":"a"},{"id":2,"name":"b"},...]` becomes `{"_cols":["id","name"],"_rows":[[1,"a"],[2,"b"],...]}`.
The spelling of keys and values does not change; savings are counted in characters of the minified text.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from scrimp.compress.json.lexer import Container, find_containers, lex_records
from scrimp.compress.json.table_format import LINES, MIN_ROWS, ROWS, has_table_keys, table_header
from scrimp.compress.json.table_schema import TableSchema, infer_schema

_MIN_SAVING = 10  # a table is written if it saves at least one character in this many
# Candidates for the mark of an absent value, each in all its spellings: the first not found in the text is used.
_ABSENT_MARKS = tuple((f'"{mark}"', f'"\\u{ord(mark):04x}"', f'"\\u{ord(mark):04X}"') for mark in "-_~^")


def write_tables(text: str) -> str:
    """Write each array or map of three or more objects with the same keys as a table if that makes it a tenth shorter.

    So are the lines of JSONL. The keys must be in the same order, and some may be missing. A text that is not JSON or
    JSONL, that has a key `_cols` or `_rows` of its own, or in which no table saves enough, comes back unchanged.
    """
    if text.count("{") < MIN_ROWS or has_table_keys(text):
        return text
    containers = lex_records(text)
    if not containers:
        return text
    if len(containers) == 1:
        return _write_record(containers[0]) or text
    return (
        _write_record(["[", *[lexeme for record in containers for lexeme in (*record, ",")][:-1], "]"], jsonl=True)
        or text
    )


def _write_record(lexemes: list[str], *, jsonl: bool = False) -> str:
    """Return the minified text of a value with tables, outer ones first, or "" if no table saves enough.

    With `jsonl`, the outermost array stands for the lines of JSONL.
    """
    containers = find_containers(lexemes)
    lengths = list(accumulate(map(len, lexemes), initial=0))
    mark = _unused_mark(lexemes)
    written = lexemes.copy()
    in_tables: set[int] = set()
    for first in sorted(containers):
        is_jsonl = jsonl and not first
        if first not in in_tables and (schema := _schema_of(lexemes, containers, first, gaps=bool(mark))) is not None:
            header = (LINES if is_jsonl else ROWS, mark if schema.has_gaps else "")
            if (schema.saved - len(table_header((), *header))) * _MIN_SAVING >= lengths[
                containers[first].last + 1
            ] - lengths[first]:
                _write_table(written, containers, first, table_header(schema.columns, *header), schema, mark)
                in_tables |= schema.rows.keys() | schema.lists
                continue
        if is_jsonl:
            _write_jsonl(written, containers[first])
    return "".join(written) if in_tables else ""


def _unused_mark(lexemes: Sequence[str]) -> str:
    """Return a mark for absent values, or "" if all candidates occur in the text."""
    present = set(lexemes)
    return next((spellings[0] for spellings in _ABSENT_MARKS if present.isdisjoint(spellings)), "")


def _schema_of(lexemes: list[str], containers: dict[int, Container], first: int, *, gaps: bool) -> TableSchema | None:
    """Return the schema of the values of an array or object, if all are objects and three or more become rows."""
    container = containers[first]
    if len(container.keys) < MIN_ROWS > len(container.items):
        return None
    values = container.values
    if any(lexemes[value] != "{" for value in values):
        return None
    schema = infer_schema(lexemes, containers, values, gaps=gaps)
    return schema if schema is not None and schema.own_rows >= MIN_ROWS else None


def _write_table(
    written: list[str], containers: dict[int, Container], first: int, start: str, schema: TableSchema, mark: str
) -> None:
    written[first] = start + written[first]
    written[containers[first].last] += "}"
    for row, gaps in schema.rows.items():
        written[row], written[containers[row].last] = "[", "]"
        for key in containers[row].keys:
            written[key] = written[key + 1] = ""
        if any(gaps):
            for key, gap in zip(containers[row].keys, gaps, strict=True):
                written[key] = f"{mark}," * gap


def _write_jsonl(written: list[str], array: Container) -> None:
    for value in array.values:
        written[value - 1] = "\n"
    written[array.values[0] - 1] = written[array.last] = ""
