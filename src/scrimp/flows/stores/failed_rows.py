"""The failed rows of an earlier run as an input of the next one."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from scrimp.errors import InputError
from scrimp.read.formats.decoding import JSON_ERRORS, decode_json
from scrimp.read.formats.row_formats import sniff_format
from scrimp.store.files.failed_rows import FailedRow, InputState


def input_state(file: str) -> InputState | None:
    """Return the size of a file and when it changed; None for a missing file or a pipe."""
    try:
        status = Path(file).stat()
    except (OSError, ValueError):
        return None
    return InputState(status.st_size, status.st_mtime_ns)


def input_lines(rows: Callable[[], Iterator[FailedRow]]) -> Iterator[bytes]:
    """Yield the rows as lines: texts as they were, objects as JSON, byte for byte if their file is unchanged.

    Where texts and objects are mixed, or a text would not be read as a line, texts become {"text": ...}. Rows that
    could not be read are not among them.
    """
    plain = _are_lines(row for row in rows() if not row.unread)
    files: dict[str, _Lines | None] = {}
    for row in rows():
        if row.unread:
            continue
        text = _text(row)
        if text is None:
            yield _original(row, files) or bytes(row.value) + b"\n"
        elif plain:
            yield text.encode() + b"\n"
        else:
            yield b'{"text":%b}\n' % bytes(row.value)


def unread_lines(rows: Iterable[FailedRow]) -> Iterator[bytes]:
    """Yield what stood in place of the rows that could not be read, byte for byte if its file is unchanged."""
    files: dict[str, _Lines | None] = {}
    for row in rows:
        if row.unread:
            raw = msgspec.json.decode(row.value, type=str)
            line = _line(row, files)
            same = line is not None and line.decode(errors="replace").startswith(raw)
            yield (line if same and line is not None else raw.encode()).rstrip(b"\r\n") + b"\n"


def _text(row: FailedRow) -> str | None:
    """Return a row that is a text, None for an object."""
    if not bytes(row.value).startswith(b'"'):
        return None
    return msgspec.json.decode(row.value, type=str)


def _are_lines(rows: Iterator[FailedRow]) -> bool:
    first = True
    for row in rows:
        text = _text(row)
        if text is None or len(text.splitlines()) != 1 or (first and sniff_format(text.encode()) != "lines"):
            return False
        first = False
    return True


def _original(row: FailedRow, files: dict[str, _Lines | None]) -> bytes | None:
    """Return the bytes a row was read from; None if they are no longer there, or it was not a line of JSON."""
    line = _line(row, files)
    try:
        same = line is not None and msgspec.json.encode(decode_json(line)) == bytes(row.value)
    except (*JSON_ERRORS, InputError):
        return None
    return line.rstrip(b"\r\n") + b"\n" if same and line is not None else None


def _line(row: FailedRow, files: dict[str, _Lines | None]) -> bytes | None:
    """Return the line that a row is in; None if its file is not as it was."""
    if row.file is None or row.state is None:
        return None
    if row.file not in files:
        files[row.file] = _Lines(Path(row.file)) if input_state(row.file) == row.state else None
    lines = files[row.file]
    return None if lines is None else lines.line(row.number)


class _Lines:
    """The lines of a file by their number: eight bytes of memory for each."""

    def __init__(self, path: Path) -> None:
        self._path, self._starts = path, array("q", [0])
        with path.open("rb") as file:
            for line in file:
                self._starts.append(self._starts[-1] + len(line))

    def line(self, number: int) -> bytes | None:
        """Return a line by its number from 1."""
        if not 0 < number < len(self._starts):
            return None
        start, end = self._starts[number - 1 : number + 1]
        with self._path.open("rb") as file:
            file.seek(start)
            return file.read(end - start)
