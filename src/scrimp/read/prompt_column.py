"""Which column holds the prompt when no option names one."""

from __future__ import annotations

from collections.abc import Collection

from scrimp.errors import EmptyPromptError, InputError
from scrimp.read.columns import as_text, column_names
from scrimp.values import Json, JsonObject

# In order of precedence.
PROMPT_FIELDS = ("prompt", "text", "input", "question", "content", "instruction")
# What is asked of another column, rather than a prompt by itself, where there is one.
_TASKS = ("question", "instruction")
# Never the prompt, even as the only text; "" is the header spreadsheets give to a column of row numbers.
_NEVER_PROMPT = frozenset(("id", "custom_id", "system", ""))


def infer_prompt(row: JsonObject, taken: Collection[str | None], where: str) -> str:
    """Return the prompt of a row: the first column of PROMPT_FIELDS, otherwise the only column of text.

    Columns that are `taken` are something else. InputError if that column holds a list or an object, and if a row has a
    task in one column and its data in another: one of them alone would be paid for and be of no use.
    """
    for name in PROMPT_FIELDS:
        if name not in row or name in taken:
            continue
        # Whatever its value is: the next column would make this row ask for something else than the other rows.
        value = row[name]
        if value is None:
            raise EmptyPromptError(f"'{name}' is null: give the row a prompt, or remove it")
        if isinstance(value, list | dict):
            kind = "a list" if isinstance(value, list) else "an object"
            raise InputError(
                f"{where}: '{name}' is {kind}, not a text: name the column that is the prompt with --prompt-field, or "
                "write a --template"
            )
        _check_alone(name, row, taken, where)
        return as_text(value)
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


def _check_alone(chosen: str, row: JsonObject, taken: Collection[str | None], where: str) -> None:
    if chosen == "prompt":
        return
    filled = [
        name for name in PROMPT_FIELDS if name == chosen or (name not in taken and _says_something(row.get(name)))
    ]
    task = next((name for name in _TASKS if name in filled), None)
    if task is not None and len(filled) > 1:
        other = next(name for name in filled if name != task)
        raise InputError(
            f"{where}: '{task}' and '{other}' may both be in the prompt: join them, as -t '{{{task}}} {{{other}}}' "
            "does, or name one with --prompt-field"
        )


def _says_something(value: Json) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None
