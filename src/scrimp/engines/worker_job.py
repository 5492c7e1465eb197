"""What a worker is told: the config, the run it works on, and its share of the run's limits."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

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
    parts: PartFiles | None = None  # where the worker writes its rows; None: the process that gathers them does

    @property
    def has_share_of_cap(self) -> bool:
        """Whether it may spend a share of a cap: where it dies, how much it has spent of that is unknown."""
        limits, rules = self.options.limits, self.loaded.config.rules
        return (limits.max_cost is not None and limits.budget is None) or any(
            rule.max_cost is not None for rule in rules
        )


def worker_job(run: str, loaded: LoadedConfig, paths: Paths, options: RunOptions, workers: int) -> WorkerJob:
    """Return the share of each of so many workers, whose limits add up to at most those of the run.

    What a server keeps for all that ask it, they share whole.
    """
    limits, cap = options.limits, options.limits.max_cost
    if limits.budget is None:
        cap = _share_of_cap(cap, workers)
    calls = 1 if has_limits_server(loaded) else workers
    # How many rows may fail is known where all of them come together.
    limits = replace(limits, max_cost=cap, max_failures=None, max_failure_share=None)
    providers = {
        name: replace(table, rpm=_share(table.rpm, calls), tpm=_share(table.tpm, calls))
        for name, table in loaded.config.providers.items()
    }
    rules = tuple(replace(rule, max_cost=_share_of_cap(rule.max_cost, workers)) for rule in loaded.config.rules)
    options = replace(
        options, limits=limits, order="completion", concurrency=max(1, options.concurrency // workers),
        rpm=_share(options.rpm, calls), tpm=_share(options.tpm, calls),
    )  # fmt: skip
    return WorkerJob(
        run=run, loaded=replace(loaded, config=replace(loaded.config, providers=providers, rules=rules)), paths=paths,
        options=options,
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


def _share_of_cap(cap: Decimal | None, workers: int) -> Decimal | None:
    """Return an equal share of dollars, without zeros at the end of its cents, as somebody would write it."""
    if cap is None:
        return None
    share = (cap / workers).quantize(_PICODOLLAR, rounding=ROUND_DOWN)
    return Decimal(f"{share:f}".rstrip("0").rstrip("."))


def _share(limit: int | None, workers: int) -> int | None:
    return None if limit is None else max(1, limit // workers)
