"""How a command ends its work on a job: its message on what is left to do, and the exit status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrimp.errors import INTERRUPTED, LIMIT_REACHED, PENDING
from scrimp.failures import policy_of
from scrimp.flows.batch.timing.idle import BUSY
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.units import pluralize

if TYPE_CHECKING:
    from scrimp.flows.batch.calls.answering_caller import AnsweringCaller
    from scrimp.flows.batch.job.collect import Collected
    from scrimp.flows.batch.job.session import JobSession


class JobEnding:
    """Reports the state of a job at the end of a command."""

    def __init__(self, session: JobSession) -> None:
        self._job, self._limits, self._services = session.job, session.options.limits, session.services
        self._budget = session.budget
        self._leaves = session.plan.goal == "submitted"  # submitting is done once all is on its way

    def left(self, found: Collected) -> RunStop | None:
        """Say how to continue a job whose rows are made later."""
        job = self._job.name
        if found.braked is not None and not self._leaves and not self._job.is_open:
            return found.braked
        if self._job.is_open:
            done = "submitted" if self._job.is_moving else "collected"
            return self._later(f"job {job} is {done}" if self._leaves else f"job {job} has batches that have not ended")
        if found.wait is not None:
            return self._later(f"job {job}, {pluralize(found.for_later, 'request')}: {found.wait.words}")
        if found.refusal is not None:
            return RunStop("auth", f"stopped: {found.refusal.message}", policy_of(found.refusal).exit_status)
        rows = "its batches have ended" if self._job.has_batches else "no row needs a batch"
        if found.for_live and self._leaves:
            rows = f"{pluralize(found.for_live, 'request')} that no batch takes will be called by fetch"
        elif found.cached:
            rows = f"{found.cached:,} of {found.rows:,} rows were in the cache"
        self._services.note(f"job {job}: {rows}; rows: scrimp batch fetch {job}")
        return None

    def _later(self, state: str) -> RunStop | None:
        """Say that a job continues: a failure for a command that waits, but not for one that submits."""
        message = f"{state}; {self._job.to_go_on()}"
        if self._leaves:
            self._services.note(message)
            return None
        return RunStop("batch", message, PENDING)

    def missing(self, found: Collected, callers: Sequence[AnsweringCaller], *, still_open: bool) -> RunStop | None:
        """Return what pending rows wait for; None if no row is pending."""
        to_go_on = self._job.to_go_on()
        if still_open or (found.in_batches and sum(caller.waiting for caller in callers)):
            return RunStop("batch", f"rows are in batches; {to_go_on}", PENDING)
        if found.braked is not None:
            return found.braked
        wait = next((caller.live_calls.wait for caller in callers if caller.live_calls.for_later), None)
        if wait is not None:
            return RunStop("batch", f"{wait.words}; {to_go_on}", PENDING)
        if held_back := sum(caller.held_back for caller in callers):
            return RunStop("batch", f"{pluralize(held_back, 'request')} wait: {BUSY}; {to_go_on}", PENDING)
        if over_cap := found.over_cap + sum(caller.over_cap for caller in callers):
            told = f"{pluralize(over_cap, 'request')} may cost more than --max-cost {self._limits.max_cost:f} allows"
            if self._budget is not None:
                told = self._budget.stopped or f"{told} all that share the budget {self._limits.budget}"
            return RunStop("budget", f"stopped: {told}", LIMIT_REACHED)
        return None

    def tell_of_cancelled(self) -> None:
        """Say what becomes of the unanswered rows of a cancelled job."""
        self._services.note(
            f"job {self._job.name} was cancelled: rows that had no answer by then are pending; its command, given "
            "again, sends them"
        )

    def tell_of_overdue(self, calls: int) -> None:
        """Say that calls were made live whose batches may also be billed."""
        self._services.warn(
            f"{pluralize(calls, 'request')} of {self._job.open_batches()} went live at the deadline, by which their "
            "batches had not stopped: the provider may bill them there, too; once they have ended, scrimp batch fetch "
            f"{self._job.name} enters that in the ledger"
        )

    def interrupted(self, *, is_held_back: bool) -> RunStop:
        """Return what is said after a signal; `is_held_back` where the job waited for another run to end."""
        to_go_on = self._job.to_go_on()
        if not self._job.is_open and (self._job.record.for_later or is_held_back):
            return RunStop("batch", f"no longer waited for: nothing of it was called; {to_go_on}", PENDING)
        if not self._job.is_open:
            return RunStop("interrupted", f"stopped; {to_go_on}", INTERRUPTED)
        return RunStop(
            "batch",
            f"no longer watched: the batches of job {self._job.name} continue at the provider, and are billed; "
            f"{to_go_on}; to end them: scrimp batch cancel {self._job.name}",
            PENDING,
        )
