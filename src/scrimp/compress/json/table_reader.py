"""Tables read back as the objects they stand for."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from scrimp.compress.json.lexer import Container, find_containers
from scrimp.compress.json.table_format import ABSENT, COLS, LINES, MAX_DEPTH, MIN_ROWS, ROWS, Column

Containers = dict[int, Container]
_HEADERS = ([COLS, ROWS], [COLS, ABSENT, ROWS], [COLS, LINES], [COLS, ABSENT, LINES])


class JsonTable(Struct, frozen=True):
    """What a table says of its rows, and the first lexeme of the array or object they are in."""

    columns: tuple[Column, ...]
    absent: str
    rows: int
    lines: bool


class _RowExpansion(Struct):
    """What is read in place of the lexemes of a table's rows, and the names that are read before them."""

    lexemes: Sequence[str]
    found: Containers
    absent: str
    instead: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def opens(self, row: int, columns: Sequence[Column]) -> bool:
        """Read a row as the object it stands for; say whether it can be one."""
        if self.lexemes[row] == "{":
            return True  # as it was
        values = self.found[row].values if self.lexemes[row] == "[" else [row] * (len(columns) + 1)
        if len(values) > len(columns) or (values and self.lexemes[values[-1]] == self.absent):
            return False
        self.instead[row], self.instead[self.found[row].last] = "{", "}"
        lexemes, absent = self.lexemes, self.absent
        for column, value in zip(columns, values, strict=False):
            if lexemes[value] == absent:
                self.instead[value] = self.instead[value + 1] = ""  # with the comma after it
                continue
            self.names[value] = column.name
            if column.inner and lexemes[value] == "[" and not self._opens_inner(value, column):
                return False
        return True

    def _opens_inner(self, value: int, column: Column) -> bool:
        if not column.many:
            return self.opens(value, column.inner)
        return all(self.opens(item, column.inner) for item in self.found[value].values if self.lexemes[item] == "[")


def expand_tables(lexemes: list[str], most: float = float("inf")) -> str:
    """Return the minified text of a value without its tables, or with them all if it would be longer than `most`."""
    found = find_containers(lexemes)
    written = lexemes.copy()
    names: dict[int, str] = {}
    for first, whole in found.items():
        if not whole.keys or lexemes[whole.keys[0]] != COLS:
            continue
        table = _read_header(lexemes, found, first)
        reading = _expand_rows(lexemes, found, table) if table else None
        if table and reading:
            written[first : table.rows] = [""] * (table.rows - first)
            written[found[first].last] = ""
            for at, lexeme in reading.instead.items():
                written[at] = lexeme
            names |= reading.names
    if names and sum(map(len, written)) + sum(map(len, names.values())) + len(names) > most:
        return "".join(lexemes)
    for at, name in names.items():
        written[at] = f"{name}:{written[at]}"
    return "".join(written)


def _read_header(lexemes: Sequence[str], found: Containers, first: int) -> JsonTable | None:
    """Read the heading of a table; nothing where it is none that `columns` writes."""
    whole = found[first]
    head = [lexemes[key] for key in whole.keys]
    if head not in _HEADERS or (LINES in head and (first or whole.last != len(lexemes) - 1)):
        return None
    columns = _read_columns(lexemes, found, whole.values[0])
    absent = lexemes[whole.values[1]] if ABSENT in head else ""
    rows = found.get(whole.values[-1])
    if not columns or (ABSENT in head and absent[0] != '"') or not rows or len(rows.values) < MIN_ROWS:
        return None
    if LINES in head and rows.keys:
        return None
    return JsonTable(columns, absent, whole.values[-1], LINES in head)


def _read_columns(lexemes: Sequence[str], found: Containers, at: int, depth: int = 0) -> tuple[Column, ...]:
    """Read columns; none where they are not written as columns are."""
    if lexemes[at] != "[" or depth > MAX_DEPTH:
        return ()
    columns: list[Column] = []
    for item in found[at].values:
        if lexemes[item][0] == '"':
            columns.append(Column(lexemes[item]))
            continue
        pair = found.get(item)
        if pair is None or len(pair.keys) != 1 or lexemes[pair.values[0]] != "[":
            return ()
        named = pair.values[0]
        values = found[named].values
        many = len(values) == 1 and lexemes[values[0]] == "["
        inner = _read_columns(lexemes, found, values[0] if many else named, depth + 1)
        if not inner:
            return ()
        columns.append(Column(lexemes[pair.keys[0]], inner, many=many))
    return tuple(columns)


def _expand_rows(lexemes: Sequence[str], found: Containers, table: JsonTable) -> _RowExpansion | None:
    """Return what the rows stand for, or nothing if one of them is no row of this table."""
    reading = _RowExpansion(lexemes, found, table.absent)
    rows = found[table.rows]
    if not all(reading.opens(row, table.columns) for row in rows.values):
        return None
    if table.lines:
        reading.instead |= dict.fromkeys((row - 1 for row in rows.values), "\n")
        reading.instead[table.rows] = reading.instead[rows.last] = ""
    return reading
