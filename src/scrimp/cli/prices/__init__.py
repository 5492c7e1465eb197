"""`scrimp prices`: the price table, how a model's price is found, and prices that are newer or the user's own."""

from __future__ import annotations

import typer

from scrimp.cli.prices import check, price_list, set_price, update

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def prices() -> None:
    """Show, compare, update and set prices."""


for _module in (price_list, check, set_price, update):
    app.add_typer(_module.app)
