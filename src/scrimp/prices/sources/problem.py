"""What may be wrong with a price list of others, and the checks that find it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from scrimp.errors import ConfigError
from scrimp.prices.rates import Rates
from scrimp.prices.table import PriceTable

# Dollars per million tokens; nothing is sold for more, and a list in other units is not one for us.
_MOST = 1_000_000


class SourceError(ValueError):
    """A price list cannot be read; the message says where it goes wrong, without naming the list."""


def mapping(value: object, name: str) -> Mapping[str, object]:
    """Return an object of the list; `name` says what it is."""
    if not isinstance(value, dict):
        raise SourceError(f"{name} is not an object")
    return value


def listed(value: object, name: str) -> list[object]:
    """Return an array of the list."""
    if not isinstance(value, list):
        raise SourceError(f"{name} is not an array")
    return value


def amount(value: object, name: str) -> Decimal:
    """Return dollars exactly, 9.0 as 9; negative, infinite and absurd ones are refused."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise SourceError(f"{name} is {value!r}, which is not an amount")
    try:
        dollars = Decimal(str(value))
    except InvalidOperation as error:
        raise SourceError(f"{name} is '{value}', which is not an amount") from error
    if not dollars.is_finite() or not 0 <= dollars <= _MOST:
        raise SourceError(f"{name} is {dollars:f}, which cannot be a price")
    return Decimal(f"{dollars.normalize():f}")


def check_amounts(table: PriceTable) -> None:
    """Read every row of a table; ConfigError for one that cannot be read, or has an amount that cannot be."""
    for provider in table.providers:
        prices = table.provider_prices(provider)
        for model in prices or ():
            row = prices.row(model) if prices else None
            for bands in (
                [] if row is None else [*(dated.bands for dated in row.prices), *(v.bands for v in row.variants)]
            ):
                for band in bands:
                    _check_rates(band.rates, f"{provider}/{model}")


def _check_rates(rates: Rates, name: str) -> None:
    for kind in Rates.__struct_fields__:
        value = getattr(rates, kind)
        try:
            if value is not None:
                amount(value, f"{name}: {kind}")
        except SourceError as error:
            raise ConfigError(f"the price list cannot be used: {error}") from error
