"""A run in several processes of this machine, over the same stores; their outcomes come together in this one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, islice

from scrimp.engines.chunks import Chunk, InputRows, read_chunks
from scrimp.engines.common_folder import common_folder
from scrimp.engines.gathered_run import GatheredRun
from scrimp.engines.processes.worker_pool import answered_chunks
from scrimp.engines.worker_job import most_workers, worker_job
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.values import OutcomeSink


def run(
    inputs: InputRows, options: RunOptions, services: Services, sink: OutcomeSink, *, workers: int | None = None,
    table: Callable[[Sequence[str]], None] = lambda _: None,
) -> RunStop | None:  # fmt: skip
    """Hand the outcome of every row to `sink`; return why the run stopped early, None if it did not.

    `table` gets the header of what was read, if it was a table.
    """
    begun = _BegunChunks(inputs, most_workers(workers or _cores(), services.loaded, options))
    count = max(1, begun.count)  # or the share of a worker without a chunk would go unused
    with common_folder(options, services) as folder:
        job = worker_job(
            services.run, services.loaded, services.paths, options, count, credits_left=services.lend_credits(),
            began=services.clock(), folder=folder,
        )  # fmt: skip
        answers = partial(answered_chunks, workers=count, warn=services.warn, read=begun.chunks)
        gathered = GatheredRun(job, options, services, sink, _appended_already, answers, table)
        try:
            gathered.take(inputs)
        finally:
            services.stores.recover()  # of workers that died, or were ended: what they had in flight
    return gathered.end()


class _BegunChunks:
    """The chunks of inputs; the first few are read ahead to know how many workers have one."""

    def __init__(self, inputs: InputRows, most: int) -> None:
        read = read_chunks(inputs)
        first = list(islice(read, most))
        self.count = sum(not chunk.is_last for chunk in first)
        self._begun: list[Iterator[Chunk]] = [chain(first, read)]

    def chunks(self, inputs: InputRows) -> Iterator[Chunk]:
        """Return the chunks, including those read ahead; a second call reads the inputs again."""
        return self._begun.pop() if self._begun else read_chunks(inputs)


def _cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _appended_already(entries: object) -> None:
    """Append nothing: workers of this machine write to the same ledger."""
    del entries
