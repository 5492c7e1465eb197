"""Prompt templates: {column} is a row's value, {{ and }} are braces."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import msgspec

from scrimp.errors import InputError
from scrimp.values import Json

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
Filled = Callable[[Mapping[str, Json], str], str]


def compile_template(template: str) -> Filled:
    """Return what fills the template from a row; the row's name is for the sentence of an error."""
    pieces: list[str] = []  # literal text and column names in turn, a literal first and last
    literal, at = "", 0
    for match in _PIECE.finditer(template):
        literal += template[at : match.start()]
        at = match.end()
        if match[0] in ("{{", "}}"):
            literal += match[0][0]
        elif match[1] is not None and match[1].strip():
            pieces += [literal, match[1].strip()]
            literal = ""
        else:
            raise InputError(
                f"the template has a lone '{match[0]}' at character {match.start() + 1}: write {{{{ or }}}} for a "
                "brace, {column} for a value"
            )
    pieces.append(literal + template[at:])
    literals, columns = pieces[::2], pieces[1::2]

    def fill(row: Mapping[str, Json], where: str) -> str:
        text = literals[0]
        for column, after in zip(columns, literals[1:], strict=True):
            text += as_text(lookup(row, column, where)) + after
        return text

    return fill


def lookup(row: Mapping[str, Json], column: str, where: str) -> Json:
    """Return a row's value; a.b looks into objects."""
    if column in row:
        return row[column]
    value: Json = dict(row)
    for key in column.split("."):
        if not isinstance(value, dict) or key not in value:
            known = ", ".join(row) or "none"
            raise InputError(f"{where}: there is no column '{column}'; the columns are: {known}")
        value = value[key]
    return value


def as_text(value: Json) -> str:
    """Return a value as it goes into a prompt: text as it is, nothing for null, else JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
