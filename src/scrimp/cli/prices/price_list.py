"""`scrimp prices list`: the prices in force now."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.flags.json_flag import AsJson
from scrimp.cli.prices.rate_table import rate_cell
from scrimp.cli.printing import print_json, print_table
from scrimp.cli.session import open_session
from scrimp.errors import UsageError, closest_name
from scrimp.prices.book import PriceListing

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="list")
def list_(
    provider: Annotated[
        str | None,
        typer.Argument(
            metavar="PROVIDER", help="Only the models of this provider.", autocompletion=completions.providers
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the prices in force now, in dollars per million tokens."""
    with open_session() as session:
        book = session.services.prices
        listings = list(book.listings(time.time(), provider))
        if provider is not None and not listings and provider not in session.services.routes.endpoints:
            closest = closest_name(provider, {each.provider for each in book.listings(time.time(), None)})
            raise UsageError(
                f"there are no prices for '{provider}': "
                + (f"did you mean {closest}?" if closest else "see all providers with `scrimp prices list`")
            )
        if as_json:
            print_json([_as_json(listing) for listing in listings])
            return
        headers = ("model", "input", "cached", "output", "batch in", "out", "from")
        empty = f"there are no prices for '{provider}': set them with `scrimp prices set`"
        print_table(
            headers, [_row(listing) for listing in listings], "lrrrrrl", session.out, empty=empty,
            dispensable=("from", "batch in", "out", "cached"),
        )  # fmt: skip


def _row(listing: PriceListing) -> tuple[str, ...]:
    rates = listing.standard.rates_for(0)
    batch = listing.batch.rates_for(0) if listing.batch else None
    return (
        f"{listing.provider}/{listing.model}", rate_cell(rates.input), rate_cell(rates.cached_input),
        rate_cell(rates.output),
        rate_cell(batch.input) if batch else "", rate_cell(batch.output) if batch else "", listing.standard.source,
    )  # fmt: skip


def _as_json(listing: PriceListing) -> dict[str, object]:
    rates = listing.standard.rates_for(0)
    batch = None if listing.batch is None else listing.batch.rates_for(0)
    return {
        "provider": listing.provider, "model": listing.model, "input": rates.input, "output": rates.output,
        "cached_input": rates.cached_input, "source": listing.standard.source,
        "batch_input": batch and batch.input, "batch_output": batch and batch.output,
    }  # fmt: skip
