"""How far a run is: one line redrawn on a terminal, a plain line now and then elsewhere, JSON lines for programs.

The bar is drawn by hand: it is one line, and importing rich for it takes longer than a run answered from the cache.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import TextIO

from scrimp.render.amounts import count, money
from scrimp.render.decimal_json import encode
from scrimp.render.streams import StreamStyle, columns_of, line_of, speak
from scrimp.render.tables import cells
from scrimp.render.terminal import paint

_REDRAW, _JSON_EVERY, _LINE_EVERY = 0.1, 1.0, 10.0
_ERASE = "\r\x1b[K"
_WIDEST_BAR, _NARROWEST_BAR = 30, 8
# Parts of the line by their place in it; these are wanted more than the bar itself.
_ROWS, _COST, _FAILED, _HITS, _TIME, _SPEED = range(6)
_BEFORE_BAR = (_ROWS, _COST, _FAILED, _TIME)
_GREEN, _RED = "32", "31"


class Progress:
    """Counts as they grow, shown to nobody; the base of those that show them."""

    every = float("inf")

    def __init__(self, stream: TextIO, total: int | None, style: StreamStyle, clock: Callable[[], float]) -> None:
        self._stream, self._total, self._style, self._clock = stream, total, style, clock
        self._began = self._shown = clock()
        self._done = self._failed = self._hits = 0
        self._cost = Decimal(0)

    def update(self, done: int, failed: int, cost: Decimal, hits: int) -> None:
        """Take the counts since the start, and show them when it is time to."""
        self._done, self._failed, self._cost, self._hits = done, failed, cost, hits
        now = self._clock()
        if now - self._shown >= self.every or self._due():
            self._shown = now
            self._show(now - self._began)

    def note(self, message: str, kind: str = "warning") -> None:
        """Say something while the run goes on."""
        self._write(line_of(message, kind, self._style))

    def clear(self) -> None:
        """Give the line back, before rows are printed on the same terminal; the next update takes it again."""

    def close(self) -> None:
        """Leave the stream to the bill."""
        self.clear()

    def _due(self) -> bool:
        """Say whether the counts should be shown before it is time to."""
        return False

    def _show(self, seconds: float) -> None:
        """Show the counts."""

    def _write(self, text: str) -> None:
        speak(self._stream, text)


class ProgressLines(Progress):
    """A line every ten seconds, so that a short run prints none and a log of a long one stays readable."""

    every = _LINE_EVERY

    def _show(self, seconds: float) -> None:
        of = f" of {count(self._total)}" if self._total is not None else ""
        parts = [f"{count(self._done)}{of} rows", f"{count(self._hits)} from the cache" if self._hits else ""]
        parts += [f"{count(self._failed)} failed" if self._failed else "", money(self._cost), _clock(seconds)]
        self._write(f"scrimp: {', '.join(part for part in parts if part)}\n")


class ProgressJson(Progress):
    """An object every second and one at the end; messages are objects, too."""

    every = _JSON_EVERY

    def note(self, message: str, kind: str = "warning") -> None:
        """Say something as an object."""
        self._put({"event": kind, "message": message})

    def close(self) -> None:
        """Say how it ended."""
        self._show(self._clock() - self._began)

    def _show(self, seconds: float) -> None:
        self._put(
            {
                "event": "progress", "done": self._done, "total": self._total, "failed": self._failed,
                "hits": self._hits, "cost_usd": self._cost, "seconds": round(seconds, 1),
            }
        )  # fmt: skip

    def _put(self, document: dict[str, object]) -> None:
        self._write(encode(document).decode() + "\n")


class ProgressBar(Progress):
    """One line at the bottom of a terminal, ten times a second at most."""

    every = _REDRAW

    def __init__(self, stream: TextIO, total: int | None, style: StreamStyle, clock: Callable[[], float]) -> None:
        super().__init__(stream, total, style, clock)
        self._drawn = False
        self._solid = "utf" in (getattr(stream, "encoding", None) or "").lower()
        self._show(0.0)

    def note(self, message: str, kind: str = "warning") -> None:
        """Print a message above the bar."""
        drawn = self._drawn
        self.clear()
        super().note(message, kind)
        if drawn:
            self._show(self._clock() - self._began)

    def clear(self) -> None:
        """Erase the bar."""
        if self._drawn:
            self._write(_ERASE)
            self._drawn = False

    def _due(self) -> bool:
        return not self._drawn

    def _show(self, seconds: float) -> None:
        # One column stays free: a terminal that is filled to its edge breaks the line, and then it cannot be erased.
        room = columns_of(self._stream, self._style.width) - 1
        self._write(_ERASE + self._line(seconds, room))
        self._drawn = True

    def _line(self, seconds: float, room: int) -> str:
        """Return what fits of it, the most wanted first: rows, failures, cost, time, cache hits, speed."""
        of = f"/{count(self._total)}" if self._total is not None else ""
        wanted = [(_ROWS, f"{count(self._done)}{of} rows")]
        wanted += [(_FAILED, f"{count(self._failed)} failed")] if self._failed else []
        wanted += [(_COST, money(self._cost))]
        wanted += [(_TIME, self._time(seconds))]
        wanted += [(_HITS, f"{count(self._hits)} cached")] if self._hits else []
        wanted += [(_SPEED, f"{self._done / seconds:,.0f} rows/s")] if self._done and seconds >= 1 else []
        kept: list[tuple[int, str]] = []
        for place, text in wanted:
            left = room if place in _BEFORE_BAR or not self._total else room - _NARROWEST_BAR - 2
            if sum(cells(other) + 2 for _, other in kept) + cells(text) <= left:
                kept.append((place, text))
        bar = min(_WIDEST_BAR, room - sum(cells(text) + 2 for _, text in kept))
        texts = [self._colored(place, text) for place, text in sorted(kept)]
        if self._total and bar >= _NARROWEST_BAR:
            texts.insert(1, self._bar(bar, self._done / self._total))
        return "  ".join(texts)

    def _colored(self, place: int, text: str) -> str:
        return paint(text, _RED, color=self._style.color) if place == _FAILED else text

    def _bar(self, width: int, share: float) -> str:
        full = min(width, int(width * share))
        done, left = ("█" * full, "░" * (width - full)) if self._solid else ("#" * full, "." * (width - full))
        return paint(done, _GREEN, color=self._style.color) + left

    def _time(self, seconds: float) -> str:
        if self._total and self._done and seconds >= 1:
            return f"{_clock(seconds * max(0, self._total - self._done) / self._done)} left"
        return _clock(seconds)


def _clock(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def open_progress(
    stream: TextIO, mode: str, total: int | None, style: StreamStyle, *, clock: Callable[[], float] = time.monotonic
) -> Progress:
    """Return what shows progress: a bar only where a cursor can be moved, whatever was asked for."""
    if mode in ("auto", "bar"):
        mode = "bar" if style.moves else "lines"
    kinds: dict[str, type[Progress]] = {
        "bar": ProgressBar,
        "lines": ProgressLines,
        "json": ProgressJson,
        "none": Progress,
    }
    return kinds[mode](stream, total, style, clock)
