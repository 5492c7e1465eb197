"""What keeping a beginning would save, and which row does not begin as the others do."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from scrimp.enums import CacheLifetime, CachePart


class CacheSaving(Struct, frozen=True, kw_only=True):
    """What one model would keep, in dollars: the shared tokens with a cache and without."""

    model: str
    calls: int  # calls that share the most common beginning
    shared: int  # tokens of it
    part: CachePart  # the part of the call in which the beginning ends
    lifetime: CacheLifetime
    asked: bool  # whether it is kept because it is asked for
    cost: Decimal
    plain_cost: Decimal
    storable: bool = False  # whether the provider also sells guaranteed storage
    storage: Decimal | None = None  # dollars per hour of storage; None if the price is unknown

    @property
    def saved(self) -> Decimal:
        """Dollars less than without a cache."""
        return self.plain_cost - self.cost


class OtherBeginning(Struct, frozen=True, kw_only=True):
    """The first row that does not begin as the first row does."""

    source: str
    first: str  # the row it differs from
    part: str  # "system text" or "tools"
    byte: int  # first byte at which the system texts differ, from 1 (UTF-8); 0 for tools
    has: str
    instead_of: str
    rows: int = 1  # rows that differ
