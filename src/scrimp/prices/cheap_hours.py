"""When a model whose price changes by time of day costs least."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from scrimp.prices.price_row import PriceRow, bands_in_force, utc_moment

# As long as a batch may take: work that is left for later is not expected to wait for the weekend.
_AHEAD = timedelta(days=1)
_MIDNIGHT = "00:00"


class CheapHours(Struct, frozen=True):
    """The next time at which a model costs least within a day, and how much less that is than now."""

    begin: float  # seconds since the epoch; not after now where it costs least already
    saved: float  # a share of what it costs now
    end: float | None = None  # when it costs more again; None: not within a day


def cheap_hours(row: PriceRow, now: float) -> CheapHours | None:
    """Return when a model costs least within the next day; None if its price does not change until then, or is unknown.

    Prices are compared by what as many tokens in as out cost, at the rates of short calls.
    """
    current = _rate(row, now)
    if not current:
        return None
    later = [(rate, moment) for moment in _changes(row, now) if (rate := _rate(row, moment)) is not None]
    least, begin = min([(current, now), *later])
    if max([current, *(rate for rate, _ in later)]) == least:
        return None
    ends = (moment for moment in _changes(row, begin) if (rate := _rate(row, moment)) is None or rate > least)
    return CheapHours(begin, float(1 - least / current), min(ends, default=None))


def _changes(row: PriceRow, now: float) -> Iterator[float]:
    """Yield the moments within a day at which other rates may come into force."""
    start = datetime.fromtimestamp(now, UTC)
    conditions = [dated.condition for dated in row.prices if dated.condition is not None]
    if not conditions:
        return
    times = {_MIDNIGHT} | {time for each in conditions for time in (each.start, each.end) if time is not None}
    for days in (0, 1):
        for time in times:
            hour, minute = map(int, time.split(":"))
            moment = (start + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
            if start < moment <= start + _AHEAD:
                yield moment.timestamp()


def _rate(row: PriceRow, when: float) -> Decimal | None:
    rates = bands_in_force(row, utc_moment(when), {})[0].rates
    return None if rates.input is None or rates.output is None else rates.input + rates.output
