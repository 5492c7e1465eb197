"""Dollars as bars of characters, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from scrimp.render.bill.amounts import format_dollar_column
from scrimp.render.streams import StreamStyle
from scrimp.render.tables import display_width, one_line, truncate_middle
from scrimp.render.terminal import paint

_EIGHTHS = " ▏▎▍▌▋▊▉"
_WIDEST, _LEAST_BAR = 100, 8
_BAR, _LOSS = "36", "31"  # styles


def bars(amounts: Sequence[tuple[str, Decimal, str]], style: StreamStyle, encoding: str) -> list[str]:
    """Return a line for each name with its dollars as a bar; the text is put behind the dollars, such as a plus."""
    if not amounts:
        return []
    width = min(style.width, _WIDEST) if style.terminal else 80
    dollars = format_dollar_column(
        [amount for _, amount, _ in amounts], sum((amount for _, amount, _ in amounts), Decimal(0))
    )
    marked = max(len(mark) for _, _, mark in amounts)
    figures = [f"{figure}{mark:{marked}}" for figure, (_, _, mark) in zip(dollars, amounts, strict=True)]
    figure_width = max(map(len, figures))
    names = [truncate_middle(one_line(name), max(8, width // 2 - figure_width)) for name, _, _ in amounts]
    name_width = max(map(display_width, names))
    room = max(_LEAST_BAR, width - name_width - figure_width - 3)
    largest = max(abs(amount) for _, amount, _ in amounts)
    lines = []
    for name, figure, (_, amount, _) in zip(names, figures, amounts, strict=True):
        length = float(abs(amount) / largest) * room if largest else 0.0
        drawn = paint(_bar(length, encoding), _LOSS if amount < 0 else _BAR, color=style.color)
        lines.append(f"{name}{' ' * (name_width - display_width(name))}  {figure:>{figure_width}} {drawn}".rstrip())
    return lines


def _bar(length: float, encoding: str) -> str:
    """Return a bar of this many columns; of number signs where blocks cannot be printed."""
    whole, rest = divmod(round(length * 8), 8)
    bar = "█" * whole + (_EIGHTHS[rest] if rest else "")
    try:
        bar.encode(encoding)
    except UnicodeEncodeError:
        return "#" * round(length)
    return bar
