"""`scrimp prices`: the price table, and how a model's price is found."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import open_session
from scrimp.prices.book import Price, PriceListing

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
_UNKNOWN = 2


@app.callback()
def prices() -> None:
    """Show the price table, and how a model's price is found."""


@app.command(name="list")
def list_(
    provider: Annotated[
        str | None,
        typer.Argument(
            metavar="PROVIDER", help="Only the models of this provider.", autocompletion=completions.providers
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the prices in force now, in dollars per million tokens."""
    with open_session() as session:
        book = session.services.prices
        listings = list(book.listings(time.time(), provider))
        if as_json:
            print_json([_as_json(listing) for listing in listings])
            return
        headers = ("model", "input", "cached", "output", "batch in", "out", "from")
        empty = f"there are no prices for '{provider}': see all providers with `scrimp prices list`"
        print_table(headers, [_row(listing) for listing in listings], "lrrrrrl", session.out, empty=empty)


@app.command()
def check(
    models: Annotated[
        list[str],
        typer.Argument(metavar="MODEL...", help="Models as provider/model.", autocompletion=completions.models),
    ],
) -> None:
    """Show what models cost and the rule each price was found by; exit 2 if the price of one is unknown."""
    some_unknown = False
    with open_session() as session:
        book = session.services.prices
        for name in models:
            model = session.services.routes.model(name)
            price = book.price(model.provider, model.model, time.time())
            some_unknown = some_unknown or price is None
            print_line(f"{model.id}: {_description(price)}")
        print_line(f"table of {book.date}, {book.origin}")
    if some_unknown:
        raise typer.Exit(_UNKNOWN)


def _description(price: Price | None) -> str:
    if price is None:
        return "no price is known: set one under [models] in the config, or its calls count as unpriced"
    bands = []
    for band in price.bands:
        above = f" above {band.above:,} input tokens" if band.above else ""
        bands.append(f"input {_dollars(band.rates.input)}, output {_dollars(band.rates.output)}{above}")
    origin = f"{price.provider}/{price.model}, {price.rule}, {price.source}"
    mark = f", {price.mark}" if price.mark else ""
    return f"{'; '.join(bands)} (dollars per million tokens; {origin}{mark})"


def _row(listing: PriceListing) -> tuple[str, ...]:
    rates = listing.standard.rates_for(0)
    batch = listing.batch.rates_for(0) if listing.batch else None
    return (
        f"{listing.provider}/{listing.model}", _dollars(rates.input), _dollars(rates.cached_input),
        _dollars(rates.output),
        _dollars(batch.input) if batch else "", _dollars(batch.output) if batch else "", listing.standard.source,
    )  # fmt: skip


def _dollars(rate: Decimal | None) -> str:
    return "" if rate is None else format(rate.normalize(), "f") if rate else "0"


def _as_json(listing: PriceListing) -> dict[str, object]:
    rates = listing.standard.rates_for(0)
    return {
        "provider": listing.provider, "model": listing.model, "input": rates.input, "output": rates.output,
        "cached_input": rates.cached_input, "source": listing.standard.source,
    }  # fmt: skip
