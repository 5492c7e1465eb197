"""Standard streams that were closed before the program began: each gets a stand-in, and its number is taken.

Without that, the next file to be opened would get the number, and whatever is printed there would end up in a store.
"""

from __future__ import annotations

import os
import sys
from errno import EBADF
from fcntl import F_GETFL, fcntl
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TextIO

from scrimp.errors import output_error


def replace_closed_streams() -> None:
    """Make a closed stdout one that refuses every byte, and a closed stderr one that drops them; stdin stays None."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # Reading from one opened for writing fails as reading from a closed one does, and the other way round.
            mode = os.O_RDONLY if number == 1 else os.O_WRONLY
            os.open(os.devnull, mode)  # gets the lowest number that is free: this one
    if sys.stdout is None:
        sys.stdout = _text_stream(1)
    if sys.stderr is None:
        sys.stderr = _text_stream(2)


def refuse_closed_stdout() -> None:
    """Raise OutputError if stdout is closed, before paying for output that would be lost."""
    try:
        mode = fcntl(sys.stdout.fileno(), F_GETFL) & os.O_ACCMODE
    except (OSError, ValueError):
        return
    if mode == os.O_RDONLY:
        raise output_error(OSError(EBADF, os.strerror(EBADF)))


def _text_stream(number: int) -> TextIO:
    return TextIOWrapper(BufferedWriter(FileIO(number, "w", closefd=False)), "utf-8", "backslashreplace")
