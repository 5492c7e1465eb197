"""`scrimp prices set`: a price of the user's own."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Annotated

import typer
from msgspec import Struct
from msgspec.structs import replace

from scrimp.cli.flags import completions
from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.prices.rate_table import shown_rate, shown_rates
from scrimp.cli.printing import print_line
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.prices.own_prices import OwnPrice, read_own_prices
from scrimp.prices.price_row import BATCH_TIER
from scrimp.prices.rates import Rates
from scrimp.store.files.price_files import write_own_prices
from scrimp.units import format_count, parse_discount, parse_dollars

_UNUSUAL = 50  # times the price of the table, or the other way round

app = typer.Typer(rich_markup_mode=None, add_completion=False)


def _rate(help_: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(metavar="USD", help=help_)
    return option


class RateFlags(FlagGroup, frozen=True):
    """What tokens and services of a kind cost; the names are those of `Rates`."""

    input: Annotated[str | None, _rate("For input tokens.")] = None
    output: Annotated[str | None, _rate("For output tokens.")] = None
    cached_input: Annotated[str | None, _rate("For input read from the provider's cache.")] = None
    explicit_read: Annotated[str | None, _rate("For input read from a cache that marks asked for.")] = None
    cache_write: Annotated[str | None, _rate("For input written to it.")] = None
    cache_write_long: Annotated[str | None, _rate("For input kept there for long.")] = None
    reasoning: Annotated[str | None, _rate("For hidden output.")] = None
    thinking_output: Annotated[str | None, _rate("For all output of a call that thought.")] = None
    input_audio: Annotated[str | None, _rate("For sound in the input.")] = None
    cached_audio: Annotated[str | None, _rate("For sound read from the cache.")] = None
    output_audio: Annotated[str | None, _rate("For sound in the output.")] = None
    web_search: Annotated[str | None, _rate("For a thousand web searches.")] = None
    cache_storage: Annotated[str | None, _rate("For a million tokens in an explicit cache, an hour.")] = None

    def rates(self) -> dict[str, Decimal]:
        """Return the rates that are given, in dollars, by their kinds; UsageError for what is not an amount."""
        texts = {kind: getattr(self, kind) for kind in self.__struct_fields__}
        return {kind: parse_dollars(text, _flag(kind)) for kind, text in texts.items() if text is not None}


@app.command(name="set")
@grouped()
def set_(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A model as provider/model.", autocompletion=completions.models)
    ],
    *,
    of_calls: RateFlags,
    batch_input: Annotated[str | None, _rate("For input tokens of batch jobs.")] = None,
    batch_output: Annotated[str | None, _rate("For output tokens of batch jobs.")] = None,
    batch: Annotated[bool, typer.Option("--batch", help="The prices given are those of batch jobs.")] = False,
    batch_discount: Annotated[
        str | None,
        typer.Option(metavar="N%", help="Batch jobs cost so much less than live calls, at your price or the table's."),
    ] = None,
    tier: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The prices given are those of calls that a reply says this of: flex, ..."),
    ] = None,
    above: Annotated[
        int | None, typer.Option(metavar="TOKENS", min=1, help="They are those of calls with more input tokens.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Go back to the price of the table.")] = False,
) -> None:
    """Set what a model costs, in dollars per million tokens.

    It goes before the price table and scrimp's corrections, for every call of the model; a price under [models] in the
    config goes before it. What is not given keeps the price set before; a kind that has none is billed as the kind it
    is part of, and what --batch, --tier and --above do not say costs what live calls of any size do.
    """
    rates = of_calls.rates()
    of_batches = {
        kind: parse_dollars(text, f"--batch-{kind}")
        for kind, text in (("input", batch_input), ("output", batch_output))
        if text is not None
    }
    if batch_discount is not None:
        parse_discount(batch_discount, "--batch-discount")
    _check_calls(rates, batch=batch, tier=tier, above=above)
    change = _Change(
        rates={} if batch else rates, batch=of_batches | (rates if batch else {}), tier=tier, above=above,
        batch_discount=batch_discount,
    )  # fmt: skip
    with open_session() as session:
        name = session.services.routes.model(model).without_arm
        if remove:
            if change != _Change():
                raise UsageError("--remove takes no price: leave one of them out")
            _remove(session, name)
        elif change == _Change():
            raise UsageError(f"give {name} a price, such as --input 0.50 --output 2, or --remove the one you set")
        else:
            _set(session, name, change)


def _check_calls(rates: dict[str, Decimal], *, batch: bool, tier: str | None, above: int | None) -> None:
    """Raise UsageError where it is not clear which calls the rates are of."""
    if sum((batch, tier is not None, above is not None)) > 1:
        raise UsageError("--batch, --tier and --above exclude each other: set one price after the other")
    if tier is not None and tier.strip() in ("", BATCH_TIER):
        raise UsageError("--tier takes the word of a reply, such as flex or priority; prices of batch jobs: --batch")
    if not rates and (batch or tier is not None or above is not None):
        raise UsageError("--batch, --tier and --above say which calls a price is of: add one, such as --input 0.50")


class _Change(Struct, frozen=True, kw_only=True):
    """The prices that are given, and which calls they are of."""

    rates: dict[str, Decimal] = {}
    batch: dict[str, Decimal] = {}
    tier: str | None = None
    above: int | None = None
    batch_discount: str | None = None

    def of(self, before: OwnPrice) -> OwnPrice:
        """Return the price as it was before, with the ones given in their places."""
        day = time.strftime("%Y-%m-%d", time.gmtime())
        price = replace(before, day=day)
        if self.batch_discount is not None:
            price = replace(price, batch_discount=self.batch_discount, batch=None)
        if self.batch:
            price = replace(price, batch=replace(price.batch or Rates(), **self.batch), batch_discount=None)
        if self.tier is not None:
            tiers = {**price.tiers, self.tier: replace(price.tiers.get(self.tier, Rates()), **self.rates)}
            return replace(price, tiers=tiers)
        if self.above is not None:
            edge = str(self.above)
            above = {**price.above, edge: replace(price.above.get(edge, Rates()), **self.rates)}
            return replace(price, above=above)
        return replace(price, rates=replace(price.rates, **self.rates))


def _flag(kind: str) -> str:
    return "--" + kind.replace("_", "-")


def _set(session: Session, name: str, change: _Change) -> None:
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
                f"{_flag(kind)} {shown_rate(rate)} is far from the table's {shown_rate(usual)}: prices are for a "
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
        session.messages.warn(f'the config sets a price under [models."{name}"], which goes before this one')
