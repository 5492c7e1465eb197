"""Where rows go: stdout, or the file that -o names."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from scrimp.errors import UsageError

STDOUT = "-"


def format_of(output: str) -> str:
    """Return how rows are written to a file of that name where nobody said how."""
    suffix = Path(output).suffix.lower().removeprefix(".")
    return {"csv": "csv", "tsv": "tsv", "txt": "text", "json": "json"}.get(suffix, "jsonl")


def refuse_input(output: str, inputs: Sequence[str]) -> None:
    """Refuse to write over what is still to be read."""
    for word in inputs if output != STDOUT else ():
        with suppress(OSError):
            if Path(output).samefile(word):
                raise UsageError(f"-o: {output} is an input, too: name another file")


@contextmanager
def opened(output: str) -> Iterator[BinaryIO]:
    """Open where rows go; stdout stays open. Rows are flushed by whoever writes them, so closing has nothing to say."""
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
        with suppress(OSError):  # a full disk, of which the last flush has told
            stream.close()
