"""Printing of lookups: a table for a person, JSON for a program."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from scrimp.errors import output_error
from scrimp.render.decimal_json import encode_json
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import folded_table, has_own_lines, narrowest_width, with_points_aligned
from scrimp.render.terminal import escape_controls, escape_controls_in_json

_UNLIMITED = 10_000  # columns
_RICH_ROWS = 200  # rich takes a millisecond for each row, and the list of all prices would take a second


def print_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, style: StreamStyle, *,
    dispensable: Sequence[str] = (), empty: str = "nothing yet",
) -> None:  # fmt: skip
    """Print a table on stdout: with rich at a terminal, plain and with every column whole in a pipe.

    Columns that are `dispensable` are left out, one after the other, where a terminal is too narrow.
    """
    width = style.width if style.terminal else _UNLIMITED
    if not rows:
        print_line(empty)
        return
    headers, rows, align = _fitted(headers, with_points_aligned(rows, align), align, width, dispensable)
    if style.movable_cursor and len(rows) <= _RICH_ROWS and _fits(headers, rows, align, width):
        from scrimp.render.rich_table import rich_table  # 20 ms, only for a terminal

        print_text(rich_table(headers, rows, align, style, sys.stdout))
    else:
        for text in folded_table(headers, rows, align, width):
            print_line(text)


def _fitted(
    headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, width: int, dispensable: Sequence[str]
) -> tuple[Sequence[str], Sequence[Sequence[str]], str]:
    """Return the columns of a table that fit, with numbers and names that are aligned right whole."""
    for name in dispensable:
        if narrowest_width(headers, rows, align) <= width:
            break
        kept = [place for place, header in enumerate(headers) if header != name]
        headers, align = [headers[place] for place in kept], "".join(align[place] for place in kept)
        rows = [[row[place] for place in kept] for row in rows]
    return headers, rows, align


def _fits(headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, width: int) -> bool:
    return narrowest_width(headers, rows, align) <= width and not has_own_lines(headers, rows, align, width)


def print_line(text: str) -> None:
    """Print a line on stdout."""
    print_text((escape_controls(text) if sys.stdout.isatty() else text) + "\n")


def print_rows(lines: Iterable[bytes]) -> None:
    """Print lines of JSON or text on stdout, byte for byte but at a terminal."""
    with output_errors():
        if not sys.stdout.isatty():
            sys.stdout.buffer.writelines(lines)
            sys.stdout.buffer.flush()
            return
    for line in lines:
        print_text(escape_controls(escape_controls_in_json(line.decode("utf-8", "replace"))))


def print_text(text: str) -> None:
    """Print a text on stdout as it is. Raise OutputError if stdout cannot be written."""
    with output_errors():
        sys.stdout.write(text)


def flush() -> None:
    """Write what was printed. Raise OutputError if stdout cannot be written."""
    with output_errors():
        sys.stdout.flush()


@contextmanager
def output_errors() -> Iterator[None]:
    """Turn an OSError of stdout, such as a full disk, into OutputError."""
    try:
        yield
    except BrokenPipeError:  # the reader has left: no error
        raise
    except OSError as error:
        raise output_error(error) from error


def print_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print JSON on stdout, for a terminal without the control characters that JSON itself does not escape."""
    text = encode_json(value).decode()
    print_text((escape_controls_in_json(text) if sys.stdout.isatty() else text) + "\n")


def print_json_array(values: Iterable[Mapping[str, object]]) -> None:
    """Print what `print_json` prints of a list, one value at a time: there may be very many."""
    between = "["
    for value in values:
        text = between + encode_json(value).decode()
        print_text(escape_controls_in_json(text) if sys.stdout.isatty() else text)
        between = ","
    print_text("[]\n" if between == "[" else "]\n")
