"""Which inputs a command reads: those named, or stdin where something is piped into it."""

from __future__ import annotations

import os
import select
import stat
import sys
from collections.abc import Callable, Sequence

from scrimp.errors import InputError, UsageError
from scrimp.read.inputs.encodings import decode_file
from scrimp.values import ToldText

# Seconds without a byte after which a person is told what the command waits for.
_PATIENCE = 2.0


def inputs_or_stdin(inputs: Sequence[str] | None) -> list[str]:
    """Return the inputs; with none named, stdin unless it is a terminal, where reading would wait for typing."""
    if inputs:
        return list(inputs)
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no input: name files, directories or globs, or pipe prompts in (- is stdin)")
    return ["-"]


def prompt_text(words: Sequence[str], note: Callable[[str], None]) -> ToldText:
    """Return a prompt from the words of the command line and from what is piped in, in this order.

    `-` among the words is where the piped text goes. With words, it is data; without any, it is the prompt. Raises
    UsageError if there is neither, and InputError if stdin is not UTF-8; `note` tells a person that stdin is
    waited for.
    """
    piped = _stdin_text(note) if "-" in words or _is_piped_in() else ""
    place = words.index("-") if "-" in words else len(words)
    before, after = (" ".join(word for word in part if word != "-") for part in (words[:place], words[place:]))
    beside = piped.strip("\n")
    text = "\n\n".join(part for part in (before, beside, after) if part)
    if not text.strip():
        raise UsageError("no prompt: write it after `scrimp ask`, or pipe it in")
    if not beside or not (before.strip() or after.strip()):
        return ToldText(text)
    start = len(before) + 2 if before else 0
    return ToldText(text, ((start, start + len(beside)),))


def _is_piped_in() -> bool:
    """Return whether stdin was meant for this command: a pipe, a socket, or a file that is at its start.

    A file past its start belongs to the loop or shell around it, as in `while read` or `bash < script`. A terminal or
    another device is read only for `-`.
    """
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISREG(mode):
            return os.lseek(descriptor, 0, os.SEEK_CUR) == 0
    except (AttributeError, OSError, ValueError):  # stdin is closed
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _stdin_text(note: Callable[[str], None]) -> str:
    try:
        if not sys.stdin.isatty() and not select.select([sys.stdin], [], [], _PATIENCE)[0]:
            note("waiting for stdin, to add it to the prompt: end it, or rerun with </dev/null to leave it out")
        return decode_file(sys.stdin.buffer.read())
    except UnicodeDecodeError as error:
        raise InputError(f"stdin: byte {error.start + 1} is not {error.encoding.upper()}: convert it") from error
    except (AttributeError, ValueError) as error:
        raise UsageError("-: stdin is closed: pipe something in, or leave the - out") from error
    except OSError as error:
        raise InputError(f"stdin cannot be read ({error.strerror}): pipe in a text, or leave the - out") from error
