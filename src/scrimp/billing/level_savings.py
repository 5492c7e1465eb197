"""What each level of compression would save on an input, compared with the level in use."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import Level

# The least that is worth a line at the end of a run: in dollars, and of what the run cost.
LEAST_SAVED, LEAST_SHARE = Decimal("0.01"), Decimal("0.05")


class LevelSaving(Struct, frozen=True, kw_only=True):
    """The calls of an input at one level: their input tokens, and what is saved of those at `off`."""

    level: Level | None  # None: each row's own, where rules set different ones
    input: int
    saved_input: int
    saved_usd: Decimal | None  # None: unknown
    rows: int  # sampled rows that the level makes shorter
    note: str = ""  # why it does less than it could: of the rows of the sample of which that is said, most often


class CliffSaving(Struct, frozen=True, kw_only=True):
    """Calls of the sample that a level brings below a size above which their model costs more, and what that saves."""

    level: Level
    calls: int
    saved_usd: Decimal  # compared with the calls as they are sent now


class DearCalls(Struct, frozen=True, kw_only=True):
    """Calls of a run to one model that were above a size at which it costs more, and what they cost more for it."""

    model: str
    above: int  # tokens
    calls: int = 0
    more_usd: Decimal = Decimal(0)  # than at the rates up to that size

    def with_call(self, more: Decimal) -> DearCalls:
        """Return the same with one more call."""
        return replace(self, calls=self.calls + 1, more_usd=self.more_usd + more)


class LevelSavings(Struct, frozen=True, kw_only=True):
    """All levels, computed from `sampled` of `calls`; `now` is what the run would do."""

    calls: int
    sampled: int
    models: tuple[str, ...]  # that the sampled calls would be made to first: the dollars are those of their prices
    now: LevelSaving
    levels: tuple[LevelSaving, ...]  # `off` first
    cliffs: tuple[CliffSaving, ...] = ()  # levels that bring any call below one, each more calls than that before it


class HigherLevelSavings(Struct, frozen=True, kw_only=True):
    """What levels above the one in use would have saved of what a run cost, by level: estimated from a sample."""

    sampled: int  # rows
    rows: int  # rows that were sent
    cost: Decimal
    saved: Mapping[Level, Decimal]

    def worth_saying(self) -> dict[Level, Decimal]:
        """Return the levels that would have saved enough, and enough more than the level before them."""
        told = dict[Level, Decimal]()
        best = Decimal(0)
        for level, dollars in self.saved.items():
            if dollars - best >= max(LEAST_SAVED, LEAST_SHARE * self.cost):
                told[level] = best = dollars
        return told
