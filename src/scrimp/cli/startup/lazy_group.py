"""Commands that are imported when they are called: their names, and the group that imports them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Command, Context, HelpFormatter  # typer's copy of click gives its types no public name

# Name -> its line in `scrimp --help`. A test compares these with the commands' help.
COMMANDS: Mapping[str, str] = {
    "run": "Answer the prompts of files or stdin, then print what it cost.",
    "ask": "Answer one prompt; a terminal shows the completion as it comes.",
    "batch": "Send work that can wait through the providers' batch APIs, and fetch it.",
    "estimate": "Show what a run would cost, without calling any API.",
    "compress": "Print a text in fewer tokens, with the same meaning.",
    "route": "Show which tier each prompt would take, and why.",
    "tune": "Learn from recorded completions which model is good enough, and prove it.",
    "cost": "Show what was paid, by model, tier, user or day.",
    "runs": "List earlier runs, with their bills and the rows that failed.",
    "cache": "Inspect and clear the cache of completions.",
    "prices": "Show, compare, update and set prices.",
    "models": "List the models of the tiers and those known by name.",
    "config": "Write, show and check the configuration.",
    "local": "Install, inspect and remove the embedded model.",
    "doctor": "Check the installation, the keys and the stores.",
    "completion": "Print the completion script of a shell.",
    "help": "Print a page of the manual, or the list of pages.",
}
# Name -> the folder of cli/ that its module is in; the others are in cli/ itself.
_FOLDERS: Mapping[str, str] = {
    "run": "running",
    "ask": "asking",
    "estimate": "previews",
    "compress": "previews",
    "route": "previews",
    "models": "models",
    "local": "models",
    "config": "setup",
    "doctor": "setup",
    "completion": "setup",
}


class LazyGroup(TyperGroup):
    """Imports a command's module when the command is called, never for the list of commands."""

    rich_help = False  # for single commands; `scrimp --help` stays plain, as rich is slow to import

    def list_commands(self, ctx: Context) -> list[str]:
        """Return the names, in the order in which a newcomer needs them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Return the command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = load(cmd_name)
        if self.rich_help:
            from scrimp.cli.startup.rich_help import use_rich_help  # rich, only where help is printed

            use_rich_help(command)
        return command

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """List the commands with their one-line help."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        """Find the command; for a misspelled one, typer suggests the nearest."""
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            self.commands = {name: load(name) for name in COMMANDS}  # where typer looks for close names
        return super().resolve_command(ctx, args)


def load(name: str) -> Command:
    """Import a command's module and build the command."""
    folder = f"{_FOLDERS[name]}." if name in _FOLDERS else ""
    module = importlib.import_module(f"scrimp.cli.{folder}{name}")
    command = typer.main.get_command(module.app)
    command.name = name
    return command
