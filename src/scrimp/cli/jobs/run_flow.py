"""What answers the rows of `scrimp run`: this process, the batches of providers, or workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from scrimp.cli.jobs.live_again import looking_at_batches
from scrimp.errors import UsageError
from scrimp.flows import live

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.cli.flags.run_flags import BatchFlags, EngineFlags
    from scrimp.cli.session import Session
    from scrimp.engines.part_files import PartFiles
    from scrimp.flows.engine.run_stop import RunStop
    from scrimp.flows.plan.run_input import RunInput
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.render.progress import Progress
    from scrimp.values import Prompt


def run_flow(
    session: Session, source: RunInput, rows: Iterator[Prompt], options: RunOptions, take: live.Sink, *,
    engine: EngineFlags, batch: BatchFlags, bill: Bill, bar: Progress, quiet: bool, parts: PartFiles | None,
    in_files: bool, table: Callable[[Sequence[str]], None],
) -> Callable[[], RunStop | None]:  # fmt: skip
    """Return what answers the rows of a source and gives `take` their outcomes; it returns why it stopped early.

    Batches, which take several passes, and workers read them from the source again. `in_files` says that each row is to
    have a file of its own, `parts` where workers write rows; `table` gets
    the header of what workers read. Raises UsageError for flags that do not go together.
    """
    if engine.engine != "local":
        from scrimp.cli.jobs.engine_flow import check_engine, engine_flow  # most runs are of this process

        check_engine(engine, source, batch=batch.batch, in_files=in_files)
        return engine_flow(session, engine, source, options, take, bill, parts, table)
    _check_batch_flags(batch, options)
    if batch.batch and options.cache != "only":
        from scrimp.cli.jobs.batch_flow import batch_flow  # most runs are live

        return batch_flow(session, batch, source, rows, options, take, bar, quiet=quiet)

    def drive() -> RunStop | None:
        with looking_at_batches(session, options) as batched:
            return live.run(
                rows, options, session.services, take, one_by_one=source.is_stream, batched=batched
            )  # fmt: skip

    return drive


def _check_batch_flags(batch: BatchFlags, options: RunOptions) -> None:
    """Raise UsageError for flags of batches where there are none, or where nothing may be sent."""
    if batch.leaves and options.cache == "only":
        raise UsageError("with --cache only nothing is sent, so there is nothing to submit: leave it out")
    if batch.deadline is not None and not batch.batch:
        raise UsageError("--deadline is for --batch: add that, or leave it out")
    if not batch.batch and (batch.queue is not None or batch.when_idle):
        raise UsageError(f"{batch.queue_words} is for work that is left: scrimp batch submit {batch.queue_words}")
