"""Amounts in the columns of the bill: aligned dollars, short counts, percentages that add up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from scrimp.units import CENTS, dollar_decimals

_TOTAL_DIGITS, _SMALLEST_DIGITS = 5, 3  # significant digits of a column's total, and of its smallest amount


def abbreviate_count(number: int) -> str:
    """Return a number in at most five characters: 9,999, 18.0k, 1.25M."""
    if number < 10_000:
        return f"{number:,}"
    size, unit = next(
        (number / scale, unit) for scale, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if number >= scale * 0.9995
    )
    return f"{size:.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}{unit}"


def format_dollar_column(amounts: Sequence[Decimal], total: Decimal) -> list[str]:
    """Return amounts with equally many decimals, so that points line up and sums can be checked by eye."""
    nonzero = [abs(amount) for amount in amounts if amount]
    if not nonzero:
        return ["$0"] * len(amounts)
    largest = max(abs(total), *nonzero)
    wanted = dollar_decimals(min(nonzero), _SMALLEST_DIGITS)
    places = max(CENTS, min(wanted, dollar_decimals(largest, _TOTAL_DIGITS)))
    while places > CENTS and all(_is_shorter(amount, places) for amount in nonzero):
        places -= 1
    return [_fixed(amount, places) for amount in amounts]


def _is_shorter(amount: Decimal, places: int) -> bool:
    """Return whether an amount ends with a zero at its last decimal."""
    return f"{amount:.{places}f}".endswith("0") and amount >= Decimal(1).scaleb(1 - places)


def _fixed(amount: Decimal, places: int) -> str:
    if amount == 0:
        return "$0"
    least = Decimal(1).scaleb(-places)
    if abs(amount) < least / 2:  # never shown as zero
        return f"{'-' if amount < 0 else ''}<${least:f}"
    return f"{'-' if amount < 0 else ''}${abs(amount):,.{places}f}"


def whole_percentages(parts: Sequence[Decimal], whole: Decimal) -> tuple[int, list[int]]:
    """Return the sum of the parts in whole percent of `whole` (not zero), and the parts' percentages, which add up.

    Less than all is at most 99 %, however close it comes.
    """
    exact = [part * 100 / whole for part in parts]
    total = sum(parts, Decimal(0))
    percent = int((total * 100 / whole).to_integral_value())
    if percent == 100 and total < whole:
        percent = 99
    rounded = [int(share.to_integral_value()) for share in exact]
    over = sum(rounded) - percent
    step = -1 if over > 0 else 1
    by_error = sorted(range(len(parts)), key=lambda index: step * (rounded[index] - exact[index]))
    for index in by_error[: abs(over)]:
        rounded[index] += step
    return percent, rounded
