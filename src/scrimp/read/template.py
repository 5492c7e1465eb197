"""Prompt templates: {column} is a row's value, {{ and }} are literal braces.

Any column can be named: as it is written, blanks at its ends being optional, or in quotes as JSON writes it where its
name has braces: {"a}b"}.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from scrimp.errors import EmptyPromptError, InputError
from scrimp.read.columns import as_text, column_value
from scrimp.read.data_columns import data_columns
from scrimp.values import Json, JsonObject, TextSpan

_TOKEN = re.compile(r'\{\{|\}\}|\{\s*("(?:[^"\\]|\\.)*")\s*\}|\{([^{}]*)\}|[{}]')
_DOUBLED = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_JSON_PART = re.compile(r'^\s*"|[:\n]')
_BRACES = "write {{ and }} for braces that belong to the text, such as those of JSON"
FindValue = Callable[[JsonObject, str], Json]


class Template:
    """A template, parsed; `columns` are the names in it."""

    def __init__(
        self, text: str, name: str = "the template", convert: Callable[[Json], str] = as_text, *,
        needs_value: bool = False,
    ) -> None:  # fmt: skip
        """`convert` makes a text of a value; raise InputError, which calls the template `name`, for a lone brace.

        With `needs_value` a row whose values are all blank has nothing to ask.
        """
        self._convert, self._needs_value = convert, needs_value
        self._first, parts = _parse(text, name)
        self.columns = tuple(column.strip() for column, _ in parts)
        told = data_columns(self.columns, [self._first, *(literal for _, literal in parts)])
        self._finders = [(column, _finder(column), literal, column.strip() in told) for column, literal in parts]

    def __call__(self, row: JsonObject, where: str) -> str:
        """Return the text for a row; raise InputError, which names it by `where`, for a missing column or a null."""
        return self.fill(row, where)[0]

    def fill(self, row: JsonObject, where: str) -> tuple[str, tuple[TextSpan, ...]]:
        """Return the text for a row, as a call does, and where the values of the columns that hold data stand in it."""
        parts, told = [self._first], []
        at, blank = len(self._first), self._needs_value
        for column, find, literal, is_data in self._finders:
            value = row[column] if column in row else find(row, where)
            if value is None:
                raise EmptyPromptError(f"'{column.strip()}' is null: give the row a value, or remove it")
            text = self._convert(value)
            end = at + len(text)
            if is_data:
                told.append((at, end))
            at = end + len(literal)
            blank = blank and (not text or text.isspace())
            parts += (text, literal)
        if blank:
            raise EmptyPromptError(f"{self._named()} blank: give the row a value, or remove it")
        return "".join(parts), tuple(told)

    def _named(self) -> str:
        names = [f"'{column}'" for column in dict.fromkeys(self.columns)]
        return f"{names[0]} is" if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} are"

    def filled(self, value: str) -> str:
        """Return the text with one value in the place of every column."""
        return self._first + "".join(f"{value}{literal}" for _, _, literal, _ in self._finders)


def compile_template(text: str, *, same_for_all: bool = False) -> Template:
    """Return the template of a prompt; raise InputError if it has no column: every prompt would be the same.

    With `same_for_all` they may be, and a row's values blank: rows differ in what is attached.
    """
    template = Template(text, needs_value=not same_for_all)
    if not template.columns and not same_for_all:
        raise InputError(f"the template has no column, so every row would get the same prompt: {_column_hint(text)}")
    return template


def _finder(column: str) -> FindValue:
    """Return a function that finds a value whose name differs in blanks at its ends, or quotes."""
    unquoted = _unquoted(column.strip())
    hint = _BRACES if _JSON_PART.search(column) else ""
    names = list(dict.fromkeys((column.strip(), unquoted or column.strip())))

    def find(row: JsonObject, where: str) -> Json:
        for name in names[:-1]:
            if name in row:
                return row[name]
        return column_value(row, names[-1], where, hint)

    return find


def _unquoted(name: str) -> str | None:
    """Return the name in quotes; None if it is not quoted as JSON is."""
    if not name.startswith('"'):
        return None
    try:
        return msgspec.json.decode(name, type=str)
    except msgspec.MsgspecError:
        return None


def _column_hint(template: str) -> str:
    """Return what the author of a template without a column probably meant."""
    if doubled := _DOUBLED.search(template):
        return f"{doubled[0]} is text in single braces; write {{{doubled[1]}}} for a value"
    if variable := _VARIABLE.search(template):
        return f"write {{{variable[1]}}} instead of {variable[0]} for a value"
    try:
        is_file = Path(template).is_file()
    except (OSError, ValueError):
        is_file = False
    return f"for the text of that file, write @{template}" if is_file else "write {column} for a value, such as {text}"


def _parse(template: str, name: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the literal text before the first column, then each column with the literal text after it."""
    literals, columns = [""], []
    position = 0
    for match in _TOKEN.finditer(template):
        literals[-1] += template[position : match.start()]
        position = match.end()
        column = match[1] or match[2] or ""
        if column.strip():
            columns.append(column)
            literals.append("")
        elif match[0] in ("{{", "}}"):
            literals[-1] += match[0][0]
        else:
            raise InputError(
                f"{name} has a lone '{match[0]}' at character {match.start() + 1}: {_BRACES}, and {{column}} for a "
                "value"
            )
    literals[-1] += template[position:]
    return literals[0], list(zip(columns, literals[1:], strict=True))
