"""What a model charges for input that its provider keeps, by the price list."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.caching.cache_rules import CacheRates, CacheRules

if TYPE_CHECKING:
    from scrimp.enums import CacheLifetime
    from scrimp.prices.book import PriceBook
    from scrimp.prices.rates import Rates


def cache_rates(
    prices: PriceBook, provider: str, model: str, size: int, when: float, rules: CacheRules, *, batch: bool = False
) -> CacheRates | None:
    """Return what a model charges for cached input; None if its price is unknown.

    A kind without a rate of its own is billed as fresh input, and a long write as a short one. What is kept without
    being asked for is written for nothing more, and reads of an explicit cache need a rate of their own.
    """
    price = prices.price(provider, model, when, batch=batch)
    found: Rates | None = None if price is None else price.rates_for(size)
    if found is None or found.input is None:
        return None
    short = found.input if found.cache_write is None else found.cache_write
    long = short if found.cache_write_long is None else found.cache_write_long
    read = found.explicit_read if rules.explicit else found.cached_input
    if read is None and rules.explicit:
        return None
    if rules.form == "automatic":
        short = long = found.input
    write: dict[CacheLifetime, Decimal] = {each: long if each == "1h" else short for each in rules.lifetimes}
    read = found.input if read is None else read
    return CacheRates(fresh=found.input, read=read, write=write, storage=found.cache_storage)
