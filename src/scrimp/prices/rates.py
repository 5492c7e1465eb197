"""The arithmetic of a call's cost: tokens of each kind times dollars per million."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from scrimp.values import Usage

PRICED_PER = 1_000_000


class Rates(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Dollars per million tokens of each kind; None if there is no separate rate."""

    input: Decimal | None = None
    output: Decimal | None = None
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_long: Decimal | None = None
    reasoning: Decimal | None = None


class Band(Struct, frozen=True, omit_defaults=True):
    """The rates for every token of a call whose input is longer than `above`."""

    rates: Rates
    above: int = 0


def rates_for(bands: tuple[Band, ...], input_tokens: int) -> Rates:
    """Return the rates for a call: crossing a threshold reprices the whole call; the threshold itself is below."""
    for band in reversed(bands):
        if input_tokens > band.above:
            return band.rates
    return bands[0].rates


def cost(usage: Usage, rates: Rates) -> Decimal | None:
    """Return what one call costs in dollars; None if tokens were used that have no rate.

    A kind without a rate of its own is billed as the kind it is part of: cache reads and writes as input, long writes
    as short ones, reasoning as output. Input and output themselves have no other rate to use, and nothing is free
    because a rate is missing.
    """
    write_rate = rates.input if rates.cache_write is None else rates.cache_write
    long_write = min(usage.cache_write_long, usage.cache_write)
    reasoning = 0 if rates.reasoning is None else min(usage.reasoning, usage.output)
    parts = (
        # A provider that counts more cached tokens than input tokens must not make a call cheaper than its parts.
        (max(0, usage.input - usage.cache_read - usage.cache_write), rates.input),
        (usage.cache_read, rates.input if rates.cached_input is None else rates.cached_input),
        (usage.cache_write - long_write, write_rate),
        (long_write, write_rate if rates.cache_write_long is None else rates.cache_write_long),
        (usage.output - reasoning, rates.output),
        (reasoning, rates.reasoning),
    )
    total = Decimal(0)
    for tokens, rate in parts:
        if tokens:
            if rate is None:
                return None
            total += tokens * rate
    return total / PRICED_PER
