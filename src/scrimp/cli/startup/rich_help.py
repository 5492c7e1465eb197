"""Help of a command in rich's look, for a terminal with colors.

Imported only where help is printed: rich and typer's part for it take 50 ms to import.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING

from rich.markup import escape
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    from typer._click import Command  # typer's copy of click gives its types no public name

_AS_WRITTEN = "\b\n"  # click's mark of a paragraph whose lines are not joined


def use_rich_help(command: Command) -> None:
    """Let a command and its subcommands print their help with rich; brackets in our texts are not markup."""
    if not isinstance(command, TyperCommand | TyperGroup):
        return
    command.rich_markup_mode = "rich"
    command.help, command.epilog = _paragraphs(command.help), _paragraphs(command.epilog)
    for param in command.params:
        if isinstance(param, TyperOption | TyperArgument) and param.help:
            param.help = escape(param.help)
    if isinstance(command, TyperGroup):
        for subcommand in command.commands.values():
            use_rich_help(subcommand)


def _paragraphs(text: str | None) -> str | None:
    """Return each paragraph in one line, which rich wraps; typer would keep our line ends."""
    return text and "\n\n".join(map(_paragraph, cleandoc(text).split("\n\n")))


def _paragraph(text: str) -> str:
    return escape(text.removeprefix(_AS_WRITTEN) if text.startswith(_AS_WRITTEN) else " ".join(text.split()))
