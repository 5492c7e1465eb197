"""Following the shards of a job, a step at a time, until all have ended; looked at less often the longer it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import BatchRefusedError

if TYPE_CHECKING:
    from scrimp.flows.batch.batch_caller import Batches
    from scrimp.flows.batch.shard_driver import ShardDriver
    from scrimp.store.batches.records import ShardRecord
    from scrimp.transport.batch_wire import BatchWire

# Seconds between two looks at first, and how much longer each wait is than the one before, up to the longest.
_FIRST_LOOK, _LONGER = 2.0, 1.3
_BEFORE_SENT = ("ready", "uploading", "uploaded", "creating")


class JobProgress(Struct, frozen=True):
    """How far the shards of a job are."""

    shards: int
    ended: int
    requests: int
    answered: int  # as far as providers tell


class Follower:
    """Takes the shards of a job to their ends."""

    def __init__(
        self, batches: Batches, driver: ShardDriver, wire: BatchWire, *, longest: float,
        tell: Callable[[JobProgress], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        """`longest` is the most seconds between two looks."""
        self._batches, self._driver, self._wire = batches, driver, wire
        self._longest, self._tell, self._sleep = longest, tell, sleep

    async def submit(self) -> bool:
        """Take the steps up to the confirmed submission of every shard; return whether all are confirmed."""
        for shard in self._open():
            await self._until_sent(shard)
        return not any(shard.state in _BEFORE_SENT for shard in self._open())

    async def look(self) -> bool:
        """Take one look at every open shard; return whether any is open still."""
        for shard in self._open():
            await self._until_sent(await self._driver.step(shard))
        shards = self._batches.store.shards(self._batches.job.job)
        self._tell(_progress(shards))
        return bool(self._open())

    async def follow(self, until: Callable[[], bool] = lambda: False) -> None:
        """Look again and again until all shards have ended, or `until` says so."""
        wait = min(_FIRST_LOOK, self._longest)
        while await self.look() and not until():
            await self._sleep(wait)
            wait = min(wait * _LONGER, self._longest)

    async def cancel(self) -> None:
        """Ask for the end of every open shard; those that were not sent yet are dropped."""
        for shard in self._open():
            if shard.state != "submitted" or shard.batch is None:
                if shard.state != "creating":
                    self._driver.drop(shard, "cancelled before it was sent")
                continue
            endpoint = self._batches.endpoints[shard.provider]
            flow = batch_flow(endpoint)
            if flow is None:
                continue
            try:
                await self._wire.run(flow.cancel(shard.batch), endpoint, repeatable=True)
            except BatchRefusedError as refused:
                self._batches.warn(f"batch {shard.shard} could not be cancelled: {refused.failure.message}")

    def _open(self) -> list[ShardRecord]:
        return self._batches.store.open_shards(self._batches.job.job)

    async def _until_sent(self, shard: ShardRecord) -> None:
        while shard.state in _BEFORE_SENT:
            after = await self._driver.step(shard)
            if after.state == shard.state:
                return
            shard = after


def _progress(shards: list[ShardRecord]) -> JobProgress:
    sent = [shard for shard in shards if shard.state not in ("split", "unsold", "refused", "dropped")]
    return JobProgress(
        shards=len(sent), ended=sum(shard.state == "fetched" for shard in sent),
        requests=sum(shard.requests for shard in sent),
        answered=sum(shard.requests if shard.state == "fetched" else shard.answered or 0 for shard in sent),
    )  # fmt: skip
