"""What is believed of a completion that was made elsewhere, in an export or on a server: numbers that a call can have.

Others write there. A cost or a number of tokens that no call has would break sums, and the files that have room for
neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct

from scrimp.store.completion_cache import CachedCompletion
from scrimp.units import MAX_CALL_DOLLARS

YEAR_9999 = 253_370_764_800
_MOST = 10**15  # upper limit of any count
_FINEST = -40  # decimal places; costs have 12
_DIFFERENCE = "_saved"  # how the names of amounts end that may be below zero
_FREE = frozenset(("parsed",))  # fields that hold what a model wrote


def doubtful_field(completion: CachedCompletion) -> str | None:
    """Return the name of a number that no call has; None if all can be as they say."""
    if not 0 <= completion.created < YEAR_9999:
        return "created"
    return next((name for name, number in _numbers(completion.answer, "answer") if not _can_be(name, number)), None)


def _numbers(value: object, name: str) -> Iterator[tuple[str, Decimal | float]]:
    if isinstance(value, Struct):
        for field in value.__struct_fields__:
            if field not in _FREE:
                yield from _numbers(getattr(value, field), field)
    elif isinstance(value, tuple):
        for each in value:
            yield from _numbers(each, name)
    elif isinstance(value, Decimal | int | float):
        yield name, value


def _can_be(name: str, number: Decimal | float) -> bool:
    if not isinstance(number, Decimal):
        return 0 <= number <= _MOST
    exponent = number.as_tuple().exponent
    if isinstance(exponent, str) or exponent < _FINEST or number.adjusted() > len(str(MAX_CALL_DOLLARS)):
        return False  # not a number, infinite, or one that takes long to look at
    return abs(number) <= MAX_CALL_DOLLARS and (number >= 0 or name.endswith(_DIFFERENCE))
