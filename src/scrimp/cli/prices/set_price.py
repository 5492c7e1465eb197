"""`scrimp prices set`: a price of the user's own."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.prices.rate_flags import PriceChange, RateFlags, WhichCalls, flag_of
from scrimp.cli.prices.rate_table import shown_rate, shown_rates
from scrimp.cli.printing import print_line
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.prices.own_prices import OwnPrice, read_own_prices
from scrimp.store.files.price_files import write_own_prices
from scrimp.units import format_count

_UNUSUAL = 50  # times the price of the table, or the other way round

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(name="set")
@grouped()
def set_(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A model as provider/model.", autocompletion=completions.models)
    ],
    *,
    of_calls: RateFlags,
    which: WhichCalls,
    remove: Annotated[bool, typer.Option("--remove", help="Go back to the table's price.")] = False,
) -> None:
    """Set what a model costs, in dollars per million tokens.

    It overrides the price table and scrimp's corrections for every call of the model; a price under [models] in the
    config overrides it. Prices that are not given stay as they were set before; a kind of tokens without a price is
    billed as the kind it is part of, and calls without a price by --batch, --tier or --above cost what others do.
    """
    change = which.change(of_calls.rates())
    with open_session() as session:
        name = session.services.routes.model(model).without_arm
        if remove:
            if change != PriceChange():
                raise UsageError("--remove takes no price: leave one of them out")
            _remove(session, name)
        elif change == PriceChange():
            raise UsageError(f"give {name} a price, such as --input 0.50 --output 2, or --remove the one you set")
        else:
            _set(session, name, change)


def _set(session: Session, name: str, change: PriceChange) -> None:
    path = session.services.paths.own_prices
    prices = read_own_prices(path)
    price = change.of(prices.get(name, OwnPrice()))
    only_discount = price.batch_discount is not None and not (price.priced or price.tiers or price.above)
    if not only_discount and (price.rates.input is None or price.rates.output is None):
        raise UsageError(f"the price of {name} needs both --input and --output: give 0 for what is free")
    write_own_prices(path, {**prices, name: price})
    print_line(f"{name}: {_shown(price)} (dollars per million tokens; yours, kept in {path})")
    _warn_of_units(session, name, change.rates)
    _warn_of_sizes(session, name, price)
    _warn_of_config(session, name)


def _warn_of_sizes(session: Session, name: str, price: OwnPrice) -> None:
    """Warn where the list has another price for long calls, and the user's is one for all."""
    provider, _, model = name.partition("/")
    match = session.services.prices.lookup.find(provider, model)
    bands = match.row.prices[-1].bands if match is not None else ()
    if price.priced and len(bands) > 1 and not price.above:
        session.messages.warn(
            f"the list has another price for calls above {format_count(bands[1].above)} input tokens, and yours is for "
            f"all sizes: set that of long calls with --above {bands[1].above}"
        )


def _warn_of_units(session: Session, name: str, rates: dict[str, Decimal]) -> None:
    """Warn of a price that is most likely one by the token, or by the thousand."""
    provider, _, model = name.partition("/")
    match = session.services.prices.lookup.find(provider, model)
    listed = None if match is None else match.row.prices[-1].bands[0].rates
    for kind, rate in rates.items():
        usual = getattr(listed, kind, None)
        if usual and rate and not 1 / _UNUSUAL < rate / usual < _UNUSUAL:
            session.messages.warn(
                f"{flag_of(kind)} {shown_rate(rate)} is far from the table's {shown_rate(usual)}: prices are for a "
                "million tokens"
            )


def _remove(session: Session, name: str) -> None:
    path = session.services.paths.own_prices
    prices = read_own_prices(path)
    if name not in prices:
        raise UsageError(f"no price was set for {name}: see what it costs with `scrimp prices check {name}`")
    del prices[name]
    write_own_prices(path, prices)
    print_line(f"{name}: back to the price of the table; see `scrimp prices check {name}`")
    _warn_of_config(session, name)


def _shown(price: OwnPrice) -> str:
    parts = [shown_rates(price.rates)] if price.priced else []
    parts += [
        f"above {format_count(int(edge))} input tokens {shown_rates(price.above[edge])}"
        for edge in sorted(price.above, key=int)
    ]
    parts += [f"tier {tier} {shown_rates(price.tiers[tier])}" for tier in sorted(price.tiers)]
    parts += [f"in batch jobs {shown_rates(price.batch)}"] if price.batch is not None else []
    parts += [f"batch jobs {price.batch_discount} less than live calls"] if price.batch_discount else []
    return "; ".join(parts)


def _warn_of_config(session: Session, name: str) -> None:
    table = session.services.loaded.config.models.get(name)
    if table is not None and table.price is not None:
        session.messages.warn(f'the config sets a price under [models."{name}"], which overrides this one')
