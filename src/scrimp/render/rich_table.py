"""Tables at a terminal, by rich; imported only for them, since rich takes 20 ms to import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from scrimp.render.streams import StreamStyle
from scrimp.render.tables import one_line

_NAME_STYLE = "cyan"


def rich_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], align: str, style: StreamStyle, stream: TextIO
) -> str:
    """Return a table with the terminal's width and colors; `align` has `l` or `r` for each column.

    Texts that do not fit continue on the next line of their cell, so that nothing is lost; numbers are never broken.
    """
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    for index, (header, side) in enumerate(zip(headers, align, strict=True)):
        table.add_column(
            Text(one_line(header)), justify="right" if side == "r" else "left", no_wrap=side == "r", overflow="fold",
            style=_NAME_STYLE if index == 0 else "",
        )  # fmt: skip
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row))  # Text: markup in a cell is printed literally
    # The style has decided on colors already: rich must not ask NO_COLOR and TERM again.
    console = Console(
        file=stream, width=style.width, force_terminal=True, no_color=False,
        color_system="standard" if style.color else None,
    )  # fmt: skip
    with console.capture() as output:
        console.print(table)
    return output.get()
