"""The collecting passes of one command: one at a time across all jobs, and a quote before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.batch.job.collect import Collected, collect
from scrimp.flows.batch.job.quote import job_quote
from scrimp.flows.batch.jobs import COLLECT_LOCK
from scrimp.flows.event_loops.run_in_loop import run_in_loop
from scrimp.store.files.process_lock import locked

if TYPE_CHECKING:
    from scrimp.flows.batch.job.session import JobSession
    from scrimp.values import Prompt


class Collector:
    """Makes a pass over a job's rows, as often as it is asked to, and collects the calls that are still to be made."""

    def __init__(self, session: JobSession, open_prompts: Callable[[], Iterator[Prompt]]) -> None:
        self._session, self._open_prompts = session, open_prompts
        self._has_quoted = False

    def collect(self) -> Collected:
        """Make one pass over the rows; what it found is in the store, ready to be sent, and quoted."""
        budget, job = self._session.budget, self._session.job
        if budget is not None:
            budget.begin()
        with locked(self._session.spool.folder, COLLECT_LOCK, lambda: None):
            found = self._pass()
        if budget is not None:
            budget.end_pass()
        job.save(cheap_from=None if found.wait is None else found.wait.until, for_later=found.for_later)
        if found.new or (found.quote.calls and not self._has_quoted):
            self._tell_quote(found)
        self._has_quoted = True
        return found

    def _pass(self) -> Collected:
        session, queues = self._session, self._session.queues()
        found = run_in_loop(
            collect(
                self._open_prompts(), session.options, session.services, session.context, session.outbox(), queues,
                cap=session.options.limits.max_cost if session.budget is None else None, budget=session.budget,
                goal=session.plan.goal,
            )
        )  # fmt: skip
        for shard in session.store.shards():
            if shard.shard in queues.wanted and shard.state == "queued":
                session.store.save_shard(replace(shard, state="ready"))
        return found

    def _tell_quote(self, found: Collected) -> None:
        session = self._session
        quote = job_quote(found, session.job.record, session.store, session.options, session.services)
        session.services.note(f"job {session.job.name}: {quote}")
