"""Which column holds the prompt when no option names one."""

from __future__ import annotations

from collections.abc import Collection

from scrimp.errors import InputError
from scrimp.read.columns import column_names
from scrimp.values import JsonObject

# In order of precedence.
PROMPT_FIELDS = ("prompt", "text", "input", "question", "content", "instruction")
# Never the prompt, even as the only text; "" is the header spreadsheets give to a column of row numbers.
_NEVER_PROMPT = frozenset(("id", "custom_id", "system", ""))


def infer_prompt(row: JsonObject, taken: Collection[str | None], where: str) -> str:
    """Return the prompt of a row: the first column of PROMPT_FIELDS, otherwise the only column of text.

    Columns that are `taken` are something else.
    """
    for name in PROMPT_FIELDS:
        if name in row and name not in taken:
            value = row[name]
            if isinstance(value, str):
                return value
            if value is None:
                # The next column would make this row ask for something else than the other rows.
                raise InputError(f"{where}: '{name}' is null: give the row a prompt, or remove it")
    texts = [
        value
        for name, value in row.items()
        if isinstance(value, str) and name not in _NEVER_PROMPT and name not in taken
    ]
    if len(texts) == 1:
        return texts[0]
    raise InputError(
        f"{where}: cannot tell which column is the prompt: name one with --prompt-field, or write a --template; "
        f"the columns are {column_names(row)}"
    )
