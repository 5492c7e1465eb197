"""A run in Ray: started here or on the cluster of RAY_ADDRESS, its outcomes brought together in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext, redirect_stdout
from functools import partial
from io import TextIOBase
from pathlib import Path

from msgspec.structs import replace

from scrimp.engines.chunks import InputRows
from scrimp.engines.common_folder import common_folder
from scrimp.engines.gathered_run import GatheredRun
from scrimp.engines.part_files import PartFiles
from scrimp.engines.ray.ray_session import ray_session
from scrimp.engines.worker_job import most_workers, worker_job
from scrimp.enums import CacheMode
from scrimp.errors import INTERRUPTED
from scrimp.flows.engine.stops.run_stop import RunStop, interrupted
from scrimp.flows.event_loops.handled_signals import STATUSES
from scrimp.flows.event_loops.run_in_loop import SignalledError, raised_signals
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.store.ledger import Ledger
from scrimp.values import OutcomeSink


def run(
    inputs: InputRows, options: RunOptions, services: Services, sink: OutcomeSink, *, workers: int | None = None,
    parts: PartFiles | None = None, table: Callable[[Sequence[str]], None] = lambda _: None,
) -> RunStop | None:  # fmt: skip
    """Hand the outcome of every row to `sink`; return why the run stopped early, None if it did not.

    With `parts` the workers write the rows; `table` gets the header of what was read, if it was a table.
    """
    try:
        with raised_signals(), redirect_stdout(_RaysTalk(services.warn)), ray_session(services.env, workers) as cpus:
            gathered = _gathered(inputs, options, services, sink, workers or cpus, parts, table)
    except KeyboardInterrupt as signalled:
        return _interruption(signalled, options.cache)
    finally:
        services.stores.recover()  # of workers that died, or were ended: what they had in flight
    return gathered.end()


def _gathered(
    inputs: InputRows, options: RunOptions, services: Services, sink: OutcomeSink, workers: int,
    parts: PartFiles | None, table: Callable[[Sequence[str]], None],
) -> GatheredRun:  # fmt: skip
    from scrimp.engines.ray.dataset import answered_chunks  # Ray takes seconds to load

    count = most_workers(workers, services.loaded, options)
    is_here = not services.env.get("RAY_ADDRESS")  # and so are all workers
    with (
        common_folder(options, services) if is_here else nullcontext() as folder,
        Ledger(services.paths.ledger_db) as ledger,
    ):
        job = worker_job(
            services.run, services.loaded, services.paths, options, count, credits_left=services.lend_credits(),
            began=services.clock(), folder=folder,
        )  # fmt: skip
        answers = partial(answered_chunks, folder=str(Path.cwd()), workers=count)
        gathered = GatheredRun(replace(job, parts=parts), options, services, sink, ledger.append, answers, table)
        gathered.take(inputs)
    if parts is not None and gathered.goes_on:
        parts.remove_others(gathered.part_names)
    return gathered


def _interruption(signalled: KeyboardInterrupt, cache: CacheMode) -> RunStop:
    """Return the stop of a signal; workers keep each completion, though its row comes back with others of its chunk."""
    status = signalled.exit_status if isinstance(signalled, SignalledError) else INTERRUPTED
    stop = interrupted(next(number for number, each in STATUSES.items() if each == status))
    if cache != "on":
        return replace(stop, message=f"{stop.message}; with --cache {cache} a rerun starts over")
    kept = "what was answered is kept; rerun the same command to resume"
    return replace(stop, message=f"{stop.message}; {kept}", continues=True)


class _RaysTalk(TextIOBase):
    """Where Ray's own messages go, which a thread of it prints, instead of between the rows."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        super().__init__()
        self._warn = warn

    def write(self, text: str) -> int:
        """Tell of a worker that died, in one sentence; the rest is in Ray's logs."""
        if "worker died" in text:
            self._warn("a worker died: its rows are given to another one, and what it had in flight may be paid twice")
        return len(text)
