"""Printing of what commands look up: an aligned table for a person, JSON for a program."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from scrimp.render.decimal_json import encode_json
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import format_table
from scrimp.render.terminal import escape_controls


def print_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, style: StreamStyle, *, empty: str = "nothing yet"
) -> None:
    """Print a table on stdout, as wide as the terminal; a pipe gets every column whole."""
    if not rows:
        print_line(empty)
        return
    for text in format_table(headers, rows, align, style.width if style.terminal else 10_000):
        print_line(text)


def print_line(text: str) -> None:
    """Print a line on stdout."""
    sys.stdout.write((escape_controls(text) if sys.stdout.isatty() else text) + "\n")


def print_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print JSON on stdout."""
    sys.stdout.write(encode_json(value).decode() + "\n")
