"""What answers the rows of `scrimp run`: this process, the batches of providers, or workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.cli.batch_overlap import looking_at_batches
from scrimp.errors import UsageError
from scrimp.flows import live
from scrimp.flows.engine.run_hooks import RunHooks

if TYPE_CHECKING:
    from scrimp.billing.totals import Bill
    from scrimp.cli.flags.run_flags import BatchFlags
    from scrimp.cli.running.run_setup import RunSetup
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.render.progress import Progress
    from scrimp.values import OutcomeSink


def run_flow(setup: RunSetup, take: OutcomeSink, bill: Bill, bar: Progress) -> Callable[[], RunStop | None]:
    """Return a function that answers the rows, gives `take` the outcomes and returns why it stopped early.

    `bill` gets costs that are in no outcome, `bar` shows batches until rows come. UsageError for flags that do not
    go together.
    """
    session, options, batch = setup.session, setup.options, setup.flags.batch
    if setup.flags.engine.engine != "local":
        from scrimp.cli.running.engine_flow import engine_flow  # most runs are of this process

        return engine_flow(setup, take, bill)
    _check_batch_flags(batch, options)
    if batch.batch and options.cache != "only":
        from scrimp.cli.running.batch_flow import batch_flow  # most runs are live

        return batch_flow(setup, take, bill, bar)

    def drive() -> RunStop | None:
        with looking_at_batches(session, options) as wrap_caller:
            hooks = RunHooks(wrap_caller=wrap_caller, paid_without_row=bill.add_stored)
            return live.run(setup.rows, options, session.services, take, one_by_one=setup.source.is_stream, hooks=hooks)

    return drive


def _check_batch_flags(batch: BatchFlags, options: RunOptions) -> None:
    """Raise UsageError for flags of batches where there are none, or where nothing may be sent."""
    if batch.leaves and options.cache == "only":
        raise UsageError("with --cache only nothing is sent, so there is nothing to submit: leave it out")
    if batch.deadline is not None and not batch.batch:
        raise UsageError("--deadline is for --batch: add that, or leave it out")
    if not batch.batch and (batch.queue is not None or batch.when_idle):
        raise UsageError(f"{batch.queue_words} is for work that is left: scrimp batch submit {batch.queue_words}")
