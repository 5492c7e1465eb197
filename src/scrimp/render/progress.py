"""How far a run is: a bar on a terminal, a line now and then elsewhere.

The bar is one line rewritten in place. rich draws a finer one, and takes longer to import than a cached run takes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TextIO

from scrimp.render.streams import Style
from scrimp.render.tables import cells, count, money

_REDRAW_SECONDS = 0.1
_LINE_SECONDS = 10.0
_ERASE = "\r\x1b[K"


class Progress:
    """Shows counts as they grow."""

    def __init__(self, stream: TextIO, style: Style, mode: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        if mode == "auto":
            mode = "bar" if style.terminal else "lines"
        self._stream, self._style, self._mode, self._clock = stream, style, mode, clock
        self._every = _REDRAW_SECONDS if mode == "bar" else _LINE_SECONDS
        self._began = self._shown = clock()
        self._drawn = False

    def update(self, *, done: int, failed: int, cost: Decimal) -> None:
        """Show the counts, if it is time to."""
        now = self._clock()
        if self._mode == "none" or now - self._shown < self._every:
            return
        self._shown = now
        rate = done / max(now - self._began, 1e-9)
        if self._mode == "json":
            shown = {"done": done, "failed": failed, "cost_usd": str(cost), "rows_per_second": round(rate, 1)}
            self._write(json.dumps(shown) + "\n")
            return
        line = f"{count(done)} rows, {count(failed)} failed, {money(cost)}, {rate:,.1f} rows/s"
        if self._mode == "bar":
            self._draw(line)
        else:
            self._write(f"scrimp: {line}\n")

    def _draw(self, line: str) -> None:
        room = self._style.width - 1
        self._write(_ERASE + (line if cells(line) <= room else line[:room]))
        self._drawn = True

    def clear(self) -> None:
        """Take the bar away, for something else to be printed or because the run is over."""
        if self._drawn:
            self._write(_ERASE)
            self._drawn = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
