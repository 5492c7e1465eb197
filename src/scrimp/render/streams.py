"""What a stream can show, and the messages shown on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TextIO

from msgspec import Struct

from scrimp.render.terminal import paint, safe_text

__all__ = ["DEFAULT_WIDTH", "Messages", "StreamStyle", "columns_of", "line_of", "safe_text", "style_of"]

DEFAULT_WIDTH = 80
# Warnings remembered, so as to be said once: a million broken rows must not make a million remembered sentences.
_REMEMBERED = 1000
_COLORS = {"warning": "33", "error": "31"}


class StreamStyle(Struct, frozen=True):
    """What is known of a stream: a terminal, colours, columns to fill, and whether its cursor can be moved."""

    terminal: bool
    color: bool
    width: int = DEFAULT_WIDTH
    moves: bool = False


def style_of(stream: TextIO, color: str, env: Mapping[str, str]) -> StreamStyle:
    """Return what a stream can show. The flag decides first, then NO_COLOR, FORCE_COLOR and what the terminal is."""
    terminal = stream.isatty()
    moves = terminal and env.get("TERM") != "dumb"
    if color == "auto":
        forced = env.get("FORCE_COLOR", "0") not in ("", "0")
        colored = (moves or forced) and not env.get("NO_COLOR")
    else:
        colored = color == "always"
    return StreamStyle(terminal, colored, _wished_width(env) or columns_of(stream, DEFAULT_WIDTH), moves)


def _wished_width(env: Mapping[str, str]) -> int:
    wished = env.get("COLUMNS", "")
    return int(wished) if wished.isascii() and wished.isdigit() else 0


def columns_of(stream: TextIO, otherwise: int) -> int:
    """Return how wide a stream's terminal is at this moment; what is no terminal is as wide as is said."""
    if not stream.isatty():
        return otherwise
    try:
        return os.get_terminal_size(stream.fileno()).columns or otherwise
    except OSError:  # a terminal that does not know its size, or none behind the stream
        return otherwise


class Messages:
    """Prints to stderr: `scrimp: warning: ...` once per text, errors and notes each time."""

    def __init__(self, stream: TextIO, style: StreamStyle, *, quiet: bool = False) -> None:
        self._stream, self._style, self._quiet = stream, style, quiet
        self._said: set[str] = set()
        self._through: Callable[[str, str], None] = self._print

    def warn(self, message: str) -> None:
        """Print a warning, unless it was printed before."""
        if self._quiet or message in self._said:
            return
        if len(self._said) < _REMEMBERED:
            self._said.add(message)
        self._through(message, "warning")

    def say(self, message: str) -> None:
        """Print what is worth knowing but no trouble."""
        if not self._quiet:
            self._through(message, "note")

    def error(self, message: str) -> None:
        """Print why something could not be done, quiet or not."""
        self._through(message, "error")

    def route(self, through: Callable[[str, str], None] | None) -> None:
        """Let what is said pass through something else, such as a progress bar's `note`; None ends that."""
        self._through = self._print if through is None else through

    def _print(self, message: str, kind: str) -> None:
        speak(self._stream, line_of(message, kind, self._style))


def speak(stream: TextIO, text: str) -> None:
    """Write to stderr. That nobody hears it any more must neither end a run nor hold it up."""
    with suppress(OSError, ValueError):
        stream.write(text)
        stream.flush()


def line_of(message: str, kind: str, style: StreamStyle) -> str:
    """Return a message as a line; an error has no word but the program's name before it, as is the custom."""
    head = "scrimp: warning:" if kind == "warning" else "scrimp:"
    text = safe_text(message) if style.terminal else message
    return f"{paint(head, _COLORS.get(kind, '2'), color=style.color)} {text}\n"
