"""`scrimp tune`: which model, and which level of compression, is good enough, learned from recorded completions."""

from __future__ import annotations

import typer

from scrimp.cli.tune import advise, apply, certify, replay, shadow, status
from scrimp.cli.tune.labels import label

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def tune() -> None:
    """Learn from recorded completions which model is good enough, and prove it."""


for _module in (shadow, replay, label, certify, apply, status, advise):
    app.add_typer(_module.app)
