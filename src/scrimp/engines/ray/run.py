"""A run in Ray: started here or on the cluster of RAY_ADDRESS, its outcomes brought together in this process."""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from functools import partial
from io import TextIOBase
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from scrimp.engines.chunks import InputRows
from scrimp.engines.common_folder import common_folder
from scrimp.engines.gathered_run import GatheredRun
from scrimp.engines.part_files import PartFiles
from scrimp.engines.worker_job import most_workers, worker_job
from scrimp.errors import ScrimpError
from scrimp.flows.engine.stops.run_stop import RunStop
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
        with redirect_stdout(_RaysTalk(services.warn)), _ray(services.env, workers) as cpus:
            gathered = _gathered(inputs, options, services, sink, workers or cpus, parts, table)
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


@contextmanager
def _ray(env: Mapping[str, str], workers: int | None) -> Iterator[int]:
    """Start Ray, or connect to the cluster of RAY_ADDRESS; yield how many processors there are."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing is sent to anyone but providers
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # else Ray's native part writes to stderr
    warnings.simplefilter("ignore")  # of what goes on between Ray and its dependencies
    try:
        import ray  # few runs use it, and it takes seconds
    except ImportError as error:
        raise ScrimpError("--engine ray needs Ray: pip install 'scrimp[ray]'") from error
    address = env.get("RAY_ADDRESS")
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    # Reading is a task of its own: one more than the workers.
    cpus = {} if address else {"num_cpus": (workers or os.cpu_count() or 1) + 1}
    try:
        with _silent_stderr():
            ray.init(
                address=address or "local", include_dashboard=None if address else False, log_to_driver=False,
                logging_level=logging.ERROR, **cpus,
            )  # fmt: skip
    except Exception as error:  # Ray's own are bare ones: "The current node timed out during startup"
        why = (str(error).splitlines() or [type(error).__name__])[0]
        where = f"no cluster answers at RAY_ADDRESS, {address}" if address else "Ray does not start"
        raise ScrimpError(f"{where} ({why}): see ray status, or use --engine local") from error
    except SystemExit:  # by its handler of SIGTERM, which is in force while it starts
        _handle_again(handlers)
        os.kill(os.getpid(), signal.SIGTERM)
        raise
    _handle_again(handlers)
    try:
        yield max(1, int(ray.cluster_resources().get("CPU", 1)) - 1)
    finally:
        ray.shutdown()


def _handle_again(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Keep from stderr what native code says of itself; errors are exceptions."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
