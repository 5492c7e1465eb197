"""`scrimp batch`: work that can wait, submitted, queued, watched, fetched, cancelled, listed, reconciled and pruned."""

from __future__ import annotations

import typer

from scrimp.cli.batch import cancel, fetch, flush, job_list, prune, reconcile, submit, watch

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def batch() -> None:
    """Send work that can wait through the providers' batch APIs, and fetch it."""


for _module in (submit, flush, job_list, watch, fetch, cancel, reconcile, prune):
    app.add_typer(_module.app)
