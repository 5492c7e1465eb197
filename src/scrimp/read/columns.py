"""The columns of a row: found by name, converted to text, listed in messages."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scrimp.errors import InputError
from scrimp.values import Json, JsonObject

# A table may have hundreds of columns; a message names only the first ones.
_MAX_NAMED = 20
# Columns that every row has, whatever its format, unless it has one of that name itself.
BUILT_IN = ("text", "line", "file", "row")


def column_value(row: JsonObject, column: str, where: str, hint: str = "") -> Json:
    """Return a row's value; a.b looks into objects, unless a column has exactly that name."""
    if column in row:
        return row[column]
    value: Json = row
    for key in column.split("."):
        if not isinstance(value, dict) or key not in value:
            raise InputError(
                f"{where}: there is no column '{column}': the columns are {column_names(row)}; "
                f"{hint or _next_move(row)}"
            )
        value = value[key]
    return value


def _next_move(row: JsonObject) -> str:
    plain = tuple(row) == BUILT_IN
    return "if this is a table, add --format csv" if plain else "name one of them, or add it to the row"


def as_text(value: Json) -> str:
    """Return a value as it goes into a prompt: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def column_names(columns: Iterable[str]) -> str:
    """Return the names of columns as a message lists them; in quotes where a name could be mistaken for several."""
    names = [_shown(name) for name in columns]
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return (", ".join(names[:_MAX_NAMED]) or "none") + more


def _shown(name: str) -> str:
    plain = name.strip() == name != "" and "," not in name and name.isprintable()
    return name if plain else msgspec.json.encode(name).decode()
