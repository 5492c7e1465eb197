"""What one command does with the batches of its job: sends, looks at or waits for them, as its goal says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from scrimp.flows.batch.shards.opening import open_follower
from scrimp.flows.batch.shards.progress import JobProgress, progress_of
from scrimp.flows.event_loops.run_in_loop import run_in_loop

if TYPE_CHECKING:
    from scrimp.flows.batch.job.session import JobSession
    from scrimp.flows.batch.shards.follow import Follower


class JobWatch:
    """Works on the batches of a job, and reports their progress."""

    def __init__(self, session: JobSession, tell: Callable[[JobProgress], None]) -> None:
        self._session, self._tell = session, tell
        self.has_looked = False  # whether it has asked the provider about batches
        self.is_overdue = False  # whether a batch did not stop by the deadline

    def tell(self, *, waits: bool = False) -> None:
        """Report the progress of the batches, and whether the job waits for cheap hours."""
        store, job = self._session.store, self._session.job
        self._tell(progress_of(job.record, store.shards_for(job.name), store.portions(job.name), waits=waits))

    def work(self) -> None:
        """Send what is ready, and wait for what is on its way if the goal asks for it."""
        run_in_loop(self._work())

    async def _work(self) -> None:
        session, goal, job = self._session, self._session.plan.goal, self._session.job
        self.has_looked = goal != "submitted"
        async with open_follower(
            session.context, session.services, patience=session.options.timeout, longest=session.plan.longest_wait,
            tell=self._tell,
        ) as follower:  # fmt: skip
            await follower.submit()
            if goal == "submitted":
                return
            if goal == "fetched":
                await follower.look()
            else:
                await follower.follow(job.is_late)
            if job.is_open and job.is_late():
                await self._end_stragglers(follower)

    async def _end_stragglers(self, follower: Follower) -> None:
        """Cancel batches that the deadline leaves no time for, and keep what has been answered."""
        session, clock = self._session, self._session.services.clock
        deadline = session.job.deadline
        if deadline is None:
            return
        session.services.note(f"job {session.job.name}: its deadline is near, so what is in batches is cancelled")
        until = deadline.ends_waiting(clock())
        await follower.cancel()
        if session.plan.goal == "fetched":
            await follower.look()
            return
        await follower.follow(lambda: clock() >= until)
        if session.job.is_open and session.plan.goal == "answered":
            await session.context.hours.sleep(until)  # no progress can be shown meanwhile
            self.is_overdue = True
