"""Printing of what commands look up: an aligned table for a person, JSON for a program."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from scrimp.render.decimal_json import encode
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import table
from scrimp.render.terminal import safe_text


def show(
    headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, style: StreamStyle, *, empty: str = "nothing yet"
) -> None:
    """Print a table on stdout, as wide as the terminal; a pipe gets every column whole."""
    if not rows:
        line(empty)
        return
    for text in table(headers, rows, align, style.width if style.terminal else 10_000):
        line(text)


def line(text: str) -> None:
    """Print a line on stdout."""
    sys.stdout.write((safe_text(text) if sys.stdout.isatty() else text) + "\n")


def document(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print JSON on stdout."""
    sys.stdout.write(encode(value).decode() + "\n")
