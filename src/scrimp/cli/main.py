"""The commands together: words are parsed, and one command is run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer._click import Command
from typer._click.exceptions import ClickException, NoArgsIsHelpError  # typer's copy of click: no public names
from typer._click.exceptions import UsageError as ClickUsageError

from scrimp import __version__
from scrimp.cli.startup.lazy_group import COMMANDS, LazyGroup
from scrimp.cli.startup.process import print_error, run_to_end
from scrimp.cli.startup.suspicious_words import is_suspicious
from scrimp.errors import open_files_error, output_error

_HELP_OPTIONS = ["-h", "--help"]

app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,  # rich_help sets it for the commands where it pays
    pretty_exceptions_enable=False,  # a bug keeps Python's own traceback, whole
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": _HELP_OPTIONS, "max_content_width": 100},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scrimp {__version__}")
        raise typer.Exit


@app.callback()
def scrimp(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Run prompts through language models for the least money that still gets the right completion."""
    del version


def run(words: Sequence[str]) -> None:
    """Run one command line and end the process with its exit status."""
    run_to_end(lambda: _status(words))


def _status(words: Sequence[str]) -> int:
    command = typer.main.get_command(app)
    if "_SCRIMP_COMPLETE" in os.environ:
        from typer._completion_classes import completion_init  # for a shell that completes, not a run

        completion_init()
        command.main(args=list(words), prog_name="scrimp")  # answers the shell and exits
    if isinstance(command, LazyGroup):
        command.rich_help = _wants_rich_help(words)
    try:
        _check_words(command, words)
        # Not `main`, which makes a closed pipe an exit status of 1.
        with command.make_context("scrimp", list(words)) as context:
            result = command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except ClickException as error:
        _print_usage_error(error, words)
        return error.exit_code
    except OSError as error:
        is_help = bool(set(words) & set(_HELP_OPTIONS))  # which is printed by typer itself
        if is_help and not isinstance(error, BrokenPipeError) and open_files_error(error) is None:
            raise output_error(error) from error
        raise
    return result if isinstance(result, int) else 0


def _check_words(command: Command, words: Sequence[str]) -> None:
    """Raise UsageError for words that typer accepts and no command can use."""
    if any(map(is_suspicious, words)):
        from scrimp.cli.startup.unusable_words import check_words  # rare

        check_words(command, words)


def _wants_rich_help(words: Sequence[str]) -> bool:
    if not set(words) & set(_HELP_OPTIONS):
        return False
    from scrimp.render.streams import stream_style  # only for help

    style = stream_style(sys.stdout, "auto", os.environ)
    return style.movable_cursor and style.color


def _plain(message: str) -> str:
    """Return click's message on one line: a list of choices has several."""
    line = " ".join(message.split()).rstrip(".")
    for kind, number in (("float", "number"), ("int", "whole number"), ("integer", "whole number")):
        line = line.replace(f"a valid {kind} range", f"a {number}").replace(f"a valid {kind}", f"a {number}")
    return line


def _print_usage_error(error: ClickException, words: Sequence[str]) -> None:
    """Print what is wrong with the command line, and the command that shows what is right."""
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    message = _plain(error.format_message())
    command = " ".join(["scrimp", *(word for word in words[:1] if word in COMMANDS)])
    if isinstance(error, ClickUsageError) and error.ctx:
        command = error.ctx.command_path
    see = " See" if message.endswith("?") else ": see"
    print_error(f"{message[:1].lower()}{message[1:]}{see} `{command} --help`")
