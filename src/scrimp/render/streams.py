"""What a stream can show, and the messages shown on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TextIO

from msgspec import Struct

from scrimp.render.terminal import escape_controls, escape_controls_in_json, paint

DEFAULT_WIDTH = 80
_MAX_COLUMN_DIGITS = 6  # of $COLUMNS; no screen is wider, and Python refuses to read a number of 5000 digits
# Warnings remembered so that each is printed once: a million broken rows must not fill the memory.
_MAX_REMEMBERED = 1000
# Characters of an error: one may name a key or a pattern of a file that others made, of a megabyte.
_LONGEST_REASON = 4000
_COLORS = {"warning": "33", "error": "31"}


class StreamStyle(Struct, frozen=True):
    """What a stream can show: whether it is a terminal, has colors and a movable cursor, and its columns."""

    terminal: bool
    color: bool
    width: int = DEFAULT_WIDTH
    movable_cursor: bool = False


def stream_style(stream: TextIO, color: str, env: Mapping[str, str]) -> StreamStyle:
    """Return the style of a stream. The flag decides first, then NO_COLOR, FORCE_COLOR and the kind of terminal."""
    terminal = stream.isatty()
    movable_cursor = terminal and env.get("TERM") != "dumb"
    if color == "auto":
        forced = env.get("FORCE_COLOR", "0") not in ("", "0")
        colored = (movable_cursor or forced) and not env.get("NO_COLOR")
    else:
        colored = color == "always"
    width = _columns_variable(env) or terminal_width(stream, DEFAULT_WIDTH)
    return StreamStyle(terminal, colored, width, movable_cursor)


def _columns_variable(env: Mapping[str, str]) -> int:
    columns = env.get("COLUMNS", "")
    return int(columns) if columns.isascii() and columns.isdigit() and len(columns) <= _MAX_COLUMN_DIGITS else 0


def terminal_width(stream: TextIO, default: int) -> int:
    """Return the width of a stream's terminal at this moment; `default` where it is not a terminal."""
    if not stream.isatty():
        return default
    try:
        return os.get_terminal_size(stream.fileno()).columns or default
    except OSError:  # a terminal that does not know its size, or none behind the stream
        return default


class Messages:
    """Prints to stderr: `scrimp: warning: ...` once per text, errors and notes each time."""

    def __init__(self, stream: TextIO, style: StreamStyle, *, quiet: bool = False) -> None:
        self._stream, self._style, self._quiet = stream, style, quiet
        self._warned: set[str] = set()
        self._output: Callable[[str, str], None] = self._print
        self._end_line: Callable[[], None] | None = None

    def warn(self, message: str) -> None:
        """Print a warning, unless it was printed before."""
        if not self._quiet:
            self.alert(message)

    def alert(self, message: str) -> None:
        """Print a warning, quiet or not, unless it was printed before: of what ends for later runs, too."""
        if message in self._warned:
            return
        if len(self._warned) < _MAX_REMEMBERED:
            self._warned.add(message)
        self._output(message, "warning")

    def note(self, message: str) -> None:
        """Print information that is not a warning."""
        if not self._quiet:
            self._output(message, "note")

    def error(self, message: str) -> None:
        """Print why something could not be done, quiet or not; of a very long reason its beginning and its end."""
        if len(message) > _LONGEST_REASON:
            message = f"{message[: _LONGEST_REASON // 2]} [...] {message[-_LONGEST_REASON // 2 :]}"
        self._output(message, "error")

    def redirect(self, output: Callable[[str, str], None] | None) -> None:
        """Hand messages to something else, such as a progress bar's `print_message`; None ends that."""
        self._output = self._print if output is None else output

    def begin_lines_by(self, end_line: Callable[[], None]) -> None:
        """Call this before each message: it ends a line that something else has begun at the same terminal."""
        self._end_line = end_line

    def _print(self, message: str, kind: str) -> None:
        if self._end_line is not None:
            self._end_line()
        try_write(self._stream, format_message(message, kind, self._style))


def try_write_line(stream: TextIO, text: str) -> None:
    """Write a line of text or JSON to stderr, without control characters where that is a terminal."""
    with suppress(OSError, ValueError):
        text = escape_controls(escape_controls_in_json(text)) if stream.isatty() else text
    try_write(stream, f"{text}\n")


def try_write(stream: TextIO, text: str) -> None:
    """Write to stderr what was made for it; a closed or full stream must not end a run."""
    with suppress(OSError, ValueError):
        stream.write(text)
        stream.flush()


def format_message(message: str, kind: str, style: StreamStyle) -> str:
    """Return a message as a line; an error follows the program's name without another word, as is the custom."""
    head = "scrimp: warning:" if kind == "warning" else "scrimp:"
    text = escape_controls(message) if style.terminal else message
    return f"{paint(head, _COLORS.get(kind, '2'), color=style.color)} {text}\n"
