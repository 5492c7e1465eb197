"""Following the shards of a job until all have ended, step by step, at growing intervals."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.flows.batch.shards.progress import JobProgress, progress_of

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.batch.shards.driver import ShardDriver
    from scrimp.store.batches.records import ShardRecord

# Seconds between two looks at first, and how much longer each wait is than the one before, up to the longest.
_FIRST_LOOK, _LONGER = 2.0, 1.3
_BEFORE_SENT = ("ready", "uploading", "uploaded", "creating")


class Cancelled(Struct, frozen=True):
    """What the end of a job did to its batches."""

    stopped: int  # batches that were asked to stop, had stopped, or were not sent
    unstopped: int  # batches that cannot be stopped, and continue
    shared: int  # batches that continue because another job also waits for them


class Follower:
    """Follows the shards of a job until they have ended."""

    def __init__(
        self, context: JobContext, driver: ShardDriver, *, longest: float,
        tell: Callable[[JobProgress], None], hold: Callable[[str], AbstractContextManager[bool]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        """`longest` is the most seconds between two looks.

        `hold` takes the lock of another job, whose shards are worked on by one process at a time, unless it is taken.
        """
        self._context, self._driver, self._hold = context, driver, hold
        self._longest, self._tell, self._sleep = longest, tell, sleep

    async def submit(self) -> bool:
        """Submit every shard; return whether all submissions are confirmed."""
        for shard in self._open():
            await self._take(shard, self._until_sent)
        return not any(shard.state in _BEFORE_SENT for shard in self._open())

    async def look(self) -> bool:
        """Look at every open shard once; return whether any is still open."""
        for shard in self._followed():
            await self._take(shard, self._step)
        store, job = self._context.store, self._context.job
        self._tell(progress_of(job, store.shards_for(job.job), store.portions(job.job)))
        return bool(self._followed())

    async def follow(self, until: Callable[[], bool] = lambda: False) -> None:
        """Look again and again until all shards have ended, or `until` says so."""
        wait = min(_FIRST_LOOK, self._longest)
        while await self.look() and not until():
            await self._sleep(wait)
            wait = min(wait * _LONGER, self._longest)

    async def cancel(self) -> Cancelled:
        """Ask for the end of every open shard, or drop it, but for those that another job waits for."""
        stopped = unstopped = shared = 0
        for shard in self._open(queued=True):
            if self._is_shared(shard):
                shared += 1
            elif await self._driver.stop(shard):
                stopped += 1
            else:
                unstopped += 1
        return Cancelled(stopped, unstopped, shared)

    def _is_shared(self, shard: ShardRecord) -> bool:
        """Return whether another job has a shard or waits for it, too, and was not cancelled."""
        store = self._context.store
        cancelled = {job.job for job in store.jobs() if job.cancelled} | {self._context.job.job}
        return bool(set(store.jobs_of(shard.shard)) - cancelled)

    def _is_cancelled(self, shard: ShardRecord) -> bool:
        """Return whether a shard is no longer wanted: its job may be cancelled while it is being sent."""
        return self._context.store.is_cancelled(shard.job) and not self._is_shared(shard)

    def _followed(self) -> list[ShardRecord]:
        """Return the shards on their way whose provider tells of them what can be understood."""
        return [shard for shard in self._open() if not self._context.unreadable.is_given_up(shard.shard)]

    def _open(self, *, queued: bool = False) -> list[ShardRecord]:
        """Return the shards that are on their way; those in a queue wait for somebody to send them.

        ConfigError if one is at a provider that is no longer configured.
        """
        shards = [
            shard
            for shard in self._context.store.open_shards(self._context.job.job)
            if queued or shard.state != "queued"
        ]
        for shard in shards:
            self._context.endpoint(shard.shard, shard.provider)
        return shards

    async def _take(self, shard: ShardRecord, work: Callable[[ShardRecord], Awaitable[None]]) -> None:
        """Work on a shard; not on one of another job that somebody else is working on."""
        if shard.job == self._context.job.job:
            await work(shard)
            return
        with self._hold(shard.job) as held:
            if held:
                (now,) = (each for each in self._context.store.shards(shard.job) if each.shard == shard.shard)
                await work(now)

    async def _step(self, shard: ShardRecord) -> None:
        await self._until_sent(await self._driver.step(shard))

    async def _until_sent(self, shard: ShardRecord) -> None:
        while shard.state in _BEFORE_SENT:
            if shard.state != "creating" and self._is_cancelled(shard):
                await self._driver.stop(shard)
                return
            after = await self._driver.step(shard)
            if after.state == shard.state:
                return
            shard = after
