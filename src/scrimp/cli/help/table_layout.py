"""Where the columns of a table end on a narrow page: the words of each cell go on below, in their column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap

from scrimp.cli.help.markdown import column_widths

GAP = "  "
_DEEPER = "  "  # before what goes on in the first column, so that a row is told from the one above
# A number with its unit, and what is in parentheses where it is short, stay in one line.
_UNBROKEN = re.compile(r"\d (?=%|s\b|ms\b|\d{3}\b)|\([^()]{1,14}\)")


def table_lines(rows: Sequence[Sequence[str]], width: int) -> Iterator[tuple[int, str]] | None:
    """Return the lines of a table, each with the number of its row; None where its longest words do not fit."""
    cells = [[_UNBROKEN.sub(lambda found: found[0].replace(" ", "\xa0"), cell) for cell in row] for row in rows]
    widths = _fitting_widths(cells, width)
    return None if widths is None else _lines(cells, widths)


def _fitting_widths(rows: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Return the widths of the columns: the widest cells', reduced one by one where it makes the fewest lines more."""
    widths = column_widths(rows)
    least = [max(map(_longest_word, column)) for column in zip(*rows, strict=True)]
    least[0] = min(widths[0], least[0] + len(_DEEPER))
    room = width - len(GAP) * (len(widths) - 1)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        steps = [
            (_height(rows, [*widths[:at], size - 1, *widths[at + 1 :]]), -size, at)
            for at, size in enumerate(widths)
            if size > least[at]
        ]
        widths[min(steps)[2]] -= 1
    return widths


def _longest_word(cell: str) -> int:
    return max(map(len, cell.split(" ")))


def _height(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> int:
    return sum(max(map(len, _wrapped(row, widths))) for row in rows)


def _wrapped(row: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    """Return the lines of each cell."""
    return [
        [cell]
        if len(cell) <= size
        else wrap(cell, size, subsequent_indent="" if at else _DEEPER, break_on_hyphens=False)
        for at, (cell, size) in enumerate(zip(row, widths, strict=True))
    ]


def _lines(rows: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[tuple[int, str]]:
    for number, row in enumerate(rows):
        cells = _wrapped(row, widths)
        for line in range(max(map(len, cells))):
            parts = (cell[line] if line < len(cell) else "" for cell in cells)
            aligned = GAP.join(part.ljust(size) for part, size in zip(parts, widths, strict=True))
            yield number, aligned.rstrip().replace("\xa0", " ")
