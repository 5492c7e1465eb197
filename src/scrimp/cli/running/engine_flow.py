"""What answers the rows of `scrimp run` where another engine does than this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.cli.batch_overlap import warn_of_batches
from scrimp.engines.chunks import InputRows
from scrimp.engines.part_files import ROWS_PER_PART
from scrimp.errors import UsageError
from scrimp.store.ledger_queries.run_calls import run_calls

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.cli.running.run_setup import RunSetup
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.values import OutcomeSink


def engine_flow(setup: RunSetup, take: OutcomeSink, bill: Bill) -> Callable[[], RunStop | None]:
    """Return a function that has workers answer the rows and gives `take` their outcomes; `bill` gets all their calls.

    Where there are parts the workers write the rows. Raises UsageError for what workers cannot do.
    """
    _check(setup)
    flags, source, services = setup.flags.engine, setup.source, setup.session.services

    def drive() -> RunStop | None:
        warn_of_batches(setup.session, setup.options)
        inputs, table = InputRows(names=source.names, options=source.options, samples=source.samples), setup.headers
        try:
            if flags.engine == "ray":
                from scrimp.engines.ray import run as ray  # one engine is loaded

                if setup.parts is not None:
                    inputs = replace(inputs, rows_per_chunk=ROWS_PER_PART)
                return ray.run(
                    inputs, setup.options, services, take, workers=flags.workers, parts=setup.parts, table=table.append
                )  # fmt: skip
            from scrimp.engines.processes import run as processes

            return processes.run(inputs, setup.options, services, take, workers=flags.workers, table=table.append)
        finally:
            bill.complete(run_calls(services.paths.ledger_db, services.run, beyond=bill.calls))

    return drive


def _check(setup: RunSetup) -> None:
    engine = setup.flags.engine.engine
    if setup.flags.batch.batch:
        raise UsageError(f"--batch has no workers: leave out --engine {engine}")
    if setup.target.row_names is not None:
        raise UsageError(f"--engine {engine} writes all rows to one output: leave {{column}} out of -o")
    if setup.source.is_stream:
        raise UsageError(f"--engine {engine} does not read stdin: save what it has in a file")
