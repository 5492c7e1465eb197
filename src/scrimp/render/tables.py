"""Aligned plain tables, for the bill, a pipe or a log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

_GAP = "  "
_NARROWEST = 10
_NUMBER = r"[-<~]*\$?[\d,]+(?P<tail>(\.\d+)?\+?)"
_MOST_LINES = 4  # lines of a folded cell; a longer one is hard to read


def display_width(text: str) -> int:
    """Return the columns a text takes on a terminal: two for a Chinese character, none for a combining accent."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # a megabyte, and most tables are ASCII

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def truncate_middle(text: str, width: int) -> str:
    """Return a text in at most this many columns, its middle left out: both ends of a model's name tell it apart."""
    if display_width(text) <= width:
        return text
    if width < 1:
        return ""
    front, back = _head(text, width // 2), _head(text[::-1], (width - 1) // 2)[::-1]
    return f"{front}…{back}"[: None if width > 1 else 1]


def _head(text: str, width: int) -> str:
    taken = 0
    for index, char in enumerate(text):
        taken += display_width(char)
        if taken > width:
            return text[:index]
    return text


def format_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, width: int, *, narrowest: int = _NARROWEST
) -> list[str]:
    """Return the header line and a line for each row.

    `align` has `l` or `r` for each column. Where the table is wider than `width`, its widest left-aligned columns give
    way until all are `narrowest`; numbers, aligned right, are never cut, so a table of too many of them stays too wide.
    """
    texts = [[one_line(text) for text in row] for row in (headers, *rows)]
    widths = [max(map(display_width, column)) for column in zip(*texts, strict=True)]
    _narrow(widths, align, width - len(_GAP) * (len(widths) - 1), narrowest)
    return [_GAP.join(map(_fit, row, widths, align)).rstrip() for row in texts]


def folded_table(headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, width: int) -> list[str]:
    """Return the lines of a table as `format_table` does, but with every text whole: it continues on the next line.

    Where the numbers leave the first column too little room, its texts have lines of their own, above the others.
    """
    if has_own_lines(headers, rows, align, width):
        rest = _folded_rows([row[1:] for row in (headers, *rows)], align[1:], width - len(_GAP))
        return [
            line
            for row, others in zip((headers, *rows), rest, strict=True)
            for line in (*_folded(one_line(row[0]), width), *(_GAP + other for other in others))
        ]
    return [line for lines in _folded_rows((headers, *rows), align, width) for line in lines]


def has_own_lines(headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, width: int) -> bool:
    """Return whether the first column, of texts, has too little room next to the others."""
    if len(headers) < 2 or not align.startswith("l"):
        return False
    first = max(display_width(one_line(row[0])) for row in (headers, *rows))
    others = narrowest_width(headers[1:], [row[1:] for row in rows], align[1:])
    room = width - len(_GAP) - others
    return room < min(first, _NARROWEST) or first > room * _MOST_LINES


def _folded_rows(rows: Sequence[Sequence[str]], align: str, width: int) -> list[list[str]]:
    """Return the lines of each row."""
    texts = [[one_line(text) for text in row] for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*texts, strict=True)]
    _narrow(widths, align, width - len(_GAP) * (len(widths) - 1), _NARROWEST)
    return [
        [
            _GAP.join(map(_fit, line, widths, align)).rstrip()
            for line in zip_longest(*map(_folded, row, widths), fillvalue="")
        ]
        for row in texts
    ]


def _folded(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` columns, broken at words where that can be."""
    lines = [""]
    for word in text.split(" "):
        if display_width(f"{lines[-1]} {word}") <= width and lines[-1]:
            lines[-1] += f" {word}"
            continue
        rest = word
        while display_width(rest) > width and (piece := _head(rest, width)):
            lines.append(piece)
            rest = rest[len(piece) :]
        lines.append(rest)
    return lines[1:] if len(lines) > 1 else lines


def with_points_aligned(rows: Sequence[Sequence[str]], align: str) -> list[tuple[str, ...]]:
    """Return the rows with spaces after the shorter numbers of a column, so that its decimal points line up."""
    columns = [
        _aligned(column) if side == "r" else column for column, side in zip(zip(*rows, strict=True), align, strict=True)
    ]
    return list(zip(*columns, strict=True))


def _aligned(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells of a column; what is not a number, such as unknown, stays as it is."""
    tails = [len(number["tail"]) if (number := re.fullmatch(_NUMBER, cell)) else None for cell in cells]
    longest = max((tail for tail in tails if tail is not None), default=0)
    return [cell if tail is None else cell + " " * (longest - tail) for cell, tail in zip(cells, tails, strict=True)]


def narrowest_width(headers: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> int:
    """Return the columns a table needs with its numbers whole and its texts as narrow as they may become."""
    columns = zip(*((headers, *rows)), strict=True)
    widths = [max(display_width(one_line(text)) for text in column) for column in columns]
    fixed = [width if side == "r" else min(width, _NARROWEST) for width, side in zip(widths, align, strict=True)]
    return sum(fixed) + len(_GAP) * (len(fixed) - 1)


def one_line(text: str) -> str:
    """Return a cell without line ends, tabs and other control characters, which would break the table."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def _narrow(widths: list[int], align: str, room: int, narrowest: int) -> None:
    flexible = [index for index, side in enumerate(align) if side == "l"]
    while flexible and (over := sum(widths) - room) > 0:
        widest, *others = sorted(flexible, key=lambda index: -widths[index])
        # Cut the widest to the next one's width at most, so that equals shrink together.
        floor = max([narrowest, *(widths[index] for index in others if widths[index] < widths[widest])])
        if widths[widest] <= narrowest:
            return
        widths[widest] -= min(over, max(1, widths[widest] - floor))


def _fit(text: str, width: int, side: str) -> str:
    shown = truncate_middle(text, width)
    space = " " * (width - display_width(shown))
    return space + shown if side == "r" else shown + space


def wrap(text: str, width: int) -> list[str]:
    """Return a sentence in lines of at most `width` columns; a word that is longer loses its middle."""
    lines = [""]
    for word in (truncate_middle(word, width) for word in text.split()):
        if lines[-1] and display_width(lines[-1]) + 1 + display_width(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines
