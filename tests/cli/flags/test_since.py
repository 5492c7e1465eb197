from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from scrimp.cli.flags.since import parse_since
from scrimp.errors import ScrimpError

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "zone", "first"),
    [
        ("6h", "UTC", "2026-11-30T06:00+00:00"),
        ("2026-11-01", "UTC", "2026-11-01T00:00+00:00"),
        ("2026-07-01", "Europe/Berlin", "2026-06-30T22:00+00:00"),
        ("2026-11-01T06:30", "Asia/Kolkata", "2026-11-01T01:00+00:00"),
        ("2026-11-01T06:30-05:00", "Asia/Kolkata", "2026-11-01T11:30+00:00"),
    ],
)
def test_a_day_begins_by_the_clock_of_its_zone(text: str, zone: str, first: str) -> None:
    assert parse_since(text, ZoneInfo(zone)).start(NOW) == datetime.fromisoformat(first).timestamp()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-11-31", "neither a time ago such as 90d or 6h nor a day such as 2026-11-01"),
        ("yesterday", "neither a time ago"),
        ("-3d", "neither a time ago"),
        ("9e9d", "longer than any record"),
        ("2026-12-01", "yet to come"),
    ],
)
def test_what_is_not_a_moment_is_told_with_the_next_move(text: str, said: str) -> None:
    with pytest.raises(ScrimpError, match=said):
        parse_since(text).start(NOW)
