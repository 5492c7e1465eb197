"""What the results of a batch tell by themselves: whose rows they are, and so whose batch it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.flows.batch.shards.downloads import downloads
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.json_access import reply_object, string
from scrimp.store.batches.records import Result, ShardRecord

if TYPE_CHECKING:
    from scrimp.providers.batches.flow import BatchFlow, BatchResult, RemoteBatch
    from scrimp.providers.endpoint import Endpoint
    from scrimp.store.batches.store import BatchStore
    from scrimp.transport.batch_wire import BatchWire

_KEY_LENGTH = 64  # hexadecimal digits


async def is_batch_of(
    shard: ShardRecord, batch: RemoteBatch, flow: BatchFlow, *, endpoint: Endpoint, wire: BatchWire, store: BatchStore,
    file: Path,
) -> bool:  # fmt: skip
    """Return whether most results of a batch that has ended are of a shard's calls; `file` is where to put them.

    BatchRefusedError where they cannot be fetched.
    """
    own = total = 0
    try:
        async for _ in downloads(shard, batch, flow, endpoint=endpoint, wire=wire, file=file):
            for key in _keys_in(file, flow):
                own, total = own + store.has_call(shard.shard, key), total + 1
    finally:
        _remove(file)
    return own * 2 > total


def _keys_in(file: Path, flow: BatchFlow) -> Iterator[bytes]:
    with file.open("rb") as results:
        for result in results_in(flow.read(results)):
            yield result.key


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)


def results_in(results: Iterator[BatchResult]) -> Iterator[Result]:
    """Yield results by the rows that they name."""
    for each in results:
        key = key_of(each.custom_id)
        if each.reply is None:
            yield Result(key, why=each.unanswered or "no reply")
        else:
            yield Result(
                key, status=each.reply.status, request_id=each.reply.headers.get("x-request-id"), reply=each.reply.body
            )


class NamedResults:
    """The results of an adopted shard that name a row; what is read of them tells the model, too."""

    def __init__(self, results: Iterator[Result]) -> None:
        self._results, self.model = results, ""

    def __iter__(self) -> Iterator[Result]:
        for each in self._results:
            if each.key:
                if not self.model and each.reply is not None:
                    reply = reply_object(HttpReply(status=each.status, body=each.reply)) or {}
                    self.model = string(reply.get("model"))
                yield each


def key_of(custom_id: str) -> bytes:
    """Return the key of a row that a result names; the empty one, which is of no row, where it names none."""
    try:
        return bytes.fromhex(custom_id) if len(custom_id) == _KEY_LENGTH else b""
    except ValueError:
        return b""
