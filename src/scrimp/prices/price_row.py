"""A model's row in a price table: which of its rates are in force at a moment, for a way of processing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct

from scrimp.prices.rates import Band, Rates, merge

# What vendors call calls at list price (Groq: on_demand), and Anthropic those of a batch job.
STANDARD_TIERS = frozenset((None, "", "default", "standard", "auto", "on_demand"))
BATCH_TIER = "batch"
BATCH = {"processing": "batch"}  # the context of batch jobs


class Condition(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """When rates are in force, in UTC; every field that is set must be met."""

    since: str | None = None  # "2026-12-01"
    start: str | None = None  # "01:00", included; a start after the end spans midnight
    end: str | None = None  # "04:00", excluded
    days: tuple[int, ...] = ()  # 0 is Monday


class DatedRates(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Standard rates and when they are in force; the last ones in force apply, the first ones if none are."""

    bands: tuple[Band, ...]
    condition: Condition | None = None


class Variant(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Rates that override standard ones for a way of processing; for each rate the first applicable variant counts."""

    context: dict[str, str]  # {"processing": "batch"}, {"service_tier": "flex"}, {"speed": "fast"}
    bands: tuple[Band, ...]
    condition: Condition | None = None


class PriceRow(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Everything a table says about one model; the last three fields are set only if they differ from the table's."""

    prices: tuple[DatedRates, ...]
    variants: tuple[Variant, ...] = ()
    date: str | None = None
    source: str | None = None
    mark: str | None = None


class Moment(Struct, frozen=True):
    """A point in time in UTC, in the form conditions are compared with."""

    date: str
    time_of_day: str
    weekday: int


def utc_moment(when: float) -> Moment:
    """Return seconds since the epoch as a UTC date, time of day and weekday."""
    utc = datetime.fromtimestamp(when // 1, UTC)  # whole seconds: a fraction must not round up into the next minute
    return Moment(f"{utc:%Y-%m-%d}", f"{utc:%H:%M}", utc.weekday())


def in_force(condition: Condition | None, now: Moment) -> bool:
    """Return whether rates with this condition are in force."""
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
        return now.time_of_day >= start or now.time_of_day < end
    return start <= now.time_of_day < end


def price_context(*, batch: bool, service_tier: str | None, speed: str | None = None) -> dict[str, str]:
    """Return the keys by which tables list a way of processing: as the reply names it, or of a batch job."""
    context: dict[str, str] = {}
    if service_tier and service_tier != BATCH_TIER:
        context["service_tier"] = service_tier
    if speed:
        context["speed"] = speed
    if batch or service_tier == BATCH_TIER:
        context |= BATCH
    return context


def has_rates_for(row: PriceRow, now: Moment, *, service_tier: str | None, speed: str | None) -> bool:
    """Return whether a row says what the tier and the speed of a reply cost; those of standard calls always cost it."""
    needed = price_context(
        batch=False, service_tier=None if service_tier in STANDARD_TIERS else service_tier,
        speed=None if speed in STANDARD_TIERS else speed,
    )  # fmt: skip
    return all(
        any(key in variant.context for variant in applicable_variants(row, now, {key: value}))
        for key, value in needed.items()
    )


def bands_in_force(row: PriceRow, now: Moment, context: Mapping[str, str]) -> tuple[Band, ...]:
    """Return the rates in force; the standard ones for a way of processing without rates of its own."""
    bands = next((dated.bands for dated in reversed(row.prices) if in_force(dated.condition, now)), row.prices[0].bands)
    for variant in reversed(applicable_variants(row, now, context)):
        bands = _overlay(bands, variant.bands)
    return bands


def applicable_variants(row: PriceRow, now: Moment, context: Mapping[str, str]) -> list[Variant]:
    """Return the variants that apply to a way of processing."""
    if not context:
        return []
    return [
        variant
        for variant in row.variants
        if all(context.get(key) == value for key, value in variant.context.items()) and in_force(variant.condition, now)
    ]


def _overlay(base: tuple[Band, ...], override: tuple[Band, ...]) -> tuple[Band, ...]:
    """Override rates by others, each at its own thresholds."""
    thresholds = sorted({band.above for band in base} | {band.above for band in override})
    return tuple(Band(merge(_rates_above(base, above), _rates_above(override, above)), above) for above in thresholds)


def _rates_above(bands: tuple[Band, ...], above: int) -> Rates:
    return next((band.rates for band in reversed(bands) if band.above <= above), bands[0].rates)
