"""`scrimp prices check`: how a model's price is found, and what other price lists say."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import typer
from msgspec import to_builtins

from scrimp.cli.flags import completions
from scrimp.cli.prices.rate_table import difference_json, difference_rows, shown_rates
from scrimp.cli.printing import print_json, print_line, print_table
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.prices.book import Price, PriceBook
from scrimp.prices.comparison import Comparison, compare
from scrimp.prices.lookup import PriceLookup
from scrimp.prices.price_row import utc_moment
from scrimp.units import format_count, format_percent, pluralize
from scrimp.values import ModelRef

app = typer.Typer(rich_markup_mode=None, add_completion=False)
_UNKNOWN = 2
_AHEAD_DAYS = 365


@app.command()
def check(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL...", help="Models as provider/model; with --against also patterns, such as 'openai/*'.",
            autocompletion=completions.models,
        ),
    ] = None,
    *,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Compare with another list: a file or https address of genai-prices' data or of LiteLLM's table, or "
            "genai-prices for the installed package.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON: of models in use, or with --against.")
    ] = False,
) -> None:  # fmt: skip
    """Check the prices of the models in use, or show what the named ones cost and how each price was found.

    Without a name: whether any model that the config can call, or that was called in the last 30 days, has no price,
    a price that changes within 30 days, or one of yours that is older than the list's; and whether the table is stale.
    Each comes with the next move. Exit 2 if the price of a model is unknown.

    With --against, list each rate in force now that differs from another list's. Rates that the other list lacks are
    left out, and so are the user's own prices.
    """
    with open_session() as session:
        if against is not None:
            _compare(session, against, models or [], as_json=as_json)
        elif not models:
            if _check_in_use(session, as_json=as_json):
                raise typer.Exit(_UNKNOWN)
        elif as_json:
            raise UsageError(
                "--json is for models in use and for --against: for prices as JSON, see `scrimp prices list --json`"
            )
        elif _describe(session, models):
            raise typer.Exit(_UNKNOWN)


def _check_in_use(session: Session, *, as_json: bool) -> bool:
    """Print what is wrong with the prices of models in use; return whether the price of one is unknown."""
    from scrimp.flows.prices.findings import price_findings  # only for this check
    from scrimp.flows.prices.models_in_use import models_in_use
    from scrimp.prices.own_prices import read_own_prices

    services = session.services
    book, now = services.prices, services.clock()
    used = models_in_use(services)
    findings = price_findings(used, book, read_own_prices(services.paths.own_prices), now, services.provider_credits)
    unpriced = sum(each.kind == "unpriced" for each in findings)
    if as_json:
        print_json(
            {"models": [{"model": each.id, "named_by": each.named_by, "calls_30d": each.calls} for each in used],
             "findings": [to_builtins(each) for each in findings], "date": book.date, "source": book.origin}
        )  # fmt: skip
        return unpriced > 0
    if not used:
        print_line("no model is in use: no provider has a key, and the ledger has no calls; see `scrimp doctor`")
    for finding in findings:
        print_line(f"{finding.model or finding.provider or 'table'}: {finding.message}: {finding.next_move}")
    priced = f"{pluralize(len(used), 'model')} in use, {format_count(len(used) - unpriced)} with a price"
    print_line(f"{priced}; table of {book.date}, {book.origin}")
    return unpriced > 0


def _describe(session: Session, models: list[str]) -> bool:
    """Print what each model costs; return whether the price of one is unknown."""
    book, now, some_unknown = session.services.prices, time.time(), False
    for name in models:
        model = session.services.routes.model(name)
        price = book.price(model.provider, model.model, now)
        some_unknown = some_unknown or price is None
        print_line(f"{model.id}: {_description(price, list(_other_ways(book, model, price, now)))}")
        for line in _what_changes(book, model, now):
            print_line(f"{model.id}: {line}")
    print_line(f"table of {book.date}, {book.origin}")
    return some_unknown


def _other_ways(book: PriceBook, model: ModelRef, price: Price | None, now: float) -> Iterator[str]:
    """Yield the prices of batch jobs, and of other tiers or speeds, if they differ."""
    batch = book.price(model.provider, model.model, now, batch=True)
    if batch is not None and batch.batch:
        yield f"in batch jobs {_shown_bands(batch)}"
    ways = {tier: book.price(model.provider, model.model, now, service_tier=tier) for tier in ("flex", "priority")}
    ways["fast"] = book.price(model.provider, model.model, now, speed="fast")
    for way, other in ways.items():
        if other is not None and price is not None and other.bands != price.bands:
            yield f"{way} {_shown_bands(other)}"


def _what_changes(book: PriceBook, model: ModelRef, now: float) -> Iterator[str]:
    """Yield the next announced change of a price, and the hours at which a call costs least."""
    if (change := book.next_change(model.provider, model.model, now, days=_AHEAD_DAYS)) is not None:
        after = change.after[0].rates
        yield f"from {change.day} on {shown_rates(after) or 'it is no longer sold'}"
    if (hours := book.cheap_hours(model.provider, model.model, now)) is None:
        return
    if hours.begin > now:
        begin = time.strftime("%H:%M", time.gmtime(hours.begin))
        yield f"a live call costs {format_percent(hours.saved)} less from {begin} UTC on"
    else:
        yield "a live call costs least at this hour"


def _description(price: Price | None, others: Sequence[str]) -> str:
    if price is None:
        return (
            "no price is known: set one with `scrimp prices set`, or under [models] in the config, or its calls count "
            "as unpriced"
        )
    rates = "; ".join([_shown_bands(price), *others])
    origin = f"{price.provider}/{price.model}, {price.rule}, {price.source}"
    mark = f", {price.mark}" if price.mark else ""
    return f"{rates} (dollars per million tokens; {origin}{mark})"


def _shown_bands(price: Price) -> str:
    return "; ".join(
        shown_rates(band.rates) + (f" above {format_count(band.above)} input tokens" if band.above else "")
        for band in price.bands
    )


def _compare(session: Session, source: str, patterns: list[str], *, as_json: bool) -> None:
    from scrimp.flows.prices.price_lists import read_price_list  # 30 ms, only to compare

    services = session.services
    theirs = PriceLookup(read_price_list(source, services.env))
    found = compare(services.prices.lookup, theirs, utc_moment(time.time()))
    differences = [
        each
        for each in found.differences
        if not patterns or any(fnmatchcase(f"{each.provider}/{each.model}", pattern) for pattern in patterns)
    ]
    if as_json:
        print_json(difference_json(differences, ("ours", "theirs")))
        return
    headers = ("model", "rate", "scrimp", "theirs", "times")
    print_table(headers, difference_rows(differences), "llrrr", session.out, empty="no rate differs")
    print_line(_summary(found, len(differences)))
    print_line(f"scrimp: table of {services.prices.date}, {services.prices.origin}; theirs: {theirs.table.source}")


def _summary(found: Comparison, differing: int) -> str:
    return (
        f"models on both lists: {format_count(found.models)}; rates that differ: {format_count(differing)}; models on "
        f"scrimp's only: {format_count(len(found.only_ours))}, on theirs only: {format_count(len(found.only_theirs))}"
    )
