"""Prompt templates: {column} is a row's value, {{ and }} are literal braces."""

from __future__ import annotations

import re
from collections.abc import Callable

from scrimp.errors import InputError
from scrimp.read.columns import as_text, column_value
from scrimp.values import JsonObject

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
RenderTemplate = Callable[[JsonObject, str], str]


def compile_template(template: str) -> RenderTemplate:
    """Return a function that renders the template for a row; its second argument names the row in errors."""
    first, columns = _parse(template)

    def render(row: JsonObject, where: str) -> str:
        parts = [first]
        for column, literal in columns:
            parts += (as_text(column_value(row, column, where)), literal)
        return "".join(parts)

    return render


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
