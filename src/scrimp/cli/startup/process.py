"""The process around a command: its streams, its errors in one line, and the exit status it ends with."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper

from scrimp.errors import BROKEN_PIPE, INTERRUPTED, OutputError, ScrimpError, open_files_error, output_error


def run_to_end(command: Callable[[], int]) -> None:
    """Run a command and end the process with the exit status that it returns, or with that of its error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name of a file may be any bytes, and a terminal may have less than Unicode: what cannot be encoded is
            # printed with a backslash.
            stream.reconfigure(errors="backslashreplace")
    end(_status(command))


def end(status: int) -> None:
    """Flush stdout and stderr and end the process; where stdout cannot be written, say so with a status of its own."""
    # os._exit: freeing memory object by object would only delay the shell's prompt.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):  # the reader has left, or the stream was closed with its pipe
            status = status or BROKEN_PIPE
        except OSError as error:  # a full disk: messages are lost, completions must not be
            if stream is sys.stdout:
                if not status:
                    print_error(str(output_error(error)))
                status = status or OutputError.exit_status
    os._exit(status)


def end_unwritten(error: OSError) -> None:
    """End the process because stdout could not be written; say why unless its reader has left."""
    if isinstance(error, BrokenPipeError):
        end(BROKEN_PIPE)
    print_error(str(output_error(error)))
    end(OutputError.exit_status)


def print_error(message: str) -> None:
    """Print one line: rich's panel would take 50 ms longer, and cut a sentence into pieces that grep and logs miss."""
    from scrimp.render.streams import Messages, stream_style  # only for an error

    Messages(sys.stderr, stream_style(sys.stderr, "auto", os.environ)).error(message)


def _status(command: Callable[[], int]) -> int:
    try:
        return command()
    except ScrimpError as error:
        print_error(str(error))
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return BROKEN_PIPE
    except OSError as error:
        explained = open_files_error(error)
        if explained is None:
            raise
        print_error(str(explained))
        return explained.exit_status
