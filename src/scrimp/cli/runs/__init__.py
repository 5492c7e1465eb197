"""`scrimp runs`: earlier runs, their bills, the input rows that failed in them, and those of other machines."""

from __future__ import annotations

import typer

from scrimp.cli.runs import failed_input, merge, run_list, show

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def runs() -> None:
    """List earlier runs, with their bills and the rows that failed."""


for _module in (run_list, show, failed_input, merge):
    app.add_typer(_module.app)
