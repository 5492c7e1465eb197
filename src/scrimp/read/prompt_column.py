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
# Who speaks and what is said, in the turns of OpenAI and Anthropic, Gemini and ShareGPT.
_TURNS = (("role", "content"), ("role", "parts"), ("from", "value"))


def infer_prompt(row: JsonObject, taken: Collection[str | None], where: str) -> str:
    """Return the prompt of a row: the first column of PROMPT_FIELDS, otherwise the only column of text.

    Columns that are `taken` are something else. InputError if that column holds a list or an object, if another holds a
    conversation, and if a row has a task in one column and its data in another: one of them alone would be paid for and
    be of no use.
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
    talk = next((name for name, value in row.items() if _holds_turns(value)), None)
    if talk is not None:
        raise InputError(
            f"{where}: '{talk}' holds a conversation in a form that is not read: write it as messages, a list of turns "
            "with role and content, or name the column that is the prompt with --prompt-field"
        )
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


def _holds_turns(value: Json, depth: int = 4) -> bool:
    """Return whether a value has the turns of a conversation in it, as requests to providers and chat exports have."""
    if isinstance(value, list):
        return bool(value and depth) and _holds_turns(value[0], depth - 1)
    if not isinstance(value, dict):
        return False
    return _is_turn(value) or any(_holds_turns(each, depth - 1) for each in value.values() if depth)


def _is_turn(value: JsonObject) -> bool:
    """Return whether an object names a speaker and holds text: a transfer has an account and an amount."""
    return any(
        isinstance(value.get(speaker), str) and isinstance(value.get(said), str | list) for speaker, said in _TURNS
    )


def _says_something(value: Json) -> bool:
    return bool(value.strip()) if isinstance(value, str) else value is not None
