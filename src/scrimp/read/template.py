"""Prompt templates: {column} is a row's value, {{ and }} are literal braces."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from scrimp.errors import InputError
from scrimp.read.columns import as_text, column_value
from scrimp.values import JsonObject

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_DOUBLED = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
RenderTemplate = Callable[[JsonObject, str], str]


def compile_template(template: str) -> RenderTemplate:
    """Return a function that renders the template for a row; its second argument names the row in errors."""
    first, columns = _parse(template)
    if not columns:
        raise InputError(
            f"the template has no column, so every row would get the same prompt: {_column_hint(template)}"
        )

    def render(row: JsonObject, where: str) -> str:
        parts = [first]
        for column, literal in columns:
            value = column_value(row, column, where)
            if value is None:
                raise InputError(f"{where}: '{column}' is null: give the row a value, or remove it")
            parts += (as_text(value), literal)
        return "".join(parts)

    return render


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


def _parse(template: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the literal text before the first column, then each column with the literal text after it."""
    literals, columns = [""], []
    position = 0
    for match in _TOKEN.finditer(template):
        literals[-1] += template[position : match.start()]
        position = match.end()
        column = (match[1] or "").strip()
        if column:
            columns.append(column)
            literals.append("")
        elif match[0] in ("{{", "}}"):
            literals[-1] += match[0][0]
        else:
            raise InputError(
                f"the template has a lone '{match[0]}' at character {match.start() + 1}: write {{{{ or }}}} for a "
                "literal brace, {column} for a value"
            )
    literals[-1] += template[position:]
    return literals[0], list(zip(columns, literals[1:], strict=True))
