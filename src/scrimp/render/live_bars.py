"""Bars at the bottom of a terminal that are redrawn each second, by rich; imported only where one is shown."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TextIO, cast

from msgspec import Struct
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from scrimp.render.streams import StreamStyle, format_message, try_write
from scrimp.render.tables import display_width, one_line
from scrimp.units import format_count

_PER_SECOND = 1
_FREE = 3  # columns: a terminal echoes Ctrl-C as ^C, which must not begin a new line
_GAP, _LEAST_BAR = 2, 8  # columns
_FAILED_STYLE, _NOTE_STYLE = "red", "bright_black"


class Bar(Struct, frozen=True, kw_only=True):
    """What one line shows: how many of a total are done, and how many of these failed."""

    label: str
    done: int
    failed: int
    total: int
    age: str = ""
    note: str = ""  # before the age


class _Lasting(io.TextIOBase):
    """A stream that a terminal which is gone, or stderr that is full, does not break: nothing else depends on bars."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a variable there
        return self._stream.encoding

    def write(self, text: str) -> int:
        try_write(self._stream, text)
        return len(text)

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()


class LiveBars:
    """Draws bars until it is closed, and then erases them."""

    def __init__(self, stream: TextIO, style: StreamStyle, bars: Callable[[], Sequence[Bar]]) -> None:
        """`bars` is asked by another thread what to show, once a second."""
        self._style = style
        # The style has decided on colors already: rich must not ask NO_COLOR and TERM again.
        self._console = Console(
            file=cast("TextIO", _Lasting(stream)), force_terminal=True, no_color=False,
            color_system="standard" if style.color else None, legacy_windows=False,
        )  # fmt: skip
        self._live = Live(
            get_renderable=lambda: _table(bars(), self._console.width - _FREE),
            console=self._console, refresh_per_second=_PER_SECOND, transient=True, redirect_stdout=False,
            redirect_stderr=False, vertical_overflow="crop",
        )  # fmt: skip
        self._live.start(refresh=True)

    def print_message(self, message: str, kind: str = "warning") -> None:
        """Print a message above the bars."""
        text = Text.from_ansi(format_message(message, kind, self._style).rstrip("\n"))
        self._console.print(text, soft_wrap=True, highlight=False)

    def refresh(self) -> None:
        """Draw them at once."""
        self._live.refresh()

    def close(self) -> None:
        """Erase them."""
        self._live.stop()


def _table(bars: Sequence[Bar], width: int) -> Table:
    """Return what fits: the counts in any case, then failures, labels, ages, notes, and bars."""
    labels = [one_line(bar.label) for bar in bars]
    counts = [f"{format_count(bar.done)}/{format_count(bar.total)}" for bar in bars]
    failed = [f"{format_count(bar.failed)} failed" if bar.failed else "" for bar in bars]
    free = width + _GAP - _widest(counts)
    failed, free = _fitting(failed, free - 1)
    label_width = min(_widest(labels), free + 1)
    ages, free = _fitting([bar.age for bar in bars], free + 1 - label_width)
    notes, free = _fitting([bar.note for bar in bars], free)
    has_bar = free > _LEAST_BAR
    table = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False, expand=has_bar)
    table.width = width if has_bar else None
    table.add_column(no_wrap=True, overflow="ellipsis", width=max(1, label_width - _GAP))
    if has_bar:
        table.add_column(ratio=1, no_wrap=True)
    columns = [(counts, ""), (failed, _FAILED_STYLE), (notes, _NOTE_STYLE), (ages, _NOTE_STYLE)]
    shown = [(texts, style) for texts, style in columns if any(texts)]
    for texts, _ in shown:
        table.add_column(justify="right", no_wrap=True, min_width=_widest(texts) - _GAP)
    for number, bar in enumerate(bars):
        drawn = [ProgressBar(total=max(1, bar.total), completed=bar.done)] if has_bar else []
        told = [Text(texts[number], style=style) for texts, style in shown]
        table.add_row(Text(labels[number]), *drawn, *told)
    return table


def _fitting(texts: list[str], free: int) -> tuple[list[str], int]:
    """Return the texts of a column, none if there is no room for it, and the columns that are left."""
    needed = _widest(texts)
    return (texts, free - needed) if needed <= free else ([""] * len(texts), free)


def _widest(texts: Sequence[str]) -> int:
    """Return the columns that texts take, with the gap after them."""
    widest = max(map(display_width, texts), default=0)
    return widest + _GAP if widest else 0
