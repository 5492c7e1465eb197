"""The top of the program: parse, run one command, and turn errors into a sentence and an exit status."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from math import isfinite
from typing import Annotated

import typer
from typer._click import Command
from typer._click.exceptions import ClickException, NoArgsIsHelpError  # typer's copy of click: no public names
from typer._click.exceptions import UsageError as ClickUsageError

from scrimp import __version__
from scrimp.cli.startup.lazy_group import COMMANDS, LazyGroup
from scrimp.errors import OutputError, ScrimpError, open_files_error, output_error

_INTERRUPTED, _BROKEN_PIPE = 130, 141
_IMMENSE_DIGITS = 10
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name of a file may be any bytes, and a terminal may have less than Unicode: what cannot be encoded is
            # printed with a backslash.
            stream.reconfigure(errors="backslashreplace")
    end(_status(words))


def end(status: int) -> None:
    """Flush stdout and stderr and end the process; where stdout cannot be written, say so with a status of its own."""
    # os._exit: freeing memory object by object would only delay the shell's prompt.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):  # the reader has left, or the stream was closed with its pipe
            status = status or _BROKEN_PIPE
        except OSError as error:  # a full disk: messages are lost, completions must not be
            if stream is sys.stdout:
                if not status:
                    _print_error(str(output_error(error)))
                status = status or OutputError.exit_status
    os._exit(status)


def end_unwritten(error: OSError) -> None:
    """End the process because stdout could not be written; say why unless its reader has left."""
    if isinstance(error, BrokenPipeError):
        end(_BROKEN_PIPE)
    _print_error(str(output_error(error)))
    end(OutputError.exit_status)


def _status(words: Sequence[str]) -> int:
    command = typer.main.get_command(app)
    if "_SCRIMP_COMPLETE" in os.environ:
        from typer._completion_classes import completion_init  # noqa: PLC0415 - for a shell that completes, not a run

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
    except ScrimpError as error:
        _print_error(str(error))
        return error.exit_status
    except ClickException as error:
        _print_usage_error(error, words)
        return error.exit_code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        return _system_status(error, words)
    return result if isinstance(result, int) else 0


def _system_status(error: OSError, words: Sequence[str]) -> int:
    """Print what an error of the system means, and return its status; raise it again if nothing expects it."""
    if isinstance(error, BrokenPipeError):
        return _BROKEN_PIPE
    explained = open_files_error(error)
    if explained is None and set(words) & set(_HELP_OPTIONS):
        explained = output_error(error)  # help is printed by typer itself
    if explained is None:
        raise error
    _print_error(str(explained))
    return explained.exit_status


def _check_words(command: Command, words: Sequence[str]) -> None:
    """Raise UsageError for words that typer accepts and no command can use."""
    if any(map(_is_suspicious, words)):
        from scrimp.cli.startup.unusable_words import check_words  # noqa: PLC0415 - rare

        check_words(command, words)


def _is_suspicious(word: str) -> bool:
    """Return whether a word may be unusable: not UTF-8, not a finite number, or an immense one."""
    if len(word) >= _IMMENSE_DIGITS and sum(map(str.isdigit, word)) >= _IMMENSE_DIGITS:
        return True
    try:
        word.encode()
        return not isfinite(float(word.rpartition("=")[2]))
    except UnicodeEncodeError:
        return True
    except ValueError:
        return False


def _wants_rich_help(words: Sequence[str]) -> bool:
    if not set(words) & set(_HELP_OPTIONS):
        return False
    from scrimp.render.streams import stream_style  # noqa: PLC0415 - only for help

    style = stream_style(sys.stdout, "auto", os.environ)
    return style.movable_cursor and style.color


def _print_error(message: str) -> None:
    """Print one line: rich's panel would take 50 ms longer, and cut a sentence into pieces that grep and logs miss."""
    from scrimp.render.streams import Messages, stream_style  # noqa: PLC0415 - only for an error

    Messages(sys.stderr, stream_style(sys.stderr, "auto", os.environ)).error(message)


def _print_usage_error(error: ClickException, words: Sequence[str]) -> None:
    """Print what is wrong with the command line, and the command that shows what is right."""
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    message = error.format_message().rstrip(".")
    command = " ".join(["scrimp", *(word for word in words[:1] if word in COMMANDS)])
    if isinstance(error, ClickUsageError) and error.ctx:
        command = error.ctx.command_path
    see = " See" if message.endswith("?") else ": see"
    _print_error(f"{message[:1].lower()}{message[1:]}{see} `{command} --help`")
