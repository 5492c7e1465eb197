from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import ConfigError
from scrimp.units import (
    format_clock,
    format_count,
    format_dollars,
    format_duration,
    format_known_dollars,
    format_megabytes,
    format_percent,
    format_percent_briefly,
    format_share,
    known_or_none,
    parse_dollars,
    parse_duration,
    parse_percent,
    parse_row_limit,
    pluralize,
)

amounts = st.decimals(min_value=0, max_value=10**6, places=9)


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [
        ("0", "$0"), ("1234.5", "$1,234.50"), ("1.234", "$1.23"), ("0.41", "$0.41"), ("0.5", "$0.50"),
        ("0.001931", "$0.00193"), ("0.000012", "$0.000012"), ("0.0000118", "$0.0000118"), ("-0.2", "-$0.20"),
        ("1E-9", "$0.000000001"), ("0.9999", "$1.00"),
    ],
)  # fmt: skip
def test_dollars_have_three_significant_digits_or_cents(dollars: str, shown: str) -> None:
    assert format_dollars(Decimal(dollars)) == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "0 %"), (1e-9, "<1 %"), (0.005, "<1 %"), (0.0051, "1 %"), (1.0, "100 %")]
)
def test_a_small_share_is_not_shown_as_none(share: float, shown: str) -> None:
    assert format_share(share) == shown


def test_an_unknown_amount_is_not_zero() -> None:
    assert format_dollars(None) == "unknown"


@given(amounts)
def test_what_was_paid_is_never_shown_as_nothing(dollars: Decimal) -> None:
    assert (format_dollars(dollars) == "$0") == (dollars == 0)
    assert any(digit in "123456789" for digit in format_dollars(dollars)) == (dollars != 0)


def test_a_sum_says_what_is_missing_from_it_and_is_unknown_where_nothing_is_known() -> None:
    shown = [format_known_dollars(Decimal(known), unknown) for known in ("0", "0.25") for unknown in (0, 2)]
    told = [known_or_none(Decimal(known), unknown) for known in ("0", "0.25") for unknown in (0, 2)]

    assert shown == ["$0", "unknown", "$0.25", "$0.25+"]
    assert told == [0, None, Decimal("0.25"), Decimal("0.25")]


def test_counts_have_their_thousands_apart() -> None:
    assert [format_count(number) for number in (0, 999, 18020)] == ["0", "999", "18,020"]


@pytest.mark.parametrize(("share", "words"), [(0.98, "98 %"), (0.961, "96.1 %"), (0.9995, "99.95 %"), (1.0, "100 %")])
def test_a_share_has_at_most_four_significant_digits(share: float, words: str) -> None:
    assert format_percent_briefly(share) == words


def test_a_column_of_shares_has_equal_decimals() -> None:
    assert (format_percent(0.5832), format_percent(0.5, 1), format_percent(1.008, 1)) == ("58 %", "50.0 %", "100.8 %")
    assert (format_percent(-0.0001, 1), format_percent(-0.0), format_percent_briefly(-0.0)) == ("0.0 %", "0 %", "0 %")


def test_one_is_not_many() -> None:
    assert (pluralize(1, "route"), pluralize(0, "route"), pluralize(1200, "row")) == (
        "1 route",
        "0 routes",
        "1,200 rows",
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("45s", 45), ("30m", 1800), ("6h", 21_600), ("90d", 7_776_000), ("2w", 1_209_600), ("0.5h", 1800)],
)
def test_durations_are_a_number_and_a_letter(text: str, wanted: float) -> None:
    assert parse_duration(text, "cache_ttl") == wanted


@pytest.mark.parametrize("text", ["", "90", "d", "-1d", "nand", "infd", "1y", "ninety days"])
def test_what_is_not_a_duration_is_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match=f"^cache_ttl '{text}' is not a duration: write .*such as 90d"):
        parse_duration(text, "cache_ttl")


def test_dollars_keep_their_digits() -> None:
    assert parse_dollars("0.10", "--max-cost") == parse_dollars("$0.10", "--max-cost") == Decimal("0.10")


@pytest.mark.parametrize("text", ["", "five", "-1", "nan", "inf"])
def test_what_is_no_money_is_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match="is not an amount of dollars"):
        parse_dollars(text, "--max-cost")


def test_a_percentage_is_a_fraction_of_one() -> None:
    assert parse_percent("25%", "max_escalation") == 0.25


@pytest.mark.parametrize("text", ["25", "101%", "-1%", "nan%", "%"])
def test_what_is_not_a_percentage_is_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a percentage"):
        parse_percent(text, "max_escalation")


def test_failures_are_rows_or_a_share() -> None:
    assert (parse_row_limit("20", "x"), parse_row_limit("5%", "x")) == ((20, None), (None, 0.05))


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0:00"), (59.6, "1:00"), (750, "12:30"), (3600, "1:00:00"), (-86_394, "0:00")]
)
def test_a_duration_is_shown_as_a_clock_shows_it(seconds: float, shown: str) -> None:
    assert format_clock(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.2, "1 second"), (119, "119 seconds"), (121, "3 minutes"), (7199, "120 minutes"), (86_400, "24 hours"),
     (172_800, "2 days")],
)  # fmt: skip
def test_a_long_wait_is_told_in_words(seconds: float, shown: str) -> None:
    assert format_duration(seconds) == shown


def test_a_size_is_shown_in_megabytes() -> None:
    assert (format_megabytes(92_600_000), format_megabytes(420_000, 1)) == ("93 MB", "0.4 MB")
