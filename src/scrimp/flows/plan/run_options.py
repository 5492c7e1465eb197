"""What a person asked of a run, after flags, environment and config have been laid over each other."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.enums import CacheMode, Level, Priority, RowOrder
from scrimp.values import Parameters


class RunLabels(Struct, frozen=True, kw_only=True):
    """Words of the user's for the ledger."""

    route: str | None = None
    task: str | None = None  # the name of the task where that is not the route; empty: it has none
    user: str | None = None
    tags: Mapping[str, str] = {}
    priority: Priority = "normal"

    @property
    def name(self) -> str | None:
        """What the user calls the task."""
        return self.route if self.task is None else self.task or None


class RunLimits(Struct, frozen=True, kw_only=True):
    """Where a run stops by itself."""

    max_cost: Decimal | None = None  # dollars
    allow_unpriced: bool = False
    max_failures: int | None = None  # rows
    max_failure_share: float | None = None  # of rows, once a hundred are done

    def too_many(self, failed: int, done: int) -> bool:
        """Say whether so many failed rows of so many are past the limit."""
        if self.max_failures is not None and failed > self.max_failures:
            return True
        return self.max_failure_share is not None and done >= 100 and failed > self.max_failure_share * done


class RunOptions(Struct, frozen=True, kw_only=True):
    """One run, as asked for."""

    tier: str | None = None  # one of tier, chain and model; tier may be "auto"
    chain: str | None = None
    model: str | None = None
    min_confidence: float | None = None
    parameters: Parameters = Parameters()
    check: str | None = None
    level: Level = "lossless"
    level_fixed: bool = False  # a flag said so: no rule's own level goes before it
    cache: CacheMode = "on"
    cache_ttl: float | None = None  # seconds
    baseline: str | None = None
    concurrency: int = 16  # the most calls in flight to one provider
    rpm: int | None = None  # calls a minute to one provider
    tpm: int | None = None  # tokens a minute to one provider
    order: RowOrder = "input"
    retries: int = 2
    timeout: float = 600.0  # seconds
    labels: RunLabels = RunLabels()
    limits: RunLimits = RunLimits()
