from __future__ import annotations

from calendar import timegm
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scrimp.prices.price_row import (
    Condition,
    DatedRates,
    Moment,
    PriceRow,
    Variant,
    bands_in_force,
    has_rates_for,
    in_force,
    price_context,
    utc_moment,
)
from scrimp.prices.rates import Band, Rates, rates_for

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


def test_a_row_knows_what_a_tier_costs_or_says_that_it_does_not() -> None:
    row = PriceRow((DatedRates(flat("2")),), (Variant({"service_tier": "flex"}, flat("1")),))

    def known(tier: str | None = None, speed: str | None = None) -> bool:
        return has_rates_for(row, utc_moment(0), service_tier=tier, speed=speed)

    assert [known(tier) for tier in (None, "", "default", "standard", "auto", "on_demand", "flex")] == [True] * 7
    assert [known(tier) for tier in ("priority", "scale", "batch", "Flex")] == [False] * 4
    assert [known(speed=speed) for speed in ("standard", None, "fast", "flex")] == [True, True, False, False]

    assert bands_in_force(row, utc_moment(0), price_context(batch=False, service_tier="flex")) == flat("1")
    assert bands_in_force(row, utc_moment(0), price_context(batch=True, service_tier="default")) == flat("2")


def test_the_last_fraction_of_a_day_is_still_that_day() -> None:
    assert utc_moment(at(*MONDAY) - 4e-7) == Moment("2026-11-22", "23:59", 6)


some_dollars = st.none() | st.decimals(min_value=0, max_value=100, places=3)
rates = st.builds(Rates, input=some_dollars, output=some_dollars, cached_input=some_dollars)
THRESHOLDS = (0, 50, 100, 272_000)


@st.composite
def bands(draw: st.DrawFn) -> tuple[Band, ...]:
    above = sorted({0, *draw(st.lists(st.sampled_from(THRESHOLDS), max_size=3))})
    return tuple(Band(draw(rates), threshold) for threshold in above)


conditions = st.none() | st.builds(
    Condition,
    since=st.none() | st.sampled_from(["2026-11-20", "2026-11-24", "2026-11-28"]),
    start=st.just("08:00"),
    end=st.sampled_from(["02:00", "08:00", "12:00"]),
    days=st.sampled_from([(), (0, 1, 2, 3, 4), (5, 6)]),
)
contexts = st.sampled_from([{"processing": "batch"}, {"service_tier": "flex"}, {"speed": "fast"}])
price_rows = st.builds(
    PriceRow,
    st.lists(st.builds(DatedRates, bands(), conditions), min_size=1, max_size=4).map(tuple),
    st.lists(st.builds(Variant, contexts, bands(), conditions), max_size=4).map(tuple),
)


def holds(condition: Condition | None, when: datetime) -> bool:
    """Say it hour by hour: the minutes of a window, listed."""
    if condition is None:
        return True
    start, end = (int(clock[:2]) for clock in (condition.start, condition.end))
    hours = [*range(start, 24), *range(end)] if end < start else [*range(start, end)]
    return (
        when.hour in hours
        and (condition.since is None or when.date() >= date.fromisoformat(condition.since))
        and (not condition.days or when.weekday() in condition.days)
    )


@given(
    row=price_rows,
    when=st.integers(0, 13 * 24 * 60 - 1).map(
        lambda minute: datetime(2026, 11, 18, tzinfo=UTC) + timedelta(minutes=minute)
    ),
    batch=st.booleans(),
    tier=st.sampled_from([None, "default", "flex", "fast", "batch"]),
    speed=st.sampled_from([None, "standard", "fast"]),
    tokens=st.sampled_from([0, 1, 50, 51, 100, 101, 272_000, 272_001, 10**6]),
)
def test_each_rate_is_the_first_variants_that_has_one_at_its_own_threshold_and_else_the_standard_one(
    row: PriceRow, when: datetime, batch: bool, tier: str | None, speed: str | None, tokens: int
) -> None:
    moment = utc_moment(timegm(when.timetuple()))
    chosen = rates_for(bands_in_force(row, moment, price_context(batch=batch, service_tier=tier, speed=speed)), tokens)

    asked = {"service_tier": tier, "speed": speed, "processing": "batch" if batch or tier == "batch" else None}
    standard = [dated for dated in row.prices if holds(dated.condition, when)] or [row.prices[0]]
    layers = [
        variant.bands
        for variant in row.variants
        if holds(variant.condition, when) and all(asked[key] == value for key, value in variant.context.items())
    ]
    layers.append(standard[-1].bands)
    for name in ("input", "output", "cached_input"):
        # In each layer the highest threshold that the call is over; of those the first that has such a rate.
        at = [
            max((band for band in layer if tokens > band.above or not band.above), key=lambda b: b.above)
            for layer in layers
        ]
        expected = next((value for band in at if (value := getattr(band.rates, name)) is not None), None)
        assert getattr(chosen, name) == expected
