"""Words of the command line that typer lets through and nothing can use.

They are bytes that are not UTF-8, nan, infinity, and counts that no memory, clock or database could hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from typer._click import Command, Context, Parameter  # typer's copy of click gives its types no public name
from typer._click.types import IntRange
from typer.core import TyperGroup

from scrimp.config.sources.layers import is_unicode
from scrimp.config.validated import LARGEST_COUNT
from scrimp.errors import UsageError

# What the help calls a value that names a file, whose name may be any bytes.
_FILES = ("FILE", "INPUT", "DIRECTORY")


def check_words(command: Command, words: Sequence[str]) -> None:
    """Raise UsageError if the value of a parameter is unusable; the name of a file may be any bytes."""
    for parameter, value in _values(command, words):
        name = max(parameter.opts, key=len) if parameter.param_type_name == "option" else f"{parameter.metavar}"
        if isinstance(value, float) and not math.isfinite(value):
            raise UsageError(f"{name}: {value} is not a number that can be used: give a finite one")
        if isinstance(value, int) and isinstance(parameter.type, IntRange) and value > LARGEST_COUNT:
            raise UsageError(f"{name}: {value} is too large: give at most {LARGEST_COUNT}")
        if isinstance(value, str) and not is_unicode(value) and not _names_file(parameter, value):
            shown = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            raise UsageError(f"{name}: '{shown}' is not UTF-8: convert it, or use a terminal and a locale that are")


def _values(command: Command, words: Sequence[str]) -> Iterator[tuple[Parameter, Any]]:
    """Yield every single value with its parameter, of groups and of the command in them."""
    context: Context | None = command.make_context("scrimp", list(words), resilient_parsing=True)
    while context is not None:
        for parameter in context.command.params:
            value = context.params.get(parameter.name or "")
            for each in value if isinstance(value, list | tuple) else [value]:
                yield parameter, each
        context = _inner(context)


def _inner(context: Context) -> Context | None:
    words = [*context._protected_args, *context.args]  # noqa: SLF001 - as typer's own completion does
    if not isinstance(context.command, TyperGroup) or not words:
        return None
    name, command, rest = context.command.resolve_command(context, words)
    return command.make_context(name, rest, parent=context, resilient_parsing=True) if command else None


def _names_file(parameter: Parameter, value: str) -> bool:
    metavar = str(parameter.metavar)
    if not any(word in metavar for word in _FILES):
        return False
    if "@FILE" in metavar:
        return value.startswith("@")
    return "SCHEMA" not in metavar or Path(value).exists()
