"""The flags that were typed on the command line, as opposed to those left at their default."""

from __future__ import annotations

from collections.abc import Iterator

import typer


def typed_flags(context: typer.Context) -> Iterator[tuple[str, str]]:
    """Yield the parameter and the long form of each flag of a command that was typed."""
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            yield name, max(parameter.opts, key=len)
