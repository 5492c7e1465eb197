from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.bill.amounts import abbreviate_count, format_dollar_column, whole_percentages


@given(st.integers(0, 10**12 - 10**9))
def test_a_short_count_has_five_characters_at_most(number: int) -> None:
    assert len(abbreviate_count(number)) <= 5


def test_short_counts_keep_three_digits() -> None:
    assert [abbreviate_count(n) for n in (9999, 18_020, 999_499, 999_999, 1_250_000)] == [
        "9,999",
        "18.0k",
        "999k",
        "1.00M",
        "1.25M",
    ]


def test_a_column_of_money_has_equally_many_digits() -> None:
    column = [Decimal("0.001931"), Decimal("0.0104"), Decimal(0), Decimal("0.012331")]

    assert format_dollar_column(column, column[-1]) == ["$0.00193", "$0.01040", "$0", "$0.01233"]


def test_a_column_of_money_has_no_zeros_in_common_at_its_end() -> None:
    assert (
        format_dollar_column([Decimal("0.0000048"), Decimal("0.0000048")], Decimal("0.0000048")) == ["$0.0000048"] * 2
    )
    assert format_dollar_column([Decimal("0.0390"), Decimal("0.0249")], Decimal("0.0639")) == ["$0.0390", "$0.0249"]


def test_a_small_amount_beside_a_large_one_is_not_shown_as_zero() -> None:
    assert format_dollar_column([Decimal("0.0000118"), Decimal(1234)], Decimal("1234.0000118")) == [
        "<$0.01",
        "$1,234.00",
    ]


@given(st.lists(st.decimals(min_value=-100, max_value=100, places=6), min_size=1, max_size=6))
def test_percentages_add_up(parts: list[Decimal]) -> None:
    percent, shares = whole_percentages(parts, Decimal(100))

    assert sum(shares) == percent
    assert abs(percent - sum(parts, Decimal(0))) <= 1


def test_nearly_all_is_not_all() -> None:
    assert whole_percentages([Decimal("99.99")], Decimal(100)) == (99, [99])
