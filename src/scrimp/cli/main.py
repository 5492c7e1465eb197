"""The top of the program: parse, run one command, and turn what went wrong into a sentence and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer._click.exceptions import ClickException  # typer's own copy of click has no public door to this name

from scrimp import __version__
from scrimp.cli.lazy_group import LazyGroup
from scrimp.errors import ScrimpError

_INTERRUPTED, _BROKEN_PIPE = 130, 141

app = typer.Typer(
    cls=LazyGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
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
    status = _status(words)
    # Nothing is left to do but to give memory back one object at a time; whoever waits for the prompt need not.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):  # nobody reads it any more, or it went with the pipe it was
            status = status or _BROKEN_PIPE
    os._exit(status)


def _status(words: Sequence[str]) -> int:
    command = typer.main.get_command(app)
    if "_SCRIMP_COMPLETE" in os.environ:
        from typer._completion_classes import completion_init  # noqa: PLC0415 - for a shell that asks, not for a run

        completion_init()
        command.main(args=list(words), prog_name="scrimp")  # answers the shell and exits
    try:
        # Not `main`, which makes a closed pipe an exit status of 1.
        with command.make_context("scrimp", list(words)) as context:
            result = command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except ScrimpError as error:
        sys.stderr.write(f"scrimp: {error}\n")
        return error.exit_status
    except ClickException as error:
        error.show()
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        return _BROKEN_PIPE
    return result if isinstance(result, int) else 0
