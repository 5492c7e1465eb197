"""Plain tables and amounts for terminals and logs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from unicodedata import combining, east_asian_width

_GAP = 2
_SHORTEST = 8


def money(dollars: Decimal | None) -> str:
    """Return dollars with as many digits as say something: $1,234.50, $0.0123, $0.000012; unknown is a question mark."""
    if dollars is None:
        return "?"
    if dollars == 0:
        return "$0"
    sign, size = ("-" if dollars < 0 else ""), abs(dollars)
    if size >= 1:
        return f"{sign}${size:,.2f}"
    # Two digits past the first that is not zero.
    places = min(9, 2 - size.adjusted())
    return f"{sign}${size:.{places}f}"


def count(number: int) -> str:
    """Return a number with its thousands apart."""
    return f"{number:,}"


def cells(text: str) -> int:
    """Return the columns a text takes on a terminal."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def shorten(text: str, width: int) -> str:
    """Return a text of at most so many columns, with its middle left out."""
    if cells(text) <= width:
        return text
    head = (width - 1) // 2
    front, back = text[:head], text[-(width - 1 - head) :] if width - 1 > head else ""
    while cells(front) + cells(back) + 1 > width and front:
        front = front[:-1]
    return f"{front}…{back}"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], *, right: str = "", width: int = 80) -> list[str]:
    """Return lines; `right` has an r for each column that is aligned right. The widest left column gives way."""
    columns = list(zip(headers, *rows, strict=True))
    widths = [max(cells(text) for text in column) for column in columns]
    over = sum(widths) + _GAP * (len(widths) - 1) - width
    flexible = [index for index in range(len(widths)) if right[index : index + 1] != "r"]
    while over > 0 and flexible:
        widest = max(flexible, key=lambda index: widths[index])
        if widths[widest] <= _SHORTEST:
            break
        cut = min(over, widths[widest] - _SHORTEST)
        widths[widest] -= cut
        over -= cut
    return [_line(row, widths, right) for row in (headers, *rows)]


def _line(row: Sequence[str], widths: Sequence[int], right: str) -> str:
    shown = []
    for index, (text, width) in enumerate(zip(row, widths, strict=True)):
        fitted = shorten(text, width)
        space = " " * (width - cells(fitted))
        shown.append(space + fitted if right[index : index + 1] == "r" else fitted + space)
    return (" " * _GAP).join(shown).rstrip()
