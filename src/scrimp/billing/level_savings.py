"""What levels of compression would save on an input, beside the level in use."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from scrimp.enums import Level


class LevelSaving(Struct, frozen=True, kw_only=True):
    """The calls of an input at one level: their input tokens, and what is saved of those at `off`."""

    level: Level | None  # None: each row's own, where rules set different ones
    input: int
    saved_input: int
    saved_usd: Decimal | None  # None: unknown
    rows: int  # of the sample, that it makes shorter
    note: str = ""  # why it does less than it could: of the rows of the sample of which that is said, most often


class LevelSavings(Struct, frozen=True, kw_only=True):
    """All levels, computed from `sampled` of `calls`; `now` is what the run would do."""

    calls: int
    sampled: int
    models: tuple[str, ...]  # that the sampled calls would be made to first: the dollars are those of their prices
    now: LevelSaving
    levels: tuple[LevelSaving, ...]  # `off` first
