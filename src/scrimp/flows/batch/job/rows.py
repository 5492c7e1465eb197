"""The pass that makes the rows of a job: of what came back, and of live calls where all batches have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows import live
from scrimp.flows.batch.calls.answering_caller import AnsweringCaller
from scrimp.flows.batch.calls.live_steps import forget_answered
from scrimp.flows.batch.job.paid_before import PaidBefore
from scrimp.flows.batch.job.spent import spent_in_batches
from scrimp.flows.batch.overlap.unused import record_unused, record_without_row, tell_unused
from scrimp.flows.batch.timing.idle import BUSY
from scrimp.store.ledger import Ledger

if TYPE_CHECKING:
    from scrimp.flows.answer.calls.step_caller import StepCaller
    from scrimp.flows.batch.job.collect import Collected
    from scrimp.flows.batch.job.ending import JobEnding
    from scrimp.flows.batch.job.session import JobSession
    from scrimp.flows.engine.stops.run_stop import RunStop
    from scrimp.values import OutcomeSink, Prompt, RuleCap


class RowPass:
    """One pass over the rows of a job, once its batches are as far as the command waits for them."""

    def __init__(
        self, session: JobSession, ending: JobEnding, open_prompts: Callable[[], Iterator[Prompt]], found: Collected,
        *, is_overdue: bool, is_held_back: bool,
    ) -> None:  # fmt: skip
        """`found` is what was collected last; `is_held_back` where another run is calling models."""
        self._session, self._ending, self._open_prompts, self._found = session, ending, open_prompts, found
        self._is_overdue, self._is_held_back = is_overdue, is_held_back
        self._still_open, cancelled = session.job.is_open, session.job.is_cancelled()
        self._calls_live = (
            not is_held_back
            and (not self._still_open or is_overdue)
            and not found.over_cap
            and found.braked is None
            and not found.in_batches
            and not cancelled
        )
        self._callers = list[AnsweringCaller]()

    def run(self, sink: OutcomeSink) -> RunStop | None:
        """Give the rows to `sink`; return why rows are missing, None if none is."""
        self._session.renew()
        stop = self._make_rows(sink)
        if stop is not None:
            return stop
        if self._session.job.record.cancelled:
            self._ending.tell_of_cancelled()
        if self._still_open and self._is_overdue:
            self._ending.tell_of_overdue(sum(caller.overdue for caller in self._callers))
            return None
        if (missing := self._ending.missing(self._found, self._callers, still_open=self._still_open)) is not None:
            return missing
        self._record_unused()
        self._close_job()
        return None

    def _make_rows(self, sink: OutcomeSink) -> RunStop | None:
        session, options = self._session, self._session.options
        spent = spent_in_batches(session, self._open_prompts) if self._calls_live else (None, {})
        # What is paid for is printed and entered in the ledger, however much of it failed or climbed.
        calls_any = self._calls_live and (self._found.for_live or session.job.is_late())
        with Ledger(session.services.paths.ledger_db) as ledger:
            paid_before = PaidBefore(ledger, session.services.run)
            return live.run(
                self._open_prompts(), options if calls_any else replace(options, paid_already=True), session.services,
                lambda rows: sink(paid_before.without(rows)), one_by_one=False,
                hooks=replace(session.hooks, wrap_caller=lambda inner: self._caller(inner, *spent)),
            )  # fmt: skip

    def _caller(self, inner: StepCaller, spent: Decimal | None, by_rule: Mapping[RuleCap, Decimal]) -> AnsweringCaller:
        session = self._session
        inner.guards.count_spent(spent, by_rule)
        caller = AnsweringCaller(
            session.context, inner, session.queues(), live=self._calls_live, patient=session.waits_for_calls,
            concurrency=session.options.concurrency, late=session.job.is_late(), not_live=self._not_live(),
        )  # fmt: skip
        self._callers.append(caller)
        return caller

    def _not_live(self) -> str | None:
        """Return why calls that no batch has answered are not made; None if they are, or wait for a batch."""
        if self._found.braked is not None:
            return self._found.braked.message
        return f"waits while {BUSY}" if self._is_held_back else None

    def _record_unused(self) -> None:
        """Enter in the ledger what came back for rows that were answered meanwhile, or are gone: it was paid for."""
        session = self._session
        options, services, record = session.options, session.services, session.job.record
        if record.ended is not None:
            return
        unseen = session.job.is_late() or record.cancelled  # no pass has counted the rows in the cache
        if self._found.cached or unseen:
            tell_unused(record_unused(self._open_prompts(), options, services, session.context), services)
        tell_unused(record_without_row(options, services, session.context), services, "have changed or are gone")

    def _close_job(self) -> None:
        session = self._session
        printed = session.services.clock() if session.plan.goal in ("fetched", "answered") else None
        if printed is not None:
            forget_answered(session.context, session.services.paths.cache_db)
        session.job.save(ended=printed, cheap_from=None, for_later=0)
