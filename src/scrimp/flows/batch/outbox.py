"""Calls on their way to batches: grouped by model, written to files, and kept as shards once a file is complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.providers.batches.flow import Frame, Shard
from scrimp.store.batches.records import CallInShard, ShardRecord

if TYPE_CHECKING:
    from scrimp.providers.batches.flow import BatchFlow, BatchLimits
    from scrimp.providers.endpoint import HttpRequest
    from scrimp.store.batches.records import Job
    from scrimp.store.batches.spool import ShardFile, Spool
    from scrimp.store.batches.store import BatchStore

# Shards larger than this gain nothing, and a broken upload or download costs the more.
_MOST_BYTES = 200_000_000
_FRAME_BYTES = 4096  # upper limit of a file's bytes besides its requests and the model's name


class Target(Struct, frozen=True):
    """Where a call goes: calls of one target can share a batch."""

    provider: str
    model: str
    path: str
    queue: str | None = None  # the queue in which it waits
    first: bool = False  # others follow it, so that it goes without them


class _Room(Struct, frozen=True):
    """What a shard of a target may hold: requests, bytes of all of it, and of one request."""

    requests: int
    bytes: int
    line: int


class _OpenShard:
    """A shard whose file is being written."""

    def __init__(self, name: str, target: Target, frame: Frame, file: ShardFile) -> None:
        self.name, self.target, self.frame, self.file = name, target, frame, file
        self.calls: list[CallInShard] = []
        self.keys = set[bytes]()


class Outbox:
    """Collects the calls of one pass over the rows of a job."""

    def __init__(
        self, job: Job, store: BatchStore, spool: Spool, *, clock: Callable[[], float], window: float | None
    ) -> None:
        """`window` is how long a batch may take, in seconds, where the provider lets one choose."""
        self._job, self._store, self._spool, self._clock, self._window = job, store, spool, clock, window
        self._open: dict[Target, list[_OpenShard]] = {}
        self._rooms: dict[Target, _Room] = {}
        shards = store.shards(job.job)
        self._named = len(shards)
        self._most: dict[Target, int] = {}  # requests in a shard, where a larger one was refused
        for shard in shards:
            if shard.state == "split":
                target = Target(shard.provider, shard.model, shard.path)
                self._most[target] = min(self._most.get(target, shard.requests), max(1, shard.requests // 2))
        self._waiting = set[tuple[bytes, int]]()
        self._just_closed = set[tuple[bytes, int]]()
        self.collected = 0

    def has(self, key: bytes, question: int) -> bool:
        """Return whether a call was collected that the store may not have shown yet."""
        call = (key, question)
        return call in self._waiting or call in self._just_closed

    def forget_closed(self) -> None:
        """Forget calls whose shards are in the store, which will be read again."""
        self._just_closed.clear()

    def add(self, target: Target, flow: BatchFlow, request: HttpRequest, call: CallInShard) -> bool:
        """Add a call; return False if its request alone is larger than a batch of its provider may hold."""
        line = flow.line(call.key.hex(), request)
        room = self._rooms.get(target) or self._room_for(target, flow)
        if len(line) > room.line:
            return False
        shard = self._shard_for(target, flow, call.key, len(line), room)
        number = len(shard.calls) + 1
        shard.file.add(line, shard.frame.separator)
        shard.calls.append(replace(call, number=number))
        shard.keys.add(call.key)
        self._waiting.add((call.key, call.question))
        self.collected += 1
        return True

    def _room_for(self, target: Target, flow: BatchFlow) -> _Room:
        limits, most = flow.limits, most_bytes(flow.limits)
        requests = self._most.get(replace(target, queue=None, first=False), limits.requests)
        line = min(limits.line_bytes or most, most - len(target.model) - _FRAME_BYTES)
        room = self._rooms[target] = _Room(min(limits.requests, requests), most, line)
        return room

    def _shard_for(self, target: Target, flow: BatchFlow, key: bytes, size: int, room: _Room) -> _OpenShard:
        """Return an open shard with room. A key identifies a result, so no shard holds it twice."""
        shards = self._open.setdefault(target, [])
        for shard in list(shards):
            full = len(shard.calls) >= room.requests or shard.file.size + size + _FRAME_BYTES > room.bytes
            if full:
                shards.remove(shard)
                self._close(shard)
            elif key not in shard.keys:
                return shard
        self._named += 1
        name = f"{self._job.job}-{self._named:03}"
        frame = flow.frame(
            Shard(name=name, model=target.model, path=target.path, requests=0, size=0, created=0, window=self._window)
        )
        shards.append(_OpenShard(name, target, frame, self._spool.begin(name, frame.head)))
        return shards[-1]

    def close(self) -> None:
        """Complete what is open."""
        for shards in self._open.values():
            for shard in shards:
                self._close(shard)
        self._open.clear()

    def discard(self) -> None:
        """Remove what is open: the rows could not all be read."""
        for shards in self._open.values():
            for shard in shards:
                shard.file.discard()
        self._open.clear()

    def _close(self, shard: _OpenShard) -> None:
        shard.file.end(shard.frame.tail)
        record = ShardRecord(
            shard=shard.name, job=self._job.job, provider=shard.target.provider, model=shard.target.model,
            path=shard.target.path, requests=len(shard.calls), size=shard.file.size,
            state="ready" if shard.target.queue is None else "queued", created=self._clock(), window=self._window,
            queue=shard.target.queue,
        )  # fmt: skip
        self._store.add_shard(record, shard.calls)
        done = {(call.key, call.question) for call in shard.calls}
        self._waiting -= done
        self._just_closed |= done


def most_bytes(limits: BatchLimits) -> int:
    """Return how large the file of a shard may be."""
    return min(limits.bytes, _MOST_BYTES)


def shard_of(record: ShardRecord) -> Shard:
    """Return what a flow needs to know of a shard."""
    return Shard(
        name=record.shard, model=record.model, path=record.path, requests=record.requests, size=record.size,
        created=record.created, window=record.window,
    )  # fmt: skip
