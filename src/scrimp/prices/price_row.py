"""A model's row in a price table: which of its rates hold at a moment, for a way of processing."""

from __future__ import annotations

import time
from collections.abc import Mapping

from msgspec import Struct

from scrimp.prices.rates import Band, Rates


class Condition(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """When rates hold, in UTC; what is not named does not matter, and all that is named must be so."""

    since: str | None = None  # "2026-12-01"
    start: str | None = None  # "01:00", included; a start after the end means over midnight
    end: str | None = None  # "04:00", excluded
    days: tuple[int, ...] = ()  # 0 is Monday


class DatedRates(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Standard rates and when they hold; of several that do, the last one counts, of none the first."""

    bands: tuple[Band, ...]
    condition: Condition | None = None


class Variant(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Rates laid over the standard ones for a way of processing; for each rate, the first that applies counts."""

    context: dict[str, str]  # {"processing": "batch"}, {"service_tier": "flex"}, {"speed": "fast"}
    bands: tuple[Band, ...]
    condition: Condition | None = None


class PriceRow(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything a table says about one model; the last three fields only where the row has a history of its own."""

    prices: tuple[DatedRates, ...]
    variants: tuple[Variant, ...] = ()
    date: str | None = None
    source: str | None = None
    mark: str | None = None


class Moment(Struct, frozen=True):
    """A point in time as conditions see it, in UTC."""

    date: str
    clock: str
    weekday: int


def moment(when: float) -> Moment:
    """Return seconds since the epoch as a UTC date, time of day and weekday."""
    utc = time.gmtime(when)
    return Moment(
        f"{utc.tm_year:04}-{utc.tm_mon:02}-{utc.tm_mday:02}", f"{utc.tm_hour:02}:{utc.tm_min:02}", utc.tm_wday
    )


def holds(condition: Condition | None, now: Moment) -> bool:
    """Say whether rates under this condition are in force."""
    if condition is None:
        return True
    if condition.since is not None and now.date < condition.since:
        return False
    if condition.days and now.weekday not in condition.days:
        return False
    start, end = condition.start, condition.end
    if start is None or end is None:
        return True
    if end < start:
        return now.clock >= start or now.clock < end
    return start <= now.clock < end


def context(*, batch: bool, service_tier: str | None) -> dict[str, str]:
    """Return the words under which tables file what was asked for (Anthropic calls its fast tier a speed)."""
    words = {} if service_tier is None else {"service_tier": service_tier, "speed": service_tier}
    if batch or service_tier == "batch":
        words["processing"] = "batch"
    return words


def bands_at(row: PriceRow, now: Moment, words: Mapping[str, str]) -> tuple[Band, ...]:
    """Return the rates in force; a way of processing without rates of its own costs the standard ones."""
    bands = next((dated.bands for dated in reversed(row.prices) if holds(dated.condition, now)), row.prices[0].bands)
    for variant in reversed(applying(row, now, words)):
        bands = _overlay(bands, variant.bands)
    return bands


def applying(row: PriceRow, now: Moment, words: Mapping[str, str]) -> list[Variant]:
    """Return the variants that apply to what was asked for."""
    if not words:
        return []
    return [
        variant
        for variant in row.variants
        if all(words.get(key) == value for key, value in variant.context.items()) and holds(variant.condition, now)
    ]


def _overlay(under: tuple[Band, ...], over: tuple[Band, ...]) -> tuple[Band, ...]:
    """Lay rates over others, each at its own thresholds."""
    thresholds = sorted({band.above for band in under} | {band.above for band in over})
    return tuple(Band(_merge(_from(under, above), _from(over, above)), above) for above in thresholds)


def _from(bands: tuple[Band, ...], above: int) -> Rates:
    return next((band.rates for band in reversed(bands) if band.above <= above), bands[0].rates)


def _merge(under: Rates, over: Rates) -> Rates:
    return Rates(
        **{
            name: getattr(under, name) if getattr(over, name) is None else getattr(over, name)
            for name in Rates.__struct_fields__
        }
    )
