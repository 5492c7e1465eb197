from __future__ import annotations

from calendar import timegm
from decimal import Decimal

from scrimp.prices.price_row import (
    Condition,
    DatedRates,
    Moment,
    PriceRow,
    Variant,
    bands_in_force,
    in_force,
    price_context,
    utc_moment,
)
from scrimp.prices.rates import Band, Rates

MONDAY, SATURDAY = (2026, 11, 23), (2026, 11, 28)


def at(*parts: int) -> float:
    return timegm((*parts, 0, 0, 0)[:6])


def flat(dollars: str) -> tuple[Band, ...]:
    return (Band(Rates(input=Decimal(dollars), output=Decimal(dollars))),)


def test_a_window_includes_its_start_and_excludes_its_end() -> None:
    window = Condition(start="01:00", end="04:00")

    assert [
        in_force(window, utc_moment(at(*MONDAY, *clock))) for clock in ((0, 59, 59), (1, 0), (3, 59, 59), (4, 0))
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_a_window_may_reach_over_midnight() -> None:
    window = Condition(start="22:00", end="02:00")

    assert [in_force(window, utc_moment(at(*MONDAY, hour))) for hour in (21, 22, 1, 2)] == [False, True, True, False]


def test_all_that_a_condition_names_must_be_so() -> None:
    peak = Condition(since="2026-11-24", start="01:00", end="04:00", days=(0, 1, 2, 3, 4))

    assert not in_force(peak, utc_moment(at(*MONDAY, 2)))
    assert in_force(peak, utc_moment(at(2026, 11, 24, 2)))
    assert not in_force(peak, utc_moment(at(*SATURDAY, 2)))


def test_the_last_rates_in_force_count_and_the_first_where_none_are() -> None:
    row = PriceRow(
        (
            DatedRates(flat("1"), Condition(since="2026-01-01")),
            DatedRates(flat("2"), Condition(since="2026-06-01")),
            DatedRates(flat("3"), Condition(since="2027-01-01")),
        )
    )

    assert bands_in_force(row, utc_moment(at(2025, 1, 1)), {}) == flat("1")
    assert bands_in_force(row, utc_moment(at(*MONDAY)), {}) == flat("2")
    assert bands_in_force(row, utc_moment(at(2027, 1, 1)), {}) == flat("3")


def test_a_variant_replaces_only_the_rates_it_names_at_its_own_thresholds() -> None:
    standard = (Band(Rates(input=Decimal(2), output=Decimal(8))), Band(Rates(input=Decimal(4), output=Decimal(9)), 100))
    row = PriceRow(
        (DatedRates(standard),),
        (Variant({"processing": "batch"}, (Band(Rates(input=Decimal(1))), Band(Rates(input=Decimal(3)), 50))),),
    )

    bands = bands_in_force(row, utc_moment(0), price_context(batch=True, service_tier=None))

    assert [(band.above, band.rates.input, band.rates.output) for band in bands] == [(0, 1, 8), (50, 3, 8), (100, 3, 9)]


def test_a_tier_the_table_does_not_know_costs_the_standard_price() -> None:
    row = PriceRow((DatedRates(flat("2")),), (Variant({"service_tier": "flex"}, flat("1")),))

    assert bands_in_force(row, utc_moment(0), price_context(batch=False, service_tier="flex")) == flat("1")
    assert bands_in_force(row, utc_moment(0), price_context(batch=True, service_tier="default")) == flat("2")


def test_the_last_fraction_of_a_day_is_still_that_day() -> None:
    assert utc_moment(at(*MONDAY) - 4e-7) == Moment("2026-11-22", "23:59", 6)
