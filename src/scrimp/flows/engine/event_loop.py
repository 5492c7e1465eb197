"""The event loop of a run: opened for the first row to call, with all that calls need, closed after the last row."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from scrimp.flows.answer.check_command import try_check
from scrimp.flows.engine.engine import Engine
from scrimp.flows.engine.prefetcher import Prefetcher
from scrimp.flows.engine.reorder_buffer import ROWS_PER_CALL, ReorderBuffer
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.flows.engine.wait_notices import wait_notices
from scrimp.flows.engine.wiring import engine_parts
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.flows.plan.groups import PlannedGroup
from scrimp.transport.limits.descriptors import check_open_files
from scrimp.values import OutcomeSink, Prompt

if TYPE_CHECKING:
    from scrimp.flows.engine.run_hooks import RunHooks
    from scrimp.flows.plan.cache_lookup import CacheLookup
    from scrimp.flows.plan.planner import Planner
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services

# Rows between the oldest unprinted and the newest admitted one, at the least: bounds memory, hides one slow row (or
# one slow provider's) among fast ones.
_LEAST_WINDOW = 4096
# New objects between two searches for cycles of references: a row has some hundred while it is called for, and none of
# them cycles. Until the window is full of rows there are new ones all the time, and a search through 100 000 takes as
# long as eighty rows.
_GC_THRESHOLD = 500_000
# Seconds after which another thread gets the interpreter from one that keeps it. That of the HTTP engine, which sends
# requests and hands over replies, needs it for a moment each time: Python's own 5 ms leave calls waiting for that.
_SWITCH_SECONDS = 0.0001


def drive(
    first: PlannedGroup, rest: Iterator[list[Prompt]], options: RunOptions, services: Services, planner: Planner,
    lookup: CacheLookup, sink: OutcomeSink, hooks: RunHooks,
) -> RunStop | None:  # fmt: skip
    """Run the engine in an event loop of its own until all is printed; return why it stopped early, if it did."""

    async def main() -> RunStop | None:
        if options.check is not None:
            await try_check(options.check)
        async with engine_parts(options, services, hooks) as parts:
            window = max(_LEAST_WINDOW, ROWS_PER_CALL * options.concurrency)
            output = ReorderBuffer(sink, in_order=options.order == "input", window=window)
            engine = Engine(options, planner, lookup, parts, output, services.warn, services.stores.recover_others)
            async with wait_notices(parts.client.waits, services.note):
                return await engine.run(first.rows, Prefetcher(rest))

    sink = services.tell_sinks(sink)
    gc.freeze()  # the garbage collector never scans what was imported again
    gc.set_threshold(_GC_THRESHOLD)
    sys.setswitchinterval(_SWITCH_SECONDS)
    prefer_throughput()
    check_open_files()
    return run_in_loop(main())


def prefer_throughput() -> None:
    """Have the system take this process for work in bulk, unless it was told otherwise, or does not know such work.

    Threads that wake then wait for the end of another one's turn, instead of interrupting it: those of two workers on
    two processors did so for each row, and a row cost 10 % more.
    """
    with suppress(OSError):  # a sandbox may forbid it, and the C library of Alpine has none of it
        if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
