"""What a worker is told: the config, the run it works on, and its share of the run's limits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from scrimp.config.paths import Paths
from scrimp.config.sources.load import LoadedConfig
from scrimp.engines.part_files import PartFiles
from scrimp.flows.plan.run_options import RunOptions

_PICODOLLAR = Decimal("1e-12")


class WorkerJob(Struct, frozen=True, kw_only=True):
    """One of the equal shares of a run."""

    run: str
    began: float | None = None  # when the run began, in seconds since the epoch
    loaded: LoadedConfig
    paths: Paths
    options: RunOptions
    credits: Mapping[str, Decimal] = {}  # dollars of what is left of each provider's credit that it may use up
    folder: Path | None = None  # of this run alone: what its workers keep and claim where no other run may see it
    parts: PartFiles | None = None  # where the worker writes its rows; None: the process that gathers them does

    @property
    def has_share_of_cap(self) -> bool:
        """Whether it may spend a share of a cap: where it dies, how much it has spent of that is unknown."""
        limits, rules = self.options.limits, self.loaded.config.rules
        return (limits.max_cost is not None and limits.budget is None) or any(
            rule.max_cost is not None for rule in rules
        )

    @property
    def in_place_of_a_dead_one(self) -> WorkerJob:
        """The job of a worker that takes a dead one's place: that one may have used up its share of each credit."""
        return replace(self, credits=dict.fromkeys(self.credits, Decimal(0)))


def worker_job(
    run: str, loaded: LoadedConfig, paths: Paths, options: RunOptions, workers: int, *,
    credits_left: Mapping[str, Decimal] = {}, began: float | None = None, folder: Path | None = None,
) -> WorkerJob:  # fmt: skip
    """Return the share of each of this many workers, whose limits add up to at most those of the run.

    What a server keeps for all that ask it, they share whole.
    """
    limits, cap = options.limits, options.limits.max_cost
    if limits.budget is None:
        cap, limits = _optional_share(cap, workers), replace(limits, workers=workers)
    calls = 1 if has_limits_server(loaded) else workers
    # Which share of rows may fail is known where all of them come together; more than a number are too many anywhere.
    limits = replace(limits, max_cost=cap, max_failure_share=None)
    providers = {
        name: replace(table, rpm=_share(table.rpm, calls), tpm=_share(table.tpm, calls))
        for name, table in loaded.config.providers.items()
    }
    rules = tuple(replace(rule, max_cost=_optional_share(rule.max_cost, workers)) for rule in loaded.config.rules)
    options = replace(
        options, limits=limits, order="completion", concurrency=max(1, options.concurrency // workers),
        rpm=_share(options.rpm, calls), tpm=_share(options.tpm, calls),
    )  # fmt: skip
    return WorkerJob(
        run=run, began=began, paths=paths, options=options, folder=folder,
        loaded=replace(loaded, config=replace(loaded.config, providers=providers, rules=rules)),
        credits={name: _share_of_dollars(left, workers) for name, left in credits_left.items()},
    )  # fmt: skip


def most_workers(wanted: int, loaded: LoadedConfig, options: RunOptions) -> int:
    """Return how many workers can have a share of each limit that is at least one call."""
    limits: list[int | None] = [options.concurrency]
    if not has_limits_server(loaded):
        limits += [options.rpm, *(table.rpm for table in loaded.config.providers.values())]
    return max(1, min(wanted, *(limit for limit in limits if limit is not None)))


def has_limits_server(loaded: LoadedConfig) -> bool:
    """Return whether rate limits are kept by a server."""
    table = loaded.config.shared
    return table.limits is not None or table.limits_env is not None


def _optional_share(cap: Decimal | None, workers: int) -> Decimal | None:
    return None if cap is None else _share_of_dollars(cap, workers)


def _share_of_dollars(dollars: Decimal, workers: int) -> Decimal:
    """Return an equal share of dollars, without zeros at the end of its cents, as somebody would write it."""
    share = (dollars / workers).quantize(_PICODOLLAR, rounding=ROUND_DOWN)
    return Decimal(f"{share:f}".rstrip("0").rstrip("."))


def _share(limit: int | None, workers: int) -> int | None:
    return None if limit is None else max(1, limit // workers)
