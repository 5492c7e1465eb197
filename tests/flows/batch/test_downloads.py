"""Results are fetched as far as the requests of a batch can have them: a provider may send without end."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
from msgspec.structs import replace

from scrimp.errors import DiskFullError
from scrimp.flows.batch.shards.downloads import downloads
from scrimp.providers.batches.flow import BatchLimits, BatchRefusedError, RemoteBatch
from scrimp.providers.batches.replies import lines_of
from scrimp.providers.endpoint import REPLY_BYTES, Endpoint, HttpRequest
from scrimp.store.batches.records import ShardRecord

ENDPOINT = Endpoint(name="acme", dialect="openai", base_url="https://acme.example")
SHARD = ShardRecord(
    shard="s-001", job="s", provider="acme", model="m", path="/", requests=3, size=9, state="fetching", created=0.0
)
BATCH = RemoteBatch(id="batch_0", state="ended", word="completed")


class Pages:
    """A flow whose results come in pages, each of which points to another one."""

    limits = BatchLimits(requests=50, bytes=1_000)

    def fetch(self, batch: RemoteBatch) -> Sequence[HttpRequest]:
        del batch
        return [HttpRequest(url="https://acme.example/results", body=b"", method="GET")]

    def more(self, batch: RemoteBatch, results: BinaryIO) -> Sequence[HttpRequest]:
        del results
        return self.fetch(batch)


class Wire:
    """Replies of one size, of which nothing is written."""

    def __init__(self, *sizes: int, error: OSError | None = None) -> None:
        self._sizes, self._error, self.replies = sizes, error, 0

    async def save(self, request: HttpRequest, endpoint: Endpoint, file: Path, check: Callable[[int], None]) -> None:
        del request, endpoint
        self.replies += 1
        file.touch()  # noqa: ASYNC240 - a local file
        for size in self._sizes:
            check(size)
        if self._error is not None:
            raise self._error


def fetched(wire: Wire, file: Path, shard: ShardRecord = SHARD, batch: RemoteBatch = BATCH) -> int:
    async def main() -> None:
        async for _ in downloads(shard, batch, Pages(), endpoint=ENDPOINT, wire=wire, file=file):  # type: ignore[arg-type]
            pass

    asyncio.run(main())
    return wire.replies


def test_pages_without_an_end_are_as_many_as_there_are_requests_and_a_few(tmp_path: Path) -> None:
    wire = Wire(10)

    with pytest.raises(BatchRefusedError, match="than 3 requests can have"):
        fetched(wire, tmp_path / "results")
    assert 3 < wire.replies < 20


@pytest.mark.parametrize(
    ("sizes", "replies"),
    [((REPLY_BYTES, 5 * REPLY_BYTES), 1), ((2 * REPLY_BYTES,), 3), ((REPLY_BYTES, 2 * REPLY_BYTES), 3)],
)
def test_no_more_is_read_than_so_many_replies_could_be_long(
    tmp_path: Path, sizes: tuple[int, ...], replies: int
) -> None:
    """Each may be as long as one of a live call, and all replies of a batch count together."""
    wire = Wire(*sizes)

    with pytest.raises(BatchRefusedError, match="acme gives more results"):
        fetched(wire, tmp_path / "results")
    assert wire.replies == replies


def test_a_batch_that_was_found_at_its_provider_may_have_as_many_as_it_says_but_no_more_than_any(
    tmp_path: Path,
) -> None:
    found = replace(SHARD, adopted=True, requests=0)
    wire = Wire(10)

    with pytest.raises(BatchRefusedError, match="than 50 requests can have"):
        fetched(wire, tmp_path / "results", found, replace(BATCH, total=10**12))


def test_a_disk_without_room_for_them_is_named_with_the_way_out(tmp_path: Path) -> None:
    wire = Wire(10, error=OSError(errno.ENOSPC, "No space left on device"))

    with pytest.raises(DiskFullError, match=r"results cannot be used: No space left on device; free some space"):
        fetched(wire, tmp_path / "results")


def test_a_line_that_no_memory_should_hold_is_passed_over() -> None:
    lines = b'{"n":1}\n' + b" " * 200 + b'{"n":2}\n{"n":3}\n' + b" " * 99 + b'\n{"n":4}'

    with closing(BytesIO(lines)) as results:
        assert list(lines_of(results, longest=100)) == [{"n": 1}, {"n": 3}, {"n": 4}]
