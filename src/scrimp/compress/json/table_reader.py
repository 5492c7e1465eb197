"""Expand tables into the objects they stand for."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from scrimp.compress.json.lexer import Container, find_containers
from scrimp.compress.json.table_format import ABSENT, COLS, LINES, MAX_DEPTH, MIN_ROWS, ROWS, Column

Containers = dict[int, Container]
_HEADERS = ([COLS, ROWS], [COLS, ABSENT, ROWS], [COLS, LINES], [COLS, ABSENT, LINES])


class JsonTable(Struct, frozen=True):
    """The header of a table, and the first lexeme of the array or object that holds its rows."""

    columns: tuple[Column, ...]
    absent: str
    rows: int
    is_jsonl: bool


class _RowExpansion(Struct):
    """The expansion of a table's rows: replacements of their lexemes, and the keys to insert before their values."""

    lexemes: Sequence[str]
    containers: Containers
    absent: str
    replacements: dict[int, str] = field(default_factory=dict)
    keys: dict[int, str] = field(default_factory=dict)

    def expand(self, row: int, columns: Sequence[Column]) -> bool:
        """Expand a row into the object it stands for; return whether it is a valid row."""
        if self.lexemes[row] == "{":
            return True  # left as it was
        values = self.containers[row].values if self.lexemes[row] == "[" else [row] * (len(columns) + 1)
        if len(values) > len(columns) or (values and self.lexemes[values[-1]] == self.absent):
            return False
        self.replacements[row], self.replacements[self.containers[row].last] = "{", "}"
        lexemes, absent = self.lexemes, self.absent
        for column, value in zip(columns, values, strict=False):
            if lexemes[value] == absent:
                self.replacements[value] = self.replacements[value + 1] = ""  # with the comma after it
                continue
            self.keys[value] = column.name
            if column.inner and lexemes[value] == "[" and not self._expand_inner(value, column):
                return False
        return True

    def _expand_inner(self, value: int, column: Column) -> bool:
        if not column.in_arrays:
            return self.expand(value, column.inner)
        return all(
            self.expand(item, column.inner) for item in self.containers[value].values if self.lexemes[item] == "["
        )


def expand_tables(lexemes: list[str], max_length: float = float("inf")) -> str:
    """Return the minified text of a value with its tables expanded, or as it is if that is longer than `max_length`."""
    containers = find_containers(lexemes)
    written = lexemes.copy()
    keys: dict[int, str] = {}
    for first, container in containers.items():
        if not container.keys or lexemes[container.keys[0]] != COLS:
            continue
        table = _read_header(lexemes, containers, first)
        expansion = _expand_rows(lexemes, containers, table) if table else None
        if table and expansion:
            written[first : table.rows] = [""] * (table.rows - first)
            written[containers[first].last] = ""
            for at, lexeme in expansion.replacements.items():
                written[at] = lexeme
            keys |= expansion.keys
    if keys and sum(map(len, written)) + sum(map(len, keys.values())) + len(keys) > max_length:
        return "".join(lexemes)
    for at, key in keys.items():
        written[at] = f"{key}:{written[at]}"
    return "".join(written)


def _read_header(lexemes: Sequence[str], containers: Containers, first: int) -> JsonTable | None:
    """Read the header of a table; return None for anything that `write_tables` does not write."""
    container = containers[first]
    header = [lexemes[key] for key in container.keys]
    if header not in _HEADERS or (LINES in header and (first or container.last != len(lexemes) - 1)):
        return None
    columns = _read_columns(lexemes, containers, container.values[0])
    absent = lexemes[container.values[1]] if ABSENT in header else ""
    rows = containers.get(container.values[-1])
    if not columns or (ABSENT in header and absent[0] != '"') or not rows or len(rows.values) < MIN_ROWS:
        return None
    if LINES in header and rows.keys:
        return None
    return JsonTable(columns, absent, container.values[-1], LINES in header)


def _read_columns(lexemes: Sequence[str], containers: Containers, at: int, depth: int = 0) -> tuple[Column, ...]:
    """Read columns; return () for anything that is not columns."""
    if lexemes[at] != "[" or depth > MAX_DEPTH:
        return ()
    columns: list[Column] = []
    for item in containers[at].values:
        if lexemes[item][0] == '"':
            columns.append(Column(lexemes[item]))
            continue
        pair = containers.get(item)
        if pair is None or len(pair.keys) != 1 or lexemes[pair.values[0]] != "[":
            return ()
        named = pair.values[0]
        values = containers[named].values
        in_arrays = len(values) == 1 and lexemes[values[0]] == "["
        inner = _read_columns(lexemes, containers, values[0] if in_arrays else named, depth + 1)
        if not inner:
            return ()
        columns.append(Column(lexemes[pair.keys[0]], inner, in_arrays=in_arrays))
    return tuple(columns)


def _expand_rows(lexemes: Sequence[str], containers: Containers, table: JsonTable) -> _RowExpansion | None:
    """Return the expansion of the rows, or None if one of them is not a row of this table."""
    expansion = _RowExpansion(lexemes, containers, table.absent)
    rows = containers[table.rows]
    if not all(expansion.expand(row, table.columns) for row in rows.values):
        return None
    if table.is_jsonl:
        expansion.replacements |= dict.fromkeys((row - 1 for row in rows.values), "\n")
        expansion.replacements[table.rows] = expansion.replacements[rows.last] = ""
    return expansion
