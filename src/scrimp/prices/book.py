"""The price book: what a call costs, by the user's own prices, then our corrections, then the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from scrimp.prices.lookup import FoundPrice, PriceLookup, users_own
from scrimp.prices.price_row import Moment, applying, bands_at, context, moment
from scrimp.prices.rates import Band, Rates, cost, rates_for
from scrimp.prices.table import SHIPPED, read
from scrimp.values import Usage

# Seconds: no price holds for less than a minute (see rows.Condition).
_FINEST = 60


class Cost(Struct, frozen=True):
    """Dollars for a call and which price that is by; None is unknown, never zero."""

    dollars: Decimal | None
    source: str | None  # "reported", "user", "local", or the day of the table: "2026-11-09"


class Price(Struct, frozen=True, kw_only=True):
    """The rates in force for a model at a moment, and where they come from."""

    bands: tuple[Band, ...]
    source: str  # "user", "local", or the day of the table or correction
    rule: str  # how the row was found: exact, alias, snapshot of an alias, dated suffix stripped, user, local
    provider: str  # whose price list
    model: str  # the row in it
    batch: bool = False  # these are rates for batch jobs; False where none are known
    origin: str = ""  # the table, or the correction's own source
    mark: str | None = None  # how far a correction can be trusted

    def rates_for(self, input_tokens: int) -> Rates:
        """Return the rates of a call with so many input tokens."""
        return rates_for(self.bands, input_tokens)

    def cost(self, usage: Usage) -> Decimal | None:
        """Return what the usage costs in dollars."""
        return cost(usage, self.rates_for(usage.input))


class PriceListing(Struct, frozen=True, kw_only=True):
    """A line of the price list: standard rates, and those of batch jobs where they are known."""

    provider: str
    model: str
    standard: Price
    batch: Price | None


class PriceBook:
    """Prices of every model we know of; the files are read when the first price is asked for."""

    def __init__(
        self,
        overrides: Mapping[str, Rates] | None = None,
        *,
        table: Path | None = None,
        lists: Mapping[str, str] | None = None,
    ) -> None:
        """Take the user's prices by provider/model, and where a newer table may lie; absent, the shipped one serves.

        `lists` says whose price list applies to a provider that has none of its own.
        """
        self._lists = dict(lists or {})
        self._overrides = dict(overrides or {})
        self._table = table
        self._found: dict[tuple[str, str | None, str], FoundPrice | None] = {}
        self._minute = -1.0
        self._in_force: dict[tuple[str, str | None, str, bool, str | None], Price | None] = {}  # in this minute

    def cost_of(
        self,
        *,
        provider: str,
        model: str,
        usage: Usage | None,
        when: float,
        price_provider: str | None = None,
        batch: bool = False,
        service_tier: str | None = None,
        reported: Decimal | None = None,
    ) -> Cost:
        """Return what a call cost: what the provider says it did, else by its price at that time."""
        if reported is not None:
            return Cost(reported, "reported")
        price = self.price(provider, model, when, price_provider=price_provider, batch=batch, service_tier=service_tier)
        dollars = None if price is None or usage is None else price.cost(usage)
        return Cost(None, None) if price is None or dollars is None else Cost(dollars, price.source)

    def price(
        self,
        provider: str,
        model: str,
        when: float,
        *,
        price_provider: str | None = None,
        batch: bool = False,
        service_tier: str | None = None,
    ) -> Price | None:
        """Return the rates in force at a time (seconds since the epoch); None where no price is known.

        The user's prices are for the provider as configured; tables are searched for `price_provider` where it differs.
        """
        minute = when // _FINEST
        if minute != self._minute:
            self._minute, self._in_force = minute, {}
        key = (provider, price_provider, model, batch, service_tier)
        if key not in self._in_force:
            found = self._find(provider, price_provider, model)
            words = context(batch=batch, service_tier=service_tier)
            self._in_force[key] = None if found is None else _price(found, moment(when), words)
        return self._in_force[key]

    def input_rate(
        self,
        provider: str,
        model: str,
        when: float,
        *,
        price_provider: str | None = None,
        batch: bool = False,
        input_tokens: int = 0,
    ) -> Decimal | None:
        """Return dollars per million fresh input tokens, to value tokens that were not sent."""
        price = self.price(provider, model, when, price_provider=price_provider, batch=batch)
        return None if price is None else price.rates_for(input_tokens).input

    def listings(self, when: float, provider: str | None = None) -> Iterator[PriceListing]:
        """Yield the price list by provider and model, corrections in place of what they correct."""
        now, for_batch = moment(when), context(batch=True, service_tier=None)
        for name, model in self._search.rows(provider):
            if found := self._search.on_list(name, model):
                batch = _price(found, now, for_batch)
                yield PriceListing(
                    provider=name, model=model, standard=_price(found, now, {}), batch=batch if batch.batch else None
                )

    @property
    def date(self) -> str:
        """The day of the table's data."""
        return self._search.table.date

    @property
    def origin(self) -> str:
        """Where the table's data is from."""
        return self._search.table.source

    def _find(self, provider: str, price_provider: str | None, model: str) -> FoundPrice | None:
        key = (provider, price_provider, model)
        if key not in self._found:
            own = users_own(self._overrides, provider, model)
            self._found[key] = own or self._search.find(price_provider or self._lists.get(provider, provider), model)
        return self._found[key]

    @cached_property
    def _search(self) -> PriceLookup:
        return PriceLookup(read(self._table if self._table and self._table.exists() else SHIPPED))


def _price(found: FoundPrice, now: Moment, words: Mapping[str, str]) -> Price:
    return Price(
        bands=bands_at(found.row, now, words),
        source=found.source,
        rule=found.rule,
        provider=found.provider,
        model=found.model,
        batch=any("processing" in variant.context for variant in applying(found.row, now, words)),
        origin=found.origin,
        mark=found.mark,
    )
