"""The format of a table: JSON objects with the same keys, whose keys are written once, as columns.

A list of objects such as `{"id":1,"name":{"first":"a","last":"b"}}` becomes columns and rows:

    {"_cols":["id",{"name":["first","last"]}],"_rows":[[1,["a","b"]],[2,["c","d"]],{"other":3}]}

A column of objects names their columns, `{"name":["first","last"]}`, and a column of arrays of objects does so in two
brackets, `{"names":[["first","last"]]}`. A row that is an array holds the values in the order of the columns; a row
that is an object is left as it was. A row may end early, and then lacks the last keys. A key missing before that is
marked by the string that `"_absent"` names, which occurs nowhere else. `_rows` is an object if the objects were values
of keys, and is called `_lines` if each was a line of JSONL.
"""

from __future__ import annotations

import re

from msgspec import Struct

from scrimp.compress.json.lexer import WHITESPACE

COLS, ROWS, LINES, ABSENT = '"_cols"', '"_rows"', '"_lines"', '"_absent"'
MIN_ROWS = 3
MAX_DEPTH = 6  # columns within columns


class Column(Struct, frozen=True):
    """The lexeme of a key, and the columns of its values if they are objects, or arrays of objects."""

    name: str
    inner: tuple[Column, ...] = ()
    in_arrays: bool = False

    def to_json(self) -> str:
        """Return the column as it is written in a table."""
        if not self.inner:
            return self.name
        inner = ",".join(column.to_json() for column in self.inner)
        return f"{{{self.name}:[[{inner}]]}}" if self.in_arrays else f"{{{self.name}:[{inner}]}}"


def table_header(columns: tuple[Column, ...], rows: str, absent: str) -> str:
    """Return the start of a table, up to its rows; `absent` is empty if no row has a gap."""
    names = ",".join(column.to_json() for column in columns)
    return f"{{{COLS}:[{names}],{f'{ABSENT}:{absent},' if absent else ''}{rows}:"


def has_table_keys(text: str) -> bool:
    """Return whether any key of a JSON text is `_cols` or `_rows`, with or without escapes."""
    if "_cols" not in text and "_rows" not in text and "\\u" not in text:
        return False
    return _RESERVED.search(text) is not None


def _any_spelling(word: str) -> str:
    return "".join(rf"(?:{letter}|\\u(?i:{ord(letter):04x}))" for letter in word)


# In valid JSON an unescaped quotation mark starts or ends a string, and no letter follows a string.
_RESERVED = re.compile(rf'"(?<!\\")(?:{_any_spelling("_cols")}|{_any_spelling("_rows")})"[{WHITESPACE}]*+:')
