"""What keeping a beginning would save, and which row does not begin as the others do."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from scrimp.enums import CacheLifetime, CachePart


class CacheSaving(Struct, frozen=True, kw_only=True):
    """What one model would keep, in dollars: the shared tokens with a cache and without."""

    model: str
    calls: int  # that share the beginning which most calls share
    shared: int  # tokens of it
    part: CachePart  # of the call in which it ends
    lifetime: CacheLifetime
    asked: bool  # whether it is kept because it is asked for
    cost: Decimal
    plain_cost: Decimal
    storable: bool = False  # whether it can be stored for sure, too
    storage: Decimal | None = None  # dollars for an hour of that; None where its price is not known

    @property
    def saved(self) -> Decimal:
        """Dollars less than without a cache."""
        return self.plain_cost - self.cost


class OtherBeginning(Struct, frozen=True, kw_only=True):
    """The first row that does not begin as the first row does."""

    source: str
    first: str  # the row it differs from
    part: str  # "system text" or "tools"
    byte: int  # of the system text as UTF-8, from 1, at which the two differ; 0 of tools
    has: str
    instead_of: str
    rows: int = 1  # that differ
