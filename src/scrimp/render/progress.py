"""How far a run is: one line redrawn on a terminal, a plain line now and then elsewhere, JSON lines for programs.

The bar is drawn without rich, whose import would add 25 ms to every run.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import TextIO

from scrimp.render.decimal_json import encode_json
from scrimp.render.streams import StreamStyle, format_message, terminal_width, try_write
from scrimp.render.tables import display_width
from scrimp.render.terminal import paint
from scrimp.units import format_clock, format_count, format_known_dollars, format_percent, known_or_none

# The number of rows of the input, None if it is unknown, and whether it is exact.
Total = Callable[[], tuple[int | None, bool]]

_REDRAW, _JSON_EVERY, _LINE_EVERY = 0.1, 1.0, 10.0
_RATE_OVER = 30  # seconds: rows from the cache must not promise that the others will be as fast
_ERASE = "\r\x1b[K"
_WIDEST_BAR, _NARROWEST_BAR = 30, 8
# Parts of the line by their place in it; some take precedence over the bar, which stands after the rows.
_ROWS, _PERCENT, _COST, _FAILED, _HITS, _ESCALATED, _TIME, _SPEED = range(8)
_BEFORE_BAR = (_ROWS, _COST, _FAILED, _TIME)
_GREEN, _RED, _GRAY = "32", "31", "90"


class Progress:
    """Counts that are not shown; the base of those that show them."""

    every = float("inf")
    mode = "none"  # as --progress calls it

    def __init__(self, stream: TextIO, total: Total, style: StreamStyle, clock: Callable[[], float]) -> None:
        self._stream, self._count_rows, self._style, self._clock = stream, total, style, clock
        self._total: int | None = None
        self._exact = False
        self._began = self._shown = clock()
        self._done = self._failed = self._hits = self._unknown = self._escalated = 0
        self._cost = Decimal(0)

    def update(self, done: int, failed: int, cost: Decimal, hits: int, unknown: int = 0, escalated: int = 0) -> None:
        """Take the counts since the start, and show them when due; `unknown` calls cost something on top of `cost`."""
        self._escalated = escalated
        self._done, self._failed, self._cost, self._hits, self._unknown = done, failed, cost, hits, unknown
        now = self._clock()
        if now - self._shown >= self.every or self._overdue():
            self._shown = now
            self._total, self._exact = self._count_rows()
            self._show(now - self._began)

    def print_message(self, message: str, kind: str = "warning") -> None:
        """Print a message while the run goes on."""
        self._write(format_message(message, kind, self._style))

    def clear(self) -> None:
        """Erase what is drawn, before rows are printed on the same terminal; the next update redraws it."""

    def close(self) -> None:
        """End the display, before the bill is printed."""
        self.clear()

    def _overdue(self) -> bool:
        """Return whether the counts must be shown at once."""
        return False

    def _show(self, seconds: float) -> None:
        """Show the counts."""

    def _of_total(self, of: str) -> str:
        """Return the total after `of`, marked where it is an estimate; nothing where it is unknown."""
        if self._total is None:
            return ""
        return f"{of}{'' if self._exact else '~'}{format_count(max(self._total, self._done))}"

    def _write(self, text: str) -> None:
        try_write(self._stream, text)


class ProgressLines(Progress):
    """A line every ten seconds, so that a short run prints none and a log of a long one stays readable."""

    every = _LINE_EVERY
    mode = "lines"

    def _show(self, seconds: float) -> None:
        parts = [
            f"{format_count(self._done)}{self._of_total(' of ')} rows",
            f"{format_count(self._hits)} from the cache" if self._hits else "",
        ]
        parts += [
            f"{format_count(self._escalated)} escalated" if self._escalated else "",
            f"{format_count(self._failed)} failed" if self._failed else "",
            format_known_dollars(self._cost, self._unknown),
            format_clock(seconds),
        ]
        self._write(f"scrimp: {', '.join(part for part in parts if part)}\n")


class ProgressJson(Progress):
    """A JSON object every second and one at the end; messages are objects, too."""

    every = _JSON_EVERY
    mode = "json"

    def print_message(self, message: str, kind: str = "warning") -> None:
        """Print a message as an object."""
        self._write_json({"event": kind, "message": message})

    def close(self) -> None:
        """Print the final counts."""
        self._total, self._exact = self._count_rows()
        self._show(self._clock() - self._began)

    def _show(self, seconds: float) -> None:
        counts: dict[str, object] = {
            "event": "progress", "done": self._done, "total": self._total, "failed": self._failed,
            "hits": self._hits, "escalated": self._escalated, "cost_usd": known_or_none(self._cost, self._unknown),
            "seconds": round(seconds, 1),
        }  # fmt: skip
        estimated = {"total_estimated": True} if self._total is not None and not self._exact else {}
        self._write_json(counts | estimated | ({"at_least": True} if self._unknown else {}))

    def _write_json(self, document: dict[str, object]) -> None:
        self._write(encode_json(document).decode() + "\n")


class ProgressBar(Progress):
    """One line at the bottom of a terminal, ten times a second at most."""

    every = _REDRAW
    mode = "bar"

    def __init__(self, stream: TextIO, total: Total, style: StreamStyle, clock: Callable[[], float]) -> None:
        super().__init__(stream, total, style, clock)
        self._drawn = False
        self._seen = deque([(0.0, 0)])  # seconds and rows done, about one a second
        self._solid = "utf" in (getattr(stream, "encoding", None) or "").lower()
        self._show(0.0)

    def print_message(self, message: str, kind: str = "warning") -> None:
        """Print a message above the bar."""
        drawn = self._drawn
        self.clear()
        super().print_message(message, kind)
        if drawn:
            self._show(self._clock() - self._began)

    def clear(self) -> None:
        """Erase the bar."""
        if self._drawn:
            self._write(_ERASE)
            self._drawn = False

    def _overdue(self) -> bool:
        return not self._drawn

    def _show(self, seconds: float) -> None:
        # One column stays free: a terminal breaks a line that fills it, and then the line cannot be erased.
        room = terminal_width(self._stream, self._style.width) - 1
        self._write(_ERASE + self._line(seconds, room))
        self._drawn = True

    def _line(self, seconds: float, room: int) -> str:
        """Return the parts that fit, in order of importance: rows, failures, cost, time, cache hits, and so on."""
        parts = [(_ROWS, f"{format_count(self._done)}{self._of_total('/')} rows")]
        parts += [(_FAILED, f"{format_count(self._failed)} failed")] if self._failed else []
        parts += [(_COST, format_known_dollars(self._cost, self._unknown))]
        parts += [(_TIME, self._time(seconds))]
        parts += [(_HITS, f"{format_count(self._hits)} cached")] if self._hits else []
        parts += [(_ESCALATED, f"{format_count(self._escalated)} escalated")] if self._escalated else []
        parts += [(_SPEED, _speed(self._done / seconds))] if self._done and seconds >= 1 else []
        share = min(1.0, self._done / self._total) if self._total else 0.0
        parts += [(_PERCENT, format_percent(share))] if self._total else []
        fitting: list[tuple[int, str]] = []
        for place, text in parts:
            free = room if place in _BEFORE_BAR or not self._total else room - _NARROWEST_BAR - 2
            if sum(display_width(other) + 2 for _, other in fitting) + display_width(text) <= free:
                fitting.append((place, text))
        bar = min(_WIDEST_BAR, room - sum(display_width(text) + 2 for _, text in fitting))
        texts = [self._colored(place, text) for place, text in sorted(fitting)]
        if self._total and bar >= _NARROWEST_BAR:
            texts.insert(1, self._bar(bar, share))
        return "  ".join(texts)

    def _colored(self, place: int, text: str) -> str:
        return paint(text, _RED, color=self._style.color) if place == _FAILED else text

    def _bar(self, width: int, share: float) -> str:
        color = self._style.color
        full, half = divmod(int(2 * width * share), 2)
        if not self._solid:
            return paint("#" * full, _GREEN, color=color) + "." * (width - full)
        done, left = "━" * full + "╸" * half, ("━" if color else "─") * (width - full - half)
        return paint(done, _GREEN, color=color) + paint(left, _GRAY, color=color)

    def _time(self, seconds: float) -> str:
        """Return the time left at the speed of the last half minute, else the time taken."""
        began, done = self._recent(seconds)
        if self._total and self._done > done and seconds - began >= 1:
            left = max(0, self._total - self._done)
            return f"{format_clock((seconds - began) * left / (self._done - done))} left"
        return format_clock(seconds)

    def _recent(self, seconds: float) -> tuple[float, int]:
        """Return the moment from which speed is measured, and the rows done by then."""
        if seconds - self._seen[-1][0] >= 1:
            self._seen.append((seconds, self._done))
        while len(self._seen) > 1 and seconds - self._seen[1][0] >= _RATE_OVER:
            self._seen.popleft()
        return self._seen[0]


def _speed(rows: float) -> str:
    """Return rows a second, or a minute where there are few: never a zero where rows are done."""
    for speed, unit in ((rows, "s"), (rows * 60, "min")):
        if speed >= 9.95:
            return f"{speed:,.0f} rows/{unit}"
        if speed >= 0.95:
            return f"{speed:.1f} rows/{unit}"
    return f"{max(1, rows * 3600):.0f} rows/h"


def open_progress(
    stream: TextIO, mode: str, total: Total, style: StreamStyle, *, clock: Callable[[], float] = time.monotonic
) -> Progress:
    """Return the display of progress: a bar only where the cursor can be moved, whatever the mode."""
    if mode in ("auto", "bar"):
        mode = "bar" if style.movable_cursor else "lines"
    kinds: dict[str, type[Progress]] = {
        kind.mode: kind for kind in (ProgressBar, ProgressLines, ProgressJson, Progress)
    }
    return kinds[mode](stream, total, style, clock)
