"""The options that say where rows and the bill go, and what is shown meanwhile."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from scrimp.enums import ColorMode, OutputFormat, ProgressMode, SummaryMode

Report = Annotated[Literal["text", "json"], typer.Option("--report", help="The format of the receipt.")]
Output = Annotated[
    str,
    typer.Option("-o", "--output", metavar="FILE|-", help="Where rows go; DIR/{id}.md: a file for each completion."),
]
Out = Annotated[
    OutputFormat | None,
    typer.Option("--out", help="The format of rows: by the extension of -o, else jsonl; at a terminal, text."),
]
Fields = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,input.C",
        help='Only these fields of a row, in this order; input.* is every column, "input.a, b" one with a comma.',
    ),
]
Summary = Annotated[SummaryMode, typer.Option(help="The bill on stderr.")]
SummaryFile = Annotated[
    str | None, typer.Option(metavar="FILE", help="Also write the bill as JSON to this file; - is stdout.")
]
Quiet = Annotated[
    bool,
    typer.Option(
        "-q", "--quiet", help="No progress, no bill; only errors, and certified routes and levels that no longer hold."
    ),
]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Print where each row went, and why.")]
Color = Annotated[ColorMode | None, typer.Option(help="Colors on a terminal.")]
ProgressOption = Annotated[ProgressMode | None, typer.Option("--progress", help="How progress is shown on stderr.")]
