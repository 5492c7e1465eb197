"""A table of alike objects: what it is written with, and the columns of its rows.

Objects `{"id":1,"name":{"first":"a","last":"b"}}` under one another are written once as columns, and each as a row:

    {"_cols":["id",{"name":["first","last"]}],"_rows":[[1,["a","b"]],[2,["c","d"]],{"other":3}]}

A column whose values are objects names theirs, `{"name":["first","last"]}`, and one whose values are arrays of objects
names theirs in two brackets, `{"names":[["first","last"]]}`. A row that is an array has the columns' values in their
order, one that is an object is an object as it was. A row may end early: what it does not reach is not there. What is
not there within a row is named by `"_absent"`, a string that comes nowhere else. `_rows` is an object where the rows
had keys of their own, and it is called `_lines` where each row was a line of JSONL.
"""

from __future__ import annotations

import re

from msgspec import Struct

from scrimp.compress.json.lexer import WHITESPACE

COLS, ROWS, LINES, ABSENT = '"_cols"', '"_rows"', '"_lines"', '"_absent"'
MIN_ROWS = 3
MAX_DEPTH = 6  # columns within columns


class Column(Struct, frozen=True):
    """The lexeme of a key, and the columns of its values where they are objects, or arrays of objects."""

    name: str
    inner: tuple[Column, ...] = ()
    many: bool = False

    def written(self) -> str:
        """Return the column as it is written in a table."""
        if not self.inner:
            return self.name
        inner = ",".join(column.written() for column in self.inner)
        return f"{{{self.name}:[[{inner}]]}}" if self.many else f"{{{self.name}:[{inner}]}}"


def table_header(columns: tuple[Column, ...], rows: str, absent: str) -> str:
    """Return what a table begins with, up to its rows; `absent` is empty where nothing is."""
    names = ",".join(column.written() for column in columns)
    return f"{{{COLS}:[{names}],{f'{ABSENT}:{absent},' if absent else ''}{rows}:"


def has_table_keys(text: str) -> bool:
    """Say whether a key of a JSON text is `_cols` or `_rows`, with or without escapes."""
    if "_cols" not in text and "_rows" not in text and "\\u" not in text:
        return False
    return _RESERVED.search(text) is not None


def _any_spelling(word: str) -> str:
    return "".join(rf"(?:{letter}|\\u(?i:{ord(letter):04x}))" for letter in word)


# In valid JSON a quotation mark without a backslash begins or ends a string, and no string is followed by a letter.
_RESERVED = re.compile(rf'"(?<!\\")(?:{_any_spelling("_cols")}|{_any_spelling("_rows")})"[{WHITESPACE}]*+:')
