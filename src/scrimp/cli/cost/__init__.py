"""`scrimp cost`: what was paid, by group, what was saved, the ledger's entries exported, and what providers say."""

from __future__ import annotations

import typer

from scrimp.cli.cost import budget, by_group, export, reconcile, saved

app = typer.Typer(rich_markup_mode=None, add_completion=False)
app.callback(invoke_without_command=True, subcommand_metavar="[COMMAND [ARGS]...]")(by_group.cost)

for _module in (budget, export, reconcile, saved):
    app.add_typer(_module.app)
