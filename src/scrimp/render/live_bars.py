"""Bars at the bottom of a terminal that are drawn anew each second, by rich; imported only where one is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TextIO

from msgspec import Struct
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from scrimp.render.streams import StreamStyle, format_message
from scrimp.render.tables import one_line
from scrimp.units import format_count

_PER_SECOND = 1
_FREE = 3  # columns: a terminal echoes Ctrl-C as ^C, which must not begin a new line
_FAILED_STYLE, _NOTE_STYLE = "red", "bright_black"


class Bar(Struct, frozen=True, kw_only=True):
    """What one line shows: how many of a total are done, and how many of these failed."""

    label: str
    done: int
    failed: int
    total: int
    note: str = ""  # after the numbers


class LiveBars:
    """Draws bars until it is closed, and then erases them."""

    def __init__(self, stream: TextIO, style: StreamStyle, bars: Callable[[], Sequence[Bar]]) -> None:
        """`bars` is asked by another thread what to show, once a second."""
        self._style = style
        # The style has decided on colors already: rich must not ask NO_COLOR and TERM again.
        self._console = Console(
            file=stream, force_terminal=True, no_color=False, color_system="standard" if style.color else None,
            legacy_windows=False,
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
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False, expand=True)
    table.width = max(width, 1)
    table.add_column(no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=1, min_width=6, no_wrap=True)
    for _ in range(3):
        table.add_column(justify="right", no_wrap=True)
    for bar in bars:
        failed = Text(f"{format_count(bar.failed)} failed" if bar.failed else "", style=_FAILED_STYLE)
        count = Text(f"{format_count(bar.done)}/{format_count(bar.total)}")
        table.add_row(
            Text(one_line(bar.label)), ProgressBar(total=max(1, bar.total), completed=bar.done), count, failed,
            Text(bar.note, style=_NOTE_STYLE),
        )  # fmt: skip
    return table
