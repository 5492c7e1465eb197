"""Which column is the prompt where nobody says which."""

from __future__ import annotations

from scrimp.errors import InputError
from scrimp.read.columns import listed
from scrimp.values import JsonObject

# The first of these that holds text.
FIELDS = ("prompt", "text", "input", "question", "content", "instruction")
# Never taken for the prompt because it is the only text; "" is what spreadsheets call a column of row numbers.
_OTHER = frozenset(("id", "custom_id", "system", ""))


def guessed(row: JsonObject, id_field: str | None, where: str) -> str:
    """Return the prompt of a row: a column of a usual name, else the only column of text."""
    for name in FIELDS:
        if name in row:
            value = row[name]
            if isinstance(value, str):
                return value
            if value is None:
                # Taking the next column instead would ask for something else in this row than in the others.
                raise InputError(f"{where}: '{name}' is null: give the row a prompt or remove it")
    texts = [value for name, value in row.items() if isinstance(value, str) and name not in _OTHER and name != id_field]
    if len(texts) == 1:
        return texts[0]
    raise InputError(
        f"{where}: no telling which column is the prompt: name one with --prompt-field, or write a --template; the "
        f"columns are {listed(row)}"
    )
