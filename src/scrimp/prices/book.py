"""The price book: what a call costs, by the user's prices, then our corrections, then the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from scrimp.prices.cheap_hours import CheapHours, cheap_hours
from scrimp.prices.corrections import still_holding
from scrimp.prices.dated_changes import DatedChange, next_change
from scrimp.prices.discounts import NO_DISCOUNTS, Discounts
from scrimp.prices.lookup import PriceLookup, PriceMatch, user_price
from scrimp.prices.model_names import is_same_model, without_effort
from scrimp.prices.price_lists import LIST_NAMES, SELLERS
from scrimp.prices.price_row import (
    BATCH,
    BATCH_TIER,
    Moment,
    PriceRow,
    applicable_variants,
    bands_in_force,
    has_rates_for,
    price_context,
    utc_moment,
)
from scrimp.prices.rates import SEARCHES, Band, Rates, cost, rates_for, scaled
from scrimp.prices.regions import ANYWHERE, in_region
from scrimp.prices.table import CORRECTIONS, SHIPPED, PriceTable, load_table
from scrimp.values import Usage

_WITHDRAWN = (Band(Rates()),)  # the row of a model that is no longer sold
# Seconds: no price is in force for less than a minute (see price_row.Condition).
_RESOLUTION = 60
# Prices kept, each of some minute: a run asks for those of now, of when its calls were sent and of when it began.
_REMEMBERED = 1_000


class Cost(Struct, frozen=True):
    """Dollars for a call and the source of its price; None is unknown, never zero."""

    dollars: Decimal | None
    source: str | None  # "reported", "user", "local", or the day of the table: "2026-11-09"


class Price(Struct, frozen=True, kw_only=True):
    """The rates in force for a model at a moment, and their source."""

    bands: tuple[Band, ...]
    source: str  # "user", "local", or the day of the table or correction
    rule: str  # how the row was found: exact, alias, snapshot of an alias, dated suffix stripped, user, local
    provider: str  # the provider whose price list it is
    model: str  # the row in it
    batch: bool = False  # whether these are rates for batch jobs; False if none are known
    origin: str = ""  # the table, or the correction's own source
    mark: str | None = None  # how reliable a correction is

    def rates_for(self, input_tokens: int) -> Rates:
        """Return the rates for a call with this many input tokens."""
        return rates_for(self.bands, input_tokens)

    def cliff(self, input_tokens: int) -> int | None:
        """Return the size that this many tokens are above and that makes all of them more expensive; None for none."""
        crossed = [band for band in self.bands if 0 < band.above < input_tokens]
        dearer = crossed and (self.bands[0].rates.input or 0) < (crossed[-1].rates.input or 0)
        return crossed[-1].above if dearer else None

    def cost(self, usage: Usage) -> Decimal | None:
        """Return the cost of a usage in dollars; None if a rate it needs is unknown."""
        return cost(usage, self.rates_for(usage.input))


class PriceListing(Struct, frozen=True, kw_only=True):
    """A line of the price list: standard rates, and those of batch jobs if they are known."""

    provider: str
    model: str
    standard: Price
    batch: Price | None


class PriceBook:
    """The prices of every known model; the files are read when the first price is looked up."""

    def __init__(
        self,
        overrides: Mapping[str, Rates | PriceRow] | None = None,
        *,
        table: Path | None = None,
        lists: Mapping[str, str] | None = None,
        regions: Mapping[str, str] | None = None,
        discounts: Discounts = NO_DISCOUNTS,
        vendors_name: Callable[[str, str], str] = lambda _, model: model,
    ) -> None:
        """Take the user's prices by provider/model, and the path of a table that is used unless it is older than ours.

        `lists` maps a provider without a price list of its own to the provider whose list applies, `regions` one whose
        address keeps calls in a region to that region. A discount is on prices of lists, not on the user's own.
        `vendors_name` returns the name on a provider's list of a model that has another one there.
        """
        self._vendors_name = vendors_name
        self._discounts = discounts
        self._lists, self._regions = dict(lists or {}), dict(regions or {})
        self._overrides = dict(overrides or {})
        self._table = table
        self._matches: dict[tuple[str, str], PriceMatch | None] = {}
        self._in_force: dict[tuple[float | str | bool | None, ...], Price | None] = {}  # by arguments and minute

    def cost_of(
        self,
        *,
        provider: str,
        model: str,
        usage: Usage | None,
        when: float,
        batch: bool = False,
        service_tier: str | None = None,
        speed: str | None = None,
        region: str | None = None,
        reported: Decimal | None = None,
    ) -> Cost:
        """Return the cost of a call: the one the provider reported, otherwise by the price at that time.

        Tier, speed and region are those that the reply names; one whose price is not known makes the cost unknown.
        """
        if reported is not None:
            return Cost(reported, "reported")
        price = self.price(provider, model, when, batch=batch, service_tier=service_tier, speed=speed, region=region)
        dollars = None if price is None or usage is None else price.cost(usage)
        return Cost(None, None) if price is None or dollars is None else Cost(dollars, price.source)

    def price(
        self,
        provider: str,
        model: str,
        when: float,
        *,
        batch: bool = False,
        service_tier: str | None = None,
        speed: str | None = None,
        region: str | None = None,
    ) -> Price | None:
        """Return the rates in force at a time (seconds since the epoch); None if no price is known.

        The user's prices are for the provider as configured, whatever the reply says of tier, speed and region. Batch
        jobs without rates of their own have the standard ones.
        """
        region = self._regions.get(provider) if region in ANYWHERE else region
        key = (when // _RESOLUTION, provider, model, batch, service_tier, speed, region)
        if key not in self._in_force:
            if len(self._in_force) >= _REMEMBERED:
                self._in_force.clear()
            match = self._match(provider, model)
            way = {"tier": service_tier, "speed": speed, "region": region}
            self._in_force[key] = (
                None if match is None else self._price(match, provider, model, utc_moment(when), batch=batch, **way)
            )
        return self._in_force[key]

    def means(self, provider: str, asked: str, answered: str) -> bool:
        """Return whether the name in a reply means the model that a provider was asked for, by either of its names."""
        return is_same_model(asked, answered) or is_same_model(self._vendors_name(provider, asked), answered)

    def cheap_hours(self, provider: str, model: str, when: float) -> CheapHours | None:
        """Return when a live call costs least within a day; None if its price does not change until then."""
        match = self._match(provider, model)
        return None if match is None else cheap_hours(match.row, when)

    def next_change(self, provider: str, model: str, when: float, *, days: int) -> DatedChange | None:
        """Return the first announced change of a model's price within some days; None if there is none."""
        match = self._match(provider, model)
        return None if match is None else next_change(match.row, when, days=days)

    def listed(self, provider: str, model: str, when: float) -> Price | None:
        """Return the rates on the price lists, whatever the user's own prices are; None if there are none."""
        match = self._lookup.find(self._lists.get(provider, provider), self._vendors_name(provider, model))
        return None if match is None else self._price(match, provider, model, utc_moment(when))

    def listings(self, when: float, provider: str | None = None) -> Iterator[PriceListing]:
        """Yield the price list by provider and model, with corrections and the user's prices in place of its own."""
        now = utc_moment(when)
        own = self._own_places(provider)
        for name, model in sorted({*self._lookup.models(provider and self._list_of(provider)), *own}):
            match = own.get((name, model)) or self._lookup.find_on_list(name, model)
            seller = provider or SELLERS.get(name, name)
            if match is None or (standard := self._price(match, seller, model, now)) is None:
                continue
            batch = self._price(match, seller, model, now, batch=True)
            yield PriceListing(
                provider=name, model=model, standard=standard, batch=batch if batch and batch.batch else None
            )

    def _own_places(self, provider: str | None) -> dict[tuple[str, str], PriceMatch]:
        """Return the user's prices by price list and model; only those of `provider` if it is given."""
        wanted = None if provider is None else self._list_of(provider)
        placed = {}
        for name in self._overrides:
            seller, _, model = name.partition("/")
            match = user_price(self._overrides, seller, model)
            if match is not None and wanted in (None, self._list_of(seller)):
                placed[self._list_of(seller), model] = match
        return placed

    def _list_of(self, provider: str) -> str:
        return LIST_NAMES.get(provider, self._lists.get(provider, provider))

    @property
    def date(self) -> str:
        """The day of the table's data."""
        return self._lookup.table.date

    @property
    def origin(self) -> str:
        """The source of the table's data."""
        return self._lookup.table.source

    def _match(self, provider: str, model: str) -> PriceMatch | None:
        key = (provider, model)
        if key not in self._matches:
            override = user_price(self._overrides, provider, model)
            list_provider = self._lists.get(provider, provider)
            found = override or self._lookup.find(list_provider, self._vendors_name(provider, model))
            base = without_effort(model)
            self._matches[key] = self._match(provider, base) if found is None and base != model else found
        return self._matches[key]

    def _price(
        self, match: PriceMatch, provider: str, model: str, now: Moment, *, batch: bool = False,
        tier: str | None = None, speed: str | None = None, region: str | None = None,
    ) -> Price | None:  # fmt: skip
        """Return the rates in force; None if the list has none, or none for the tier, speed or region of a reply."""
        context, discounts = price_context(batch=batch, service_tier=tier, speed=speed), self._discounts
        batch_share = discounts.of_batches(provider, model, match) if BATCH.items() <= context.items() else None
        if batch_share is not None:
            context, tier = {key: context[key] for key in context.keys() - BATCH}, None if tier == BATCH_TIER else tier
        bands: tuple[Band, ...] | None = bands_in_force(match.row, now, context)
        if not match.flat:
            known = has_rates_for(match.row, now, service_tier=tier, speed=speed)
            bands = in_region(bands, match.provider, region) if known and bands else None
        if not bands or bands == _WITHDRAWN:
            return None
        bands = bands if batch_share is None else scaled(bands, batch_share, without=SEARCHES)
        variants = applicable_variants(match.row, now, context)
        return Price(
            bands=bands if match.flat else discounts.apply(bands, provider),
            source=match.source if match.flat else discounts.told(match.source, provider),
            rule=match.rule,
            provider=match.provider,
            model=match.model,
            batch=batch_share is not None or any("processing" in variant.context for variant in variants),
            origin=match.origin,
            mark=match.mark,
        )

    @property
    def lookup(self) -> PriceLookup:
        """The rows of the price lists, without the user's own prices."""
        return self._lookup

    @cached_property
    def _lookup(self) -> PriceLookup:
        return lookup_with(load_table(self._table) if self._table and self._table.exists() else None)


def lookup_with(table: PriceTable | None) -> PriceLookup:
    """Return the rows of a table and our corrections of it; of the shipped table if there is none, or an older one."""
    shipped, corrections = load_table(SHIPPED), load_table(CORRECTIONS)
    if table is None or table.date < shipped.date:
        return PriceLookup(shipped, corrections)
    return PriceLookup(table, still_holding(corrections, shipped, table))
