"""Numbers as people read them; money has cents only here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

UNKNOWN = "unknown"
# Significant digits of an amount under a dollar that stands alone, and of a column's total.
_ALONE, _TOTAL, _SMALLEST = 3, 5, 2
_CENTS = 2
_NANO = 9


def count(number: int) -> str:
    """Return a number with its thousands apart: 18,020."""
    return f"{number:,}"


def short_count(number: int) -> str:
    """Return a number in at most five characters: 9,999, 18.0k, 1.25M."""
    if number < 10_000:
        return f"{number:,}"
    size, unit = next(
        (number / scale, unit) for scale, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if number >= scale * 0.9995
    )
    return f"{size:.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}{unit}"


def money(dollars: Decimal | None) -> str:
    """Return dollars with the digits that say something: $1,234.50, $1.23, $0.41, $0.000012; None is unknown."""
    if dollars is None:
        return UNKNOWN
    if dollars == 0:
        return "$0"
    places = _CENTS if abs(dollars) >= 1 else _places(dollars, _ALONE)
    digits = f"{abs(dollars):,.{places}f}"
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0").ljust(_CENTS, "0")
    return f"{'-' if dollars < 0 else ''}${whole}.{fraction}"


def money_column(amounts: Sequence[Decimal], total: Decimal) -> list[str]:
    """Return amounts with equally many digits, so that points are aligned and sums can be checked by eye."""
    spent = [abs(amount) for amount in amounts if amount]
    if not spent:
        return ["$0"] * len(amounts)
    largest = max(abs(total), *spent)
    wanted = _places(min(spent), _SMALLEST)
    places = max(_CENTS, min(wanted, _places(largest, _TOTAL)))
    return [_fixed(amount, places) for amount in amounts]


def _fixed(amount: Decimal, places: int) -> str:
    if amount == 0:
        return "$0"
    least = Decimal(1).scaleb(-places)
    if abs(amount) < least / 2:  # never shown as nothing
        return f"{'-' if amount < 0 else ''}<${least:f}"
    return f"{'-' if amount < 0 else ''}${abs(amount):,.{places}f}"


def _places(amount: Decimal, significant: int) -> int:
    """Return the decimals that show so many significant digits; what is under a nanodollar shows at least one."""
    first = -amount.adjusted()
    return max(_CENTS, min(first + significant - 1, max(_NANO, first)))


def percentages(parts: Sequence[Decimal], whole: Decimal) -> tuple[int, list[int]]:
    """Return the whole percents of `whole` (not zero) that the sum of parts is, and those of the parts, which add up.

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
