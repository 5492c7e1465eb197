"""The next day on which a model's price changes, as its vendor has announced it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from scrimp.prices.price_row import PriceRow, bands_in_force, utc_moment
from scrimp.prices.rates import Band


class DatedChange(Struct, frozen=True, kw_only=True):
    """The rates of live calls before and from a day on; a band for each size of call, and none after a withdrawal."""

    day: str  # in UTC: "2026-12-01"
    before: tuple[Band, ...]
    after: tuple[Band, ...]


def next_change(row: PriceRow, now: float, *, days: int) -> DatedChange | None:
    """Return the first change of a price within some days from now; None if no date changes it.

    What changes by the hour or the day of the week is not such a change: both sides are of this hour of this weekday.
    """
    today = utc_moment(now)
    last = f"{datetime.fromtimestamp(now, UTC) + timedelta(days=days):%Y-%m-%d}"
    conditions = [dated.condition for dated in row.prices if dated.condition is not None]
    announced = sorted({each.since for each in conditions if each.since is not None})
    before = bands_in_force(row, today, {})
    for day in announced:
        if today.date < day <= last and (after := bands_in_force(row, replace(today, date=day), {})) != before:
            return DatedChange(day=day, before=before, after=after)
    return None
