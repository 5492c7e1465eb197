from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.prices.book import PriceBook
from scrimp.prices.cheap_hours import cheap_hours
from scrimp.prices.price_row import Condition, DatedRates, PriceRow, bands_in_force, utc_moment
from scrimp.prices.rates import Band, Rates

DAY = 86_400


def flat(dollars: str | None) -> tuple[Band, ...]:
    rate = None if dollars is None else Decimal(dollars)
    return (Band(Rates(input=rate, output=rate)),)


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("now", "begin", "end", "saved"),
    [
        ("2026-11-30T00:30", "2026-11-30T00:30", "2026-11-30T01:00", 0.0),  # a Monday
        ("2026-11-30T01:00", "2026-11-30T04:00", "2026-11-30T06:00", 0.5),
        ("2026-11-30T04:00", "2026-11-30T04:00", "2026-11-30T06:00", 0.0),
        ("2026-11-30T09:59:59", "2026-11-30T10:00", "2026-12-01T01:00", 0.5),
        ("2026-12-04T06:30", "2026-12-04T10:00", None, 0.5),  # a Friday
    ],
)
def test_deepseek_costs_half_between_its_peaks(now: str, begin: str, end: str | None, saved: float) -> None:
    found = PriceBook().cheap_hours("deepseek", "deepseek-flash", moment(now))

    assert found is not None
    assert (found.begin, found.saved) == (moment(begin), saved)
    assert found.end == (None if end is None else moment(end))


def test_there_is_nothing_to_wait_for_on_a_weekend_or_where_a_price_is_constant_or_unknown() -> None:
    book = PriceBook()

    assert book.cheap_hours("deepseek", "deepseek-flash", moment("2026-11-28T02:00")) is None
    assert book.cheap_hours("openai", "gpt-6-luna", moment("2026-11-30T02:00")) is None
    assert book.cheap_hours("nobody", "nothing", moment("2026-11-30T02:00")) is None


def test_hours_of_which_the_price_is_unknown_are_not_waited_for() -> None:
    row = PriceRow((DatedRates(flat("2")), DatedRates(flat(None), Condition(since="2026-12-01"))))

    assert cheap_hours(row, moment("2026-11-30T02:00")) is None


clocks = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
conditions = st.builds(
    Condition, start=clocks, end=clocks, days=st.lists(st.integers(0, 6), unique=True, max_size=5).map(tuple)
)
rows = st.builds(
    lambda first, dated: PriceRow((DatedRates(flat(first)), *(DatedRates(flat(rate), when) for rate, when in dated))),
    st.sampled_from("123"),
    st.lists(st.tuples(st.sampled_from("123"), conditions), min_size=1, max_size=3),
)


@given(rows, st.integers(0, 7 * 24 * 60).map(lambda minute: moment("2026-11-30T00:00") + minute * 60))
def test_the_moment_is_the_first_of_the_cheapest_ones_within_a_day(row: PriceRow, now: float) -> None:
    def rate(when: float) -> Decimal | None:
        return bands_in_force(row, utc_moment(when), {})[0].rates.input

    minutes = [now + minute * 60 for minute in range(24 * 60 + 1)]
    rates = [rate(when) for when in minutes]
    found = cheap_hours(row, now)

    if len(set(rates)) == 1:
        assert found is None
    else:
        assert found is not None
        least = min(each for each in rates if each is not None)
        assert found.begin == minutes[rates.index(least)]
        assert found.saved == pytest.approx(float(1 - least / (rates[0] or 1)))
        after = (found.begin + minute * 60 for minute in range(1, 24 * 60 + 1))
        assert found.end == next((when for when in after if (rate(when) or least) > least), None)
