"""The flags of `scrimp prices set`, and the change of a price that they ask for."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Annotated

import typer
from msgspec import Struct
from msgspec.structs import replace

from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.errors import UsageError
from scrimp.prices.own_prices import OwnPrice
from scrimp.prices.price_row import BATCH_TIER
from scrimp.prices.rates import Rates
from scrimp.units import parse_discount, parse_dollars


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
        return {kind: parse_dollars(text, flag_of(kind)) for kind, text in texts.items() if text is not None}


class PriceChange(Struct, frozen=True, kw_only=True):
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


class WhichCalls(FlagGroup, frozen=True):
    """Which calls the rates are of, and what batches cost."""

    batch_input: Annotated[str | None, _rate("For input tokens of batch jobs.")] = None
    batch_output: Annotated[str | None, _rate("For output tokens of batch jobs.")] = None
    batch: Annotated[bool, typer.Option("--batch", help="The prices given are for batch jobs.")] = False
    batch_discount: Annotated[
        str | None,
        typer.Option(metavar="N%", help="The discount of batch jobs on live calls, at your price or the table's."),
    ] = None
    tier: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The prices given are for calls of this service tier, as replies name it: flex, ..."
        ),
    ] = None
    above: Annotated[
        int | None,
        typer.Option(metavar="TOKENS", min=1, help="The prices given are for calls with more input tokens than this."),
    ] = None

    def change(self, rates: dict[str, Decimal]) -> PriceChange:
        """Return the change of prices; UsageError if it is not clear which calls they are for."""
        of_batches = {
            kind: parse_dollars(text, f"--batch-{kind}")
            for kind, text in (("input", self.batch_input), ("output", self.batch_output))
            if text is not None
        }
        if self.batch_discount is not None:
            parse_discount(self.batch_discount, "--batch-discount")
        if sum((self.batch, self.tier is not None, self.above is not None)) > 1:
            raise UsageError("--batch, --tier and --above exclude each other: set one price after the other")
        if self.tier is not None and self.tier.strip() in ("", BATCH_TIER):
            raise UsageError(
                "--tier takes the word of a reply, such as flex or priority; prices of batch jobs: --batch"
            )
        if not rates and (self.batch or self.tier is not None or self.above is not None):
            raise UsageError("--batch, --tier and --above say which calls a price is of: add one, such as --input 0.50")
        return PriceChange(
            rates={} if self.batch else rates, batch=of_batches | (rates if self.batch else {}), tier=self.tier,
            above=self.above, batch_discount=self.batch_discount,
        )  # fmt: skip


def flag_of(kind: str) -> str:
    """Return the flag of a kind of rate."""
    return "--" + kind.replace("_", "-")
