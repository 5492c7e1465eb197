"""The periods between two moments are those of every quarter of an hour between them, wherever clocks are changed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from scrimp.store.cost_sums.groups import PERIODS, period_of, periods_between
from scrimp.store.cost_sums.measures import SECONDS


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(
    ("place", "day"),
    [("Pacific/Apia", "2011-12-29"), ("Australia/Lord_Howe", "2026-04-04"), ("America/New_York", "2026-03-07")],
)  # fmt: skip
def test_no_period_is_passed_over_where_a_day_is_short_or_missing(period: str, place: str, day: str) -> None:
    zone = ZoneInfo(place)
    first = datetime.fromisoformat(f"{day} 23:50").replace(tzinfo=zone).timestamp()
    for last in (first, first + 5 * 3600, first + 4 * 86_400 + 3000):
        quarters = range(int(first) // SECONDS, int(last) // SECONDS + 1)
        assert periods_between(period, first, last, zone) == list(
            dict.fromkeys(period_of(period, quarter, zone) for quarter in quarters)
        )


def test_a_call_of_a_clock_that_stood_at_its_beginning_takes_no_longer_than_days_are_many() -> None:
    assert len(periods_between("month", 0.0, 1_796_000_000.0, ZoneInfo("UTC"))) == 683
