"""The one table a benchmark ends with: what was measured, beside what, and the ratio of the two."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from itertools import zip_longest

_WIDTHS = (29, 20, 31, 8, 13)  # 109 columns with two spaces between


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: words, not numbers, since each row measures something else."""

    what: str
    measured: str
    beside: str = ""
    ratio: str = ""
    asked: str = ""


HEAD = Row(what="what", measured="measured", beside="beside", ratio="ratio", asked="asked")


def render(rows: Iterable[Row]) -> str:
    """Return the table; a cell that is too long goes on below."""
    lines = [line for row in [HEAD, *rows] for line in _lines(row)]
    return "\n".join(lines)


def _lines(row: Row) -> list[str]:
    cells = [textwrap.wrap(text, width) for text, width in zip(astuple(row), _WIDTHS, strict=True)]
    return [
        "  ".join(piece.ljust(width) for piece, width in zip(pieces, _WIDTHS, strict=True)).rstrip()
        for pieces in zip_longest(*cells, fillvalue="")
    ]


def times(ratio: float) -> str:
    """Write a ratio: two digits where it is small, none after the point where it is large."""
    return f"{ratio:,.0f} x" if ratio >= 20 else f"{ratio:.1f} x" if ratio >= 2 else f"{ratio:.2f} x"


def ms(seconds: float) -> str:
    """Write a time too short for seconds."""
    return f"{seconds * 1000:,.0f} ms"


def mib(size: float) -> str:
    """Write a size of memory."""
    return f"{size / 2**20:,.0f} MiB"
