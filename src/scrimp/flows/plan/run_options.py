"""The options of a run, after flags, environment and config have been merged."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.enums import CacheMode, Level, OnDear, Priority, ProviderCacheMode, RowOrder
from scrimp.values import Parameters

# Rows that must be done before a share of failed ones says anything.
_ENOUGH_FOR_A_SHARE = 100


class RunLabels(Struct, frozen=True, kw_only=True):
    """The user's words for this run, for rules and the ledger."""

    route: str | None = None
    task: str | None = None  # the name of the task where it is not the route; empty: it has none
    user: str | None = None
    tags: Mapping[str, str] = {}
    priority: Priority = "normal"

    @property
    def task_name(self) -> str | None:
        """What the user calls the task."""
        return self.route if self.task is None else self.task or None


class RunLimits(Struct, frozen=True, kw_only=True):
    """Where a run stops by itself."""

    max_cost: Decimal | None = None  # dollars
    budget: str | None = None  # name of the shared budget whose runs spend max_cost together
    allow_unshared: bool = False  # go on alone where it cannot be known what they have spent
    max_cost_per_row: Decimal | None = None  # dollars that a row may be expected to cost
    on_dear: OnDear = "cheaper"
    allow_unpriced: bool = False
    workers: int = 1  # workers that share these dollars, and those of rules, equally
    max_failures: int | None = None  # rows
    max_failure_share: float | None = None  # share of rows, 0..1

    def too_many(self, failed: int, done: int, *, ended: bool = False) -> bool:
        """Return whether this many failed rows, of this many done, are more than allowed.

        Of a run that has not `ended`, few rows say nothing of a share.
        """
        if self.max_failures is not None and failed > self.max_failures:
            return True
        enough = ended or done >= _ENOUGH_FOR_A_SHARE
        return self.max_failure_share is not None and enough and failed > self.max_failure_share * done


class RunOptions(Struct, frozen=True, kw_only=True):
    """One run, as asked for."""

    tier: str | None = None  # one of tier, chain and model; tier may be "auto"
    chain: str | None = None
    model: str | None = None
    min_confidence: float | None = None
    agreement: bool = False  # with --tier auto, two cheap models go before the tier for short answers
    parameters: Parameters = Parameters()
    choices_text: str | None = None  # the user's sentence that tells the labels; empty: none is added
    check: str | None = None
    level: Level = "lossless"
    keep: float | None = None  # share of documents that a level which selects sentences keeps; None: the default
    on_cliff: Level | None = None  # the highest level for a prompt just above a size at which its model costs more
    level_fixed: bool = False  # a flag names the level, and overrides a rule's
    cache: CacheMode = "on"
    cache_ttl: float | None = None  # seconds
    provider_cache: ProviderCacheMode = "auto"
    allow_unkept: bool = False  # go on where completions cannot be kept
    baseline: str | None = None  # the model that every row is compared with
    concurrency: int = 16  # the most calls in flight to one provider
    rpm: int | None = None  # calls a minute to one provider
    tpm: int | None = None  # tokens a minute to one provider
    order: RowOrder = "input"
    retries: int = 2
    corrections: int = 0  # how often a model is told what is wrong with its label or JSON, and asked again
    timeout: float = 600.0  # seconds
    labels: RunLabels = RunLabels()
    limits: RunLimits = RunLimits()
    paid_already: bool = False  # no call will be made, so no limit ends the run before its last row
    streams: bool = False  # completions come in pieces, where a model can: one is waited for
    ends_at_once: bool = False  # stops at a signal without waiting for calls in flight (`scrimp ask`)
