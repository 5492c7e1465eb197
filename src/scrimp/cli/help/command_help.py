"""The help of a command or subcommand, for the manual and for the tools that make it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from scrimp.errors import UsageError, closest_name

if TYPE_CHECKING:
    from typer._click import Context  # typer's copy of click gives its types no public name


def context(words: Sequence[str]) -> Context:
    """Return the parsing context of a command, of the program for no words; raise UsageError if there is none."""
    from scrimp.cli.main import app  # main imports the command that uses this

    found: Context = typer.main.get_command(app).make_context("scrimp", ["run"], resilient_parsing=True)
    for word in words:
        command = found.command.get_command(found, word) if hasattr(found.command, "get_command") else None
        if command is None:
            raise UsageError(f"{found.command_path} has no command '{word}'{_hint(found, word)}")
        found = command.make_context(word, [], parent=found, resilient_parsing=True)
    return found


def help_text(words: Sequence[str], width: int = 80) -> str:
    """Return what `scrimp WORDS --help` prints at that width."""
    found = context(words)
    found.terminal_width = width
    return found.command.get_help(found).rstrip() + "\n"


def _hint(found: Context, word: str) -> str:
    known = found.command.list_commands(found) if hasattr(found.command, "list_commands") else []
    near = closest_name(word, known)
    return f": did you mean '{near}'?" if near else f": see `{found.command_path} --help`"
