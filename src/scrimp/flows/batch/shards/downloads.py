"""The replies that hold the results of a batch, fetched to a file one by one: no more than its requests can have."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from scrimp.errors import ROOM, DiskFullError
from scrimp.providers.batches.flow import BatchRefusedError
from scrimp.providers.endpoint import REPLY_BYTES
from scrimp.store.database import store_errors
from scrimp.store.free_space import LEAST_FREE_BYTES, free_bytes
from scrimp.values import Failure

if TYPE_CHECKING:
    from pathlib import Path

    from scrimp.providers.batches.flow import BatchFlow, RemoteBatch
    from scrimp.providers.endpoint import Endpoint
    from scrimp.store.batches.records import ShardRecord
    from scrimp.transport.batch_wire import BatchWire

_WITHOUT_RESULTS = 8  # replies that only point to others, such as a list of files, or the page after the last
_LOOK_AT_DISK = 16 << 20  # bytes between two looks at the space that is left


async def downloads(
    shard: ShardRecord, batch: RemoteBatch, flow: BatchFlow, *, endpoint: Endpoint, wire: BatchWire, file: Path
) -> AsyncIterator[None]:
    """Yield each time the file holds the next reply, until there is no other; who asks removes the file.

    BatchRefusedError where a reply cannot be had, or there is more than the requests of the batch can have;
    StoreError if the disk has no room.
    """
    requests, most = deque(flow.fetch(batch)), flow.limits.requests
    size = _Size(endpoint.name, min(batch.total or most, most) if shard.adopted else shard.requests, file)
    while requests:
        size.begin_reply()
        with store_errors(file):
            await wire.save(requests.popleft(), endpoint, file, size.check)
        yield
        with file.open("rb") as results:
            requests += flow.more(batch, results)


class _Size:
    """How much there is of the results of some requests, all replies together."""

    def __init__(self, provider: str, requests: int, file: Path) -> None:
        self._provider, self._requests, self._folder = provider, requests, file.parent
        self._replies = self._before = self._reply = self._looked_at = 0

    def begin_reply(self) -> None:
        """Count a reply."""
        self._replies, self._before, self._reply, self._looked_at = self._replies + 1, self._before + self._reply, 0, 0
        if self._replies > self._requests + _WITHOUT_RESULTS:
            raise self._refused(f"in {self._replies - 1:,} replies, and points to others")

    def check(self, size: int) -> None:
        """Check the length of a reply so far; raise if it is longer than it should be."""
        self._reply = size
        if self._before + size > (self._requests + 1) * REPLY_BYTES:
            raise self._refused(f"({(self._before + size) >> 20:,} MB)")
        if size - self._looked_at >= _LOOK_AT_DISK:
            self._looked_at = size
            if (free := free_bytes(self._folder)) is not None and free < LEAST_FREE_BYTES:
                raise DiskFullError(f"the results of a batch do not fit in {self._folder}: {ROOM}")

    def _refused(self, much: str) -> BatchRefusedError:
        message = f"{self._provider} gives more results {much} than {self._requests:,} requests can have"
        return BatchRefusedError(Failure(kind="server", http=200, message=message), "unreadable")
