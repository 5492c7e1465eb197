"""Prompt templates: {column} is a row's value, {{ and }} are braces."""

from __future__ import annotations

import re
from collections.abc import Callable

from scrimp.errors import InputError
from scrimp.read.columns import as_text, lookup
from scrimp.values import JsonObject

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
Fill = Callable[[JsonObject, str], str]


def compile_template(template: str) -> Fill:
    """Return what fills the template from a row; the second argument names the row in the sentence of an error."""
    first, places = _parsed(template)

    def fill(row: JsonObject, where: str) -> str:
        parts = [first]
        for column, after in places:
            parts += (as_text(lookup(row, column, where)), after)
        return "".join(parts)

    return fill


def _parsed(template: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the literal text before the first column, then each column with the literal text after it."""
    literals, columns = [""], []
    at = 0
    for match in _PIECE.finditer(template):
        literals[-1] += template[at : match.start()]
        at = match.end()
        column = (match[1] or "").strip()
        if column:
            columns.append(column)
            literals.append("")
        elif match[0] in ("{{", "}}"):
            literals[-1] += match[0][0]
        else:
            raise InputError(
                f"the template has a lone '{match[0]}' at character {match.start() + 1}: write {{{{ or }}}} for a "
                "brace, {column} for a value"
            )
    literals[-1] += template[at:]
    return literals[0], list(zip(columns, literals[1:], strict=True))
