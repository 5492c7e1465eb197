"""How the schema checks a value: numbers within bounds, and texts that are parsed elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from msgspec import Meta

from scrimp.errors import ConfigError

_Amount = TypeVar("_Amount")
# Bounds of what can be meant; far above them SQLite, JSON or a clock would fail.
LARGEST_COUNT = 1_000_000_000
Count = Annotated[int, Meta(ge=1, le=LARGEST_COUNT)]


def validate(parse: Callable[[_Amount, str], object], amount: _Amount | None, name: str) -> None:
    """Raise ValueError for a bad amount: msgspec adds the location to a ValueError, and to nothing else."""
    try:
        if amount is not None:
            parse(amount, name)
    except ConfigError as error:
        raise ValueError(str(error)) from error


def check_header(name: str, value: str) -> None:
    """Raise ValueError for what HTTP cannot send; the value, which may be a secret, is not repeated."""
    if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"the header '{name}' cannot be sent: a name has letters, digits and - only")
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"the value of the header '{name}' cannot be sent: write it on one line, in printable ASCII")
