"""The price book as the config has it: the user's prices over our corrections over the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from scrimp.prices.book import PriceBook
from scrimp.prices.discounts import Discounts
from scrimp.prices.own_prices import OwnPrice, read_own_prices
from scrimp.prices.price_lists import LIST_NAMES
from scrimp.prices.regions import list_at, region_at
from scrimp.units import parse_discount

if TYPE_CHECKING:
    from decimal import Decimal

    from scrimp.config.paths import Paths
    from scrimp.config.resolved.routes import Routes
    from scrimp.config.schema import Config
    from scrimp.prices.price_row import PriceRow
    from scrimp.prices.rates import Rates
    from scrimp.providers.endpoint import Endpoint


def open_prices(config: Config, paths: Paths, routes: Routes) -> PriceBook:
    """Return the prices of what the endpoints of the routes sell."""
    lists, regions = {}, {}
    for name, endpoint in routes.endpoints.items():
        owner = endpoint.price_provider or LIST_NAMES.get(name, name)
        lists[name] = list_at(owner, endpoint.host)
        if region := region_at(owner, endpoint.host):
            regions[name] = region
    kept = read_own_prices(paths.own_prices)
    own: dict[str, Rates | PriceRow] = {
        **_recorded(routes.endpoints), **{name: price.row for name, price in kept.items() if price.priced},
        **_of_config(config),
    }  # fmt: skip
    return PriceBook(
        own, table=paths.prices, lists=lists, regions=regions, discounts=_discounts(config, kept),
        vendors_name=routes.vendors_name,
    )  # fmt: skip


def _of_config(config: Config) -> dict[str, PriceRow]:
    """Return the prices the config sets, with those of batches and tiers, by provider/model."""
    return {
        name: OwnPrice(rates=table.price, batch=table.batch_price, tiers=dict(table.tier_prices)).row
        for name, table in config.models.items()
        if table.price is not None
    }


def _discounts(config: Config, own: Mapping[str, OwnPrice]) -> Discounts:
    """Return the discounts that the config gives, and those on batches in `own`, what `scrimp prices set` keeps."""
    set_so = {name: price.batch_discount for name, price in own.items()}
    models = set_so | {name: table.batch_discount for name, table in config.models.items() if table.batch_discount}
    providers = config.providers.items()
    return Discounts(
        providers=_shares({name: table.discount for name, table in providers}),
        provider_batches=_shares({name: table.batch_discount for name, table in providers}),
        model_batches=_shares(models),
    )


def _shares(discounts: Mapping[str, str | None]) -> dict[str, Decimal]:
    return {name: parse_discount(text, f"the discount of {name}") for name, text in discounts.items() if text}


def _recorded(endpoints: Mapping[str, Endpoint]) -> dict[str, Rates]:
    """Return the prices that recordings come with, by provider/model."""
    replayed = {name: endpoint.recording for name, endpoint in endpoints.items() if endpoint.recording}
    if not replayed:
        return {}
    from scrimp.config.paths import expanded
    from scrimp.prices.rates import Rates  # where completions are recorded ones
    from scrimp.read.recordings import recording_prices

    return {
        f"{name}/{model}": Rates(input=rate_in, output=rate_out)
        for name, file in replayed.items()
        for model, (rate_in, rate_out) in recording_prices(expanded(file, "base_url"), None).items()
    }
