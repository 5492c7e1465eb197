"""Dollars as SQLite stores them: whole nanodollars in one column, the picodollars beyond them in another.

Older stores have the first column alone, and a sum must fit 64 bits: nine million dollars of picodollars would not.
"""

from __future__ import annotations

from decimal import Decimal

from scrimp.errors import StoreError

_PICO_PER_NANO, _PLACES = 1000, 12


def stored_dollars(cost: Decimal | None) -> tuple[int | None, int]:
    """Return nanodollars, None if the cost is unknown, and the picodollars beyond them, from 0 to 999.

    Raises StoreError for a fraction of a picodollar, which would be a bug: costs are rounded where they are computed.
    """
    if cost is None:
        return None, 0
    pico = cost.scaleb(_PLACES)
    if pico != pico.to_integral_value():
        raise StoreError(
            f"a cost of {cost} dollars is not a whole number of picodollars: this is a bug, please report it"
        )
    return divmod(int(pico), _PICO_PER_NANO)


def dollars(nano: int, pico: int) -> Decimal:
    """Return the dollars of both columns, or of their sums."""
    return Decimal(nano * _PICO_PER_NANO + pico).scaleb(-_PLACES)
