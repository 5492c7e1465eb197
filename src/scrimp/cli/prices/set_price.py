"""`scrimp prices set`: a price of the user's own."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from scrimp.cli.flags import completions
from scrimp.cli.prices.rate_table import shown_rate, shown_rates
from scrimp.cli.printing import print_line
from scrimp.cli.session import Session, open_session
from scrimp.errors import UsageError
from scrimp.units import parse_dollars

if TYPE_CHECKING:
    from scrimp.prices.own_prices import OwnPrice

_UNUSUAL = 50  # times the price of the table, or the other way round

app = typer.Typer(rich_markup_mode=None, add_completion=False)


def _rate(help_: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(metavar="USD", help=help_)
    return option


@app.command(name="set")
def set_(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="A model as provider/model.", autocompletion=completions.models)
    ],
    *,
    input_: Annotated[str | None, typer.Option("--input", metavar="USD", help="For input tokens.")] = None,
    output: Annotated[str | None, _rate("For output tokens.")] = None,
    cached_input: Annotated[str | None, _rate("For input read from the provider's cache.")] = None,
    cache_write: Annotated[str | None, _rate("For input written to it.")] = None,
    cache_write_long: Annotated[str | None, _rate("For input kept there for long.")] = None,
    reasoning: Annotated[str | None, _rate("For hidden output.")] = None,
    thinking_output: Annotated[str | None, _rate("For all output of a call that thought.")] = None,
    input_audio: Annotated[str | None, _rate("For sound in the input.")] = None,
    cached_audio: Annotated[str | None, _rate("For sound read from the cache.")] = None,
    output_audio: Annotated[str | None, _rate("For sound in the output.")] = None,
    web_search: Annotated[str | None, _rate("For a thousand web searches.")] = None,
    batch_input: Annotated[str | None, _rate("For input tokens of batch jobs.")] = None,
    batch_output: Annotated[str | None, _rate("For output tokens of batch jobs.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Go back to the price of the table.")] = False,
) -> None:
    """Set what a model costs, in dollars per million tokens.

    It goes before the price table and scrimp's corrections, for every call of the model whatever its tier; a price
    under [models] in the config goes before it. What is not given keeps the price set before; a kind that has none is
    billed as the kind it is part of.
    """
    given = {
        "input": input_, "output": output, "cached_input": cached_input, "cache_write": cache_write,
        "cache_write_long": cache_write_long, "reasoning": reasoning, "thinking_output": thinking_output,
        "input_audio": input_audio, "cached_audio": cached_audio, "output_audio": output_audio,
        "web_search": web_search,
    }  # fmt: skip
    rates = {kind: parse_dollars(text, _flag(kind)) for kind, text in given.items() if text is not None}
    batch = {
        kind: parse_dollars(text, f"--batch-{kind}")
        for kind, text in (("input", batch_input), ("output", batch_output))
        if text is not None
    }
    with open_session() as session:
        name = session.services.routes.model(model).without_arm
        if remove:
            if rates or batch:
                raise UsageError("--remove takes no price: leave one of them out")
            _remove(session, name)
        elif not rates and not batch:
            raise UsageError(f"give {name} a price, such as --input 0.50 --output 2, or --remove the one you set")
        else:
            _set(session, name, rates, batch)


def _flag(kind: str) -> str:
    return "--" + kind.replace("_", "-")


def _set(session: Session, name: str, rates: dict[str, Decimal], batch: dict[str, Decimal]) -> None:
    from msgspec.structs import replace  # noqa: PLC0415 - with what follows

    from scrimp.prices.own_prices import OwnPrice, read_own_prices  # noqa: PLC0415 - only to set a price
    from scrimp.prices.rates import Rates  # noqa: PLC0415 - as above
    from scrimp.store.files.price_files import write_own_prices  # noqa: PLC0415 - as above

    path = session.services.paths.own_prices
    prices = read_own_prices(path)
    before = prices.get(name, OwnPrice(rates=Rates()))
    price = OwnPrice(
        rates=replace(before.rates, **rates),
        batch=replace(before.batch or Rates(), **batch) if batch else before.batch,
        day=time.strftime("%Y-%m-%d", time.gmtime()),
    )
    if price.rates.input is None or price.rates.output is None:
        raise UsageError(f"the price of {name} needs both --input and --output: give 0 for what is free")
    write_own_prices(path, {**prices, name: price})
    print_line(f"{name}: {_shown(price)} (dollars per million tokens; yours, kept in {path})")
    _warn_of_units(session, name, rates)
    _warn_of_config(session, name)


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
    from scrimp.prices.own_prices import read_own_prices  # noqa: PLC0415 - only here
    from scrimp.store.files.price_files import write_own_prices  # noqa: PLC0415 - as above

    path = session.services.paths.own_prices
    prices = read_own_prices(path)
    if name not in prices:
        raise UsageError(f"no price was set for {name}: see what it costs with `scrimp prices check {name}`")
    del prices[name]
    write_own_prices(path, prices)
    print_line(f"{name}: back to the price of the table; see `scrimp prices check {name}`")
    _warn_of_config(session, name)


def _shown(price: OwnPrice) -> str:
    batch = f"; in batch jobs {shown_rates(price.batch)}" if price.batch is not None else ""
    return shown_rates(price.rates) + batch


def _warn_of_config(session: Session, name: str) -> None:
    table = session.services.loaded.config.models.get(name)
    if table is not None and table.price is not None:
        session.messages.warn(f'the config sets a price under [models."{name}"], which goes before this one')
