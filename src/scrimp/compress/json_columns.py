"""Arrays of objects with the same keys, written as a table that names each key once, and read back from it.

`[{"id":1,"name":"a"},{"id":2,"name":"b"},...]` is written `{"_cols":["id","name"],"_rows":[[1,"a"],[2,"b"],...]}`.
Keys and values stay as they are written; what is saved is counted in characters of the minified text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from msgspec import Struct

from scrimp.compress.json_lexical import WHITE, Container, containers, records

_FEWEST_ROWS = 3
_WORTH = 10  # an array is written as a table where that saves one character in ten

_COLS, _ROWS = '"_cols"', '"_rows"'
_BEFORE_COLS, _BEFORE_ROWS, _AFTER_ROWS = f"{{{_COLS}:[", f"],{_ROWS}:[", "]}"
_FRAME = len(_BEFORE_COLS + _BEFORE_ROWS + _AFTER_ROWS) - len("[]")


class Table(Struct, frozen=True):
    """Rows under the names of their columns: an array of objects, or what it is written as."""

    names: list[str]
    rows: list[int]  # the first lexeme of each

    @property
    def saved(self) -> int:
        """How many characters shorter the table is than the objects."""
        names = sum(map(len, self.names)) + len(self.names)  # with a colon, or but for one the comma, after each
        return names * (len(self.rows) - 1) - _FRAME + 1


def columns(text: str) -> str:
    """Write each array of three or more alike objects as a table where that makes the array a tenth shorter.

    Alike means the same keys in the same order. A text that is not JSON or JSONL, or that has a key `_cols` or `_rows`
    of its own, comes back unchanged; so does one in which no array is worth it.
    """
    if names_columns(text):
        return text
    found = records(text)
    written = [_written(lexemes) for lexemes in found]
    return "\n".join(written) if written != list(map("".join, found)) else text


def expanded(text: str) -> str:
    """Write each table as the objects it stands for: the inverse of `columns` for minified text.

    A key of a table is repeated for each of its rows, so the text can be much longer than the one given.
    """
    found = records(text)
    written = [expansion(lexemes) for lexemes in found]
    return "\n".join(written) if written != list(map("".join, found)) else text


def names_columns(text: str) -> bool:
    """Say whether a key of a JSON text is `_cols` or `_rows`, with or without escapes."""
    return _RESERVED.search(text) is not None


def _any_spelling(word: str) -> str:
    return "".join(rf"(?:{letter}|\\u(?i:{ord(letter):04x}))" for letter in word)


# In valid JSON a quotation mark without a backslash begins or ends a string, and no string is followed by a letter.
_RESERVED = re.compile(rf'(?<!\\)"(?:{_any_spelling("_cols")}|{_any_spelling("_rows")})"[{WHITE}]*+:')


def _written(lexemes: list[str]) -> str:
    """Return the minified text of a value with its tables."""
    plain = "".join(lexemes)
    if plain.count("},{") < _FEWEST_ROWS - 1:
        return plain  # for speed: no array has objects enough
    written = lexemes.copy()
    lengths = list(accumulate(map(len, lexemes), initial=0))
    found = containers(lexemes)
    for first, array in found.items():
        table = _alike(lexemes, found, first, array)
        if table and table.saved * _WORTH >= lengths[array.last + 1] - lengths[first]:
            written[first] = _BEFORE_COLS + ",".join(table.names) + _BEFORE_ROWS
            written[array.last] = _AFTER_ROWS
            for row in table.rows:
                written[row], written[found[row].last] = "[", "]"
                for key in found[row].keys:
                    written[key] = written[key + 1] = ""
    return "".join(written)


def _alike(lexemes: list[str], found: dict[int, Container], first: int, array: Container) -> Table | None:
    """Return the objects of an array if all its values are objects with the same keys."""
    rows = array.values
    if lexemes[first] != "[" or len(rows) < _FEWEST_ROWS or any(lexemes[row] != "{" for row in rows):
        return None
    names = [lexemes[key] for key in found[rows[0]].keys]
    alike = all([lexemes[key] for key in found[row].keys] == names for row in rows)
    return Table(names, rows) if alike else None


def expansion(lexemes: list[str], most: float = float("inf")) -> str:
    """Return the minified text of a value without its tables, or with them all if it would be longer than `most`."""
    written = lexemes.copy()
    found = containers(lexemes)
    tables = list(_tables(lexemes, found))
    if sum(map(len, lexemes)) + sum(table.saved for _, table in tables) > most:
        return "".join(lexemes)
    for first, table in tables:
        start = found[first].values[1]
        written[first:start] = [""] * (start - first)
        written[found[first].last] = ""
        for row in table.rows:
            written[row], written[found[row].last] = "{", "}"
            for name, item in zip(table.names, found[row].values, strict=True):
                written[item] = f"{name}:{written[item]}"
    return "".join(written)


def _tables(lexemes: list[str], found: dict[int, Container]) -> Iterator[tuple[int, Table]]:
    """Yield what `columns` may have written, and the index of its first lexeme, inner ones before outer ones."""
    for first, table in found.items():
        if [lexemes[key] for key in table.keys] != [_COLS, _ROWS]:
            continue
        names, rows = (found.get(item) for item in table.values)
        if not names or not rows or not names.values or len(rows.values) < _FEWEST_ROWS or names.keys or rows.keys:
            continue
        sizes = (len(found[row].values) if lexemes[row] == "[" else 0 for row in rows.values)
        if all(lexemes[name][0] == '"' for name in names.values) and all(size == len(names.values) for size in sizes):
            yield first, Table([lexemes[name] for name in names.values], rows.values)
