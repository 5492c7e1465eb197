"""The columns of a row: found by name, turned into text, listed for a person."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from scrimp.errors import InputError
from scrimp.values import Json, JsonObject

# A table may have hundreds; a sentence names so many.
_LISTED = 20


def lookup(row: JsonObject, column: str, where: str) -> Json:
    """Return a row's value; a.b looks into objects, unless a column has that very name."""
    if column in row:
        return row[column]
    value: Json = row
    for key in column.split("."):
        if not isinstance(value, dict) or key not in value:
            raise InputError(
                f"{where}: there is no column '{column}': the columns are {listed(row)}; name one of them, or add it "
                "to the row"
            )
        value = value[key]
    return value


def as_text(value: Json) -> str:
    """Return a value as it goes into a prompt: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def listed(columns: Iterable[str]) -> str:
    """Return the names of columns for a sentence."""
    names = list(columns)
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (", ".join(names[:_LISTED]) or "none") + more
