"""Where rows go: stdout, or the file that -o names."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, get_args

from scrimp.enums import OutputFormat
from scrimp.errors import UsageError

STDOUT = "-"


def format_of(output: str) -> str:
    """Return the format of rows for a file of that name, where --out does not give one."""
    suffix = Path(output).suffix.lower().removeprefix(".")
    if suffix == "txt":
        return "text"
    return suffix if suffix in get_args(OutputFormat) else "jsonl"


def refuse_input(output: str, inputs: Sequence[str]) -> None:
    """Raise UsageError where the output would overwrite an input."""
    for word in inputs if output != STDOUT else ():
        with suppress(OSError):
            if Path(output).samefile(word):
                raise UsageError(f"-o: {output} is also an input: name another file")


@contextmanager
def opened(output: str) -> Iterator[BinaryIO]:
    """Open where rows go; stdout stays open. The writer has flushed its rows, so errors on close are ignored."""
    if output == STDOUT:
        yield sys.stdout.buffer
        return
    try:
        stream = Path(output).open("wb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UsageError(f"-o: {output} cannot be written ({error.strerror}): name another file") from error
    try:
        yield stream
    finally:
        with suppress(OSError):  # a full disk, which the last flush has reported
            stream.close()
