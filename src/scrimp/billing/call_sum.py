"""Calls added up apart from the rows that they were made for."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from scrimp.enums import Effort, EntryStatus


class CallSum(Struct, frozen=True, kw_only=True):
    """Calls of one model that ended alike: paid (truncated ones among them), failed or lost."""

    model: str  # provider/model
    answered_by: str | None = None
    effort: Effort | None = None
    status: EntryStatus
    calls: int
    input: int = 0
    output: int = 0
    cost: Decimal = Decimal(0)  # dollars of those whose cost is known
    unpriced: int = 0
