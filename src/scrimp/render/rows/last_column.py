"""A column added to a CSV file that is being written: the header gets its name, the rows an empty cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, TextIO


def add_last_column(stream: BinaryIO, name: str, delimiter: str, encoding: str) -> None:
    """Rewrite a file from its beginning, through a temporary one; it is left at its end."""
    with TemporaryFile() as longer:
        stream.seek(0)
        _with_text(
            stream, encoding, lambda text: _with_text(longer, encoding, lambda copy: _copy(text, copy, name, delimiter))
        )
        longer.seek(0)
        stream.seek(0)
        copyfileobj(longer, stream)


def _with_text(stream: BinaryIO, encoding: str, use: Callable[[TextIO], None]) -> None:
    """Use a binary stream as text; it stays open."""
    text = io.TextIOWrapper(stream, encoding, newline="\n")
    try:
        use(text)
    finally:
        text.detach()


def _copy(text: TextIO, copy: TextIO, name: str, delimiter: str) -> None:
    header = io.StringIO()
    csv.writer(header, delimiter=delimiter, lineterminator="").writerow([name])
    cell = header.getvalue()
    for record in _records(text):
        copy.write(f"{record}{delimiter}{cell}\n")
        cell = ""


def _records(lines: TextIO) -> Iterator[str]:
    """Yield the records without their line ends: a line ends one if the quotes up to it are even."""
    record: list[str] = []
    odd = False
    for line in lines:
        record.append(line)
        odd ^= line.count('"') % 2 == 1
        if not odd:
            yield "".join(record).removesuffix("\n")
            record = []
