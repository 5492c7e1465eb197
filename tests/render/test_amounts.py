from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.amounts import count, money, money_column, percentages, short_count

amounts = st.decimals(min_value=0, max_value=10**6, places=9)


@pytest.mark.parametrize(
    ("dollars", "shown"),
    [
        ("0", "$0"), ("1234.5", "$1,234.50"), ("1.234", "$1.23"), ("0.41", "$0.41"), ("0.5", "$0.50"),
        ("0.001931", "$0.00193"), ("0.000012", "$0.000012"), ("0.0000118", "$0.0000118"), ("-0.2", "-$0.20"),
        ("1E-9", "$0.000000001"), ("0.9999", "$1.00"),
    ],
)  # fmt: skip
def test_money_has_the_digits_that_say_something(dollars: str, shown: str) -> None:
    assert money(Decimal(dollars)) == shown


def test_money_nobody_knows_is_not_zero() -> None:
    assert money(None) == "unknown"


@given(amounts)
def test_what_was_paid_is_never_shown_as_nothing(dollars: Decimal) -> None:
    assert (money(dollars) == "$0") == (dollars == 0)
    assert any(digit in "123456789" for digit in money(dollars)) == (dollars != 0)


def test_counts_have_their_thousands_apart() -> None:
    assert [count(number) for number in (0, 999, 18020)] == ["0", "999", "18,020"]


@given(st.integers(0, 10**12 - 10**9))
def test_a_short_count_has_five_characters_at_most(number: int) -> None:
    assert len(short_count(number)) <= 5


def test_short_counts_keep_three_digits() -> None:
    assert [short_count(n) for n in (9999, 18_020, 999_499, 999_999, 1_250_000)] == [
        "9,999",
        "18.0k",
        "999k",
        "1.00M",
        "1.25M",
    ]


def test_a_column_of_money_has_equally_many_digits() -> None:
    column = [Decimal("0.001931"), Decimal("0.0104"), Decimal(0), Decimal("0.012331")]

    assert money_column(column, column[-1]) == ["$0.0019", "$0.0104", "$0", "$0.0123"]


def test_a_small_amount_beside_a_large_one_is_not_shown_as_zero() -> None:
    assert money_column([Decimal("0.0000118"), Decimal(1234)], Decimal("1234.0000118")) == ["<$0.01", "$1,234.00"]


@given(st.lists(st.decimals(min_value=-100, max_value=100, places=6), min_size=1, max_size=6))
def test_percentages_add_up(parts: list[Decimal]) -> None:
    percent, shares = percentages(parts, Decimal(100))

    assert sum(shares) == percent
    assert abs(percent - sum(parts, Decimal(0))) <= 1


def test_nearly_all_is_not_all() -> None:
    assert percentages([Decimal("99.99")], Decimal(100)) == (99, [99])
