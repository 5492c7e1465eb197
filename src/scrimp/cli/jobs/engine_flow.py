"""What answers the rows of `scrimp run` where another engine does than this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.engines.chunks import InputRows
from scrimp.engines.part_files import ROWS_PER_PART
from scrimp.errors import UsageError
from scrimp.store.ledger_queries.run_calls import run_calls

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.cli.flags.run_flags import EngineFlags
    from scrimp.cli.session import Session
    from scrimp.engines.part_files import PartFiles
    from scrimp.flows.engine.run_stop import RunStop
    from scrimp.flows.plan.run_input import RunInput
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.values import Outcome


def check_engine(flags: EngineFlags, source: RunInput, *, batch: bool, in_files: bool) -> None:
    """Raise UsageError for what workers cannot do; `in_files` says that each row is to have a file of its own."""
    if batch:
        raise UsageError(f"--batch has no workers: leave out --engine {flags.engine}")
    if in_files:
        raise UsageError(f"--engine {flags.engine} writes all rows to one output: leave {{column}} out of -o")
    if source.is_stream:
        raise UsageError(f"--engine {flags.engine} does not read stdin: save what it has in a file")


def engine_flow(
    session: Session, flags: EngineFlags, source: RunInput, options: RunOptions,
    take: Callable[[Sequence[Outcome]], None], bill: Bill, parts: PartFiles | None,
    table: Callable[[Sequence[str]], None],
) -> Callable[[], RunStop | None]:  # fmt: skip
    """Return what has workers answer the rows and gives `take` their outcomes; then `bill` has all their calls.

    With `parts` the workers write the rows; `table` gets the header of what they read, if it is a table.
    """

    def drive() -> RunStop | None:
        inputs = InputRows(names=source.names, options=source.options, samples=source.samples)
        services = session.services
        try:
            if flags.engine == "ray":
                from scrimp.engines.ray import run as ray  # one engine is loaded

                if parts is not None:
                    inputs = replace(inputs, rows_per_chunk=ROWS_PER_PART)
                return ray.run(inputs, options, services, take, workers=flags.workers, parts=parts, table=table)
            from scrimp.engines.processes import run as processes

            return processes.run(inputs, options, services, take, workers=flags.workers, table=table)
        finally:
            bill.complete(run_calls(services.paths.ledger_db, services.run, beyond=bill.calls))

    return drive
