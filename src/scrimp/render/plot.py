"""Scatter plots: drawn with characters for a terminal, and as SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from xml.sax.saxutils import escape

from msgspec import Struct

from scrimp.units import format_percent

_MARKS = "123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LAST_MARK = "*"  # the mark of every point beyond those
# Characters not allowed in XML, escaped or not (XML 1.0, section 2.2).
_INVALID_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROWS = 14
_LABEL_WIDTH = 8  # columns left of the axis
_SVG_WIDTH, _SVG_HEIGHT, _MARGIN, _LINE = 720, 420, 64, 18


class Point(Struct, frozen=True):
    """A named point; `x` and `y` are shares, shown as percentages."""

    name: str
    x: float
    y: float


class _Frame(Struct, frozen=True):
    """The part of the plane that is drawn: all points and a margin."""

    left: float
    right: float
    low: float
    high: float

    def x_fraction(self, point: Point) -> float:
        """Return how far to the right a point is, 0 to 1."""
        return (point.x - self.left) / (self.right - self.left)

    def y_fraction(self, point: Point) -> float:
        """Return how far up a point is, 0 to 1."""
        return (point.y - self.low) / (self.high - self.low)


def _frame(points: Sequence[Point]) -> _Frame:
    left, right = _span([point.x for point in points])
    low, high = _span([point.y for point in points])
    return _Frame(left, right, low, high)


def _span(values: Sequence[float]) -> tuple[float, float]:
    least, most = min(values), max(values)
    room = max((most - least) * 0.06, 0.005)
    return least - room, most + room


def _marks() -> Iterator[str]:
    """Yield a mark for each point; where there are more points than marks the last ones share one."""
    return chain(_MARKS, repeat(_LAST_MARK))


def text_plot(points: Sequence[Point], x_label: str, y_label: str, width: int) -> list[str]:
    """Return the lines of a picture, with a key below it: a mark for each point, the later one where two would meet."""
    if not points:
        return []
    frame, columns = _frame(points), max(20, min(width, 80) - _LABEL_WIDTH - 2)
    grid = [[" "] * columns for _ in range(_ROWS)]
    for point, mark in zip(points, _marks(), strict=False):
        row = round((1 - frame.y_fraction(point)) * (_ROWS - 1))
        grid[row][round(frame.x_fraction(point) * (columns - 1))] = mark
    lines = [f"{'':>{_LABEL_WIDTH}} {y_label}"]
    for number, line in enumerate(grid):
        at = frame.high - (frame.high - frame.low) * number / (_ROWS - 1)
        label = format_percent(at, 1) if number % 3 == 0 else ""
        lines.append(f"{label:>{_LABEL_WIDTH}} |{''.join(line).rstrip()}")
    lines.append(f"{'':>{_LABEL_WIDTH}} +{'-' * columns}")
    ends = format_percent(frame.left), format_percent(frame.right)
    lines.append(f"{'':>{_LABEL_WIDTH}}  {ends[0]}{'':{max(1, columns - len(ends[0]) - len(ends[1]))}}{ends[1]}")
    lines.append(f"{'':>{_LABEL_WIDTH}}  {x_label:^{columns}}".rstrip())
    return lines + [f"  {mark} {point.name}" for point, mark in zip(points, _marks(), strict=False)]


def svg_plot(points: Sequence[Point], x_label: str, y_label: str, title: str) -> str:
    """Return the same picture as an SVG document, with a key below it; ValueError without points."""
    frame = _frame(points)
    inner_width, inner_height = _SVG_WIDTH - 2 * _MARGIN, _SVG_HEIGHT - 2 * _MARGIN
    height = _SVG_HEIGHT + _LINE * (len(points) + 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_SVG_WIDTH}" height="{height}">',
        "<style>text { font: 13px sans-serif }</style>",
        f"<title>{_text(title)}</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{_MARGIN}" y="{_MARGIN // 2}">{_text(title)}</text>',
        f'<path d="M{_MARGIN} {_MARGIN}V{_MARGIN + inner_height}H{_MARGIN + inner_width}" fill="none" stroke="black"/>',
        f'<text x="{_SVG_WIDTH / 2}" y="{_SVG_HEIGHT - _MARGIN / 4}" text-anchor="middle">{_text(x_label)}</text>',
        f'<text x="4" y="{_MARGIN - 8}">{_text(y_label)}</text>',
    ]
    for share in (0.0, 0.5, 1.0):
        x, y = _MARGIN + share * inner_width, _MARGIN + (1 - share) * inner_height
        at_x, at_y = frame.left + share * (frame.right - frame.left), frame.low + share * (frame.high - frame.low)
        parts.append(
            f'<text x="{x:.1f}" y="{_MARGIN + inner_height + 18}" text-anchor="middle">{format_percent(at_x)}</text>'
        )
        parts.append(f'<text x="{_MARGIN - 6}" y="{y + 4:.1f}" text-anchor="end">{format_percent(at_y, 1)}</text>')
    for number, (point, mark) in enumerate(zip(points, _marks(), strict=False)):
        x = _MARGIN + frame.x_fraction(point) * inner_width
        y = _MARGIN + (1 - frame.y_fraction(point)) * inner_height
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/><text x="{x + 6:.1f}" y="{y - 4:.1f}">{mark}</text>')
        parts.append(f'<text x="{_MARGIN}" y="{_SVG_HEIGHT + _LINE * number}">{mark} {_text(point.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _text(words: str) -> str:
    return escape(_INVALID_XML.sub("\ufffd", words))
