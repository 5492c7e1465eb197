"""Shards at providers that answer anything at all: each comes to an end, or stays as it is and is waited for."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext, suppress
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.batches.examples import REPLIES, SAME_AS
from providers.batches.test_every_flow import _NAMES as NAMES
from scrimp.enums import OPEN_SHARDS
from scrimp.flows.batch.job_context import JobContext
from scrimp.flows.batch.shards.driver import ShardDriver
from scrimp.flows.batch.shards.follow import Follower
from scrimp.flows.batch.shards.refusals import ProviderRefusedError
from scrimp.flows.batch.unreadable_replies import UnreadableReplies
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.presets import PRESETS
from scrimp.store.batches.records import CallInShard, Job, ShardRecord
from scrimp.store.batches.spool import Spool
from scrimp.store.batches.store import BatchStore
from scrimp.transport.batch_wire import BatchWire

KEYS = (b"\1" * 32, b"\2" * 32)
DAY = 86_400.0
NONSENSE = (
    b"", b"<html>sign in</html>", b"[]", b"{}", b"null", b'{"id": 3}', b'{"id": "x"}', b'{"name": "x", "state": []}',
    b'{"data": []}', b'{"error": "no"}', b"\xff\xfe", b'{"id": "batch_1", "status": "completed"}',
    b'{"batch_id": "x", "state": {"num_requests": -7, "num_success": 1e99}}',
)  # fmt: skip


class AnyReplies:
    """In the place of HTTP: each reply is drawn."""

    def __init__(self, chance: random.Random, replies: list[bytes], statuses: list[int]) -> None:
        self._chance, self._replies, self._statuses = chance, replies, statuses
        self.sent = Counter[str]()

    async def send(self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]) -> HttpReply:
        del endpoint, secrets
        self.sent[request.method] += 1
        return HttpReply(
            status=self._chance.choice(self._statuses), body=self._chance.choice(self._replies),
            headers={"retry-after": "0", "x-goog-upload-url": "https://x.example/upload"},
        )  # fmt: skip

    async def send_file(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str], file: Path
    ) -> HttpReply:
        assert file.is_file()  # noqa: ASYNC240 - a local file
        return await self.send(request, endpoint, secrets)

    async def save(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str], file: Path,
        check: Callable[[int], None],
    ) -> HttpReply:  # fmt: skip
        reply = await self.send(request, endpoint, secrets)
        check(len(reply.body))
        file.write_bytes(reply.body)  # noqa: ASYNC240 - a local file
        return reply


class NoSecrets:
    def headers_for(self, endpoint: Endpoint) -> Mapping[str, str]:
        del endpoint
        return {}

    def redact(self, text: str) -> str:
        return text


@pytest.mark.parametrize("name", NAMES)
@given(
    seed=st.integers(0, 10**6), odd=st.lists(st.binary(max_size=30), max_size=3), real=st.booleans(),
    statuses=st.lists(st.sampled_from([200, 202, 204, 302, 400, 404, 409, 413, 429, 500]), max_size=3),
)  # fmt: skip
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_provider_replies_a_shard_ends_or_stays_and_no_call_is_lost(
    name: str, tmp_path_factory: pytest.TempPathFactory, seed: int, odd: list[bytes], real: bool, statuses: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    replies = [*NONSENSE, *odd]
    if real:
        flavour = PRESETS[name].flavour
        known = [each for whole in REPLIES[SAME_AS.get(flavour, flavour)].values() for each in whole]
        replies += 3 * [json.dumps(each).encode() for each in known]
    http = AnyReplies(random.Random(seed), replies, [200, 200, *statuses])
    with closing(BatchStore(folder / "batches.db")) as store:
        with suppress(ProviderRefusedError):
            asyncio.run(followed(name, store, folder, http, random.Random(seed)))
        (shard,) = store.shards()
        counts = Counter(store.counts("b1"))
        if shard.state in OPEN_SHARDS:
            assert counts["waiting"] + counts["answered"] + counts["unanswered"] == len(KEYS)
        elif shard.state in ("fetched", "refused"):
            assert counts["waiting"] == 0
        else:  # given up: its calls are collected again, or called live
            assert counts["waiting"] == 0
            assert shard.state in ("split", "unsold", "dropped")
    assert sum(http.sent.values()) < 3000


async def followed(
    name: str, store: BatchStore, folder: Path, http: AnyReplies, chance: random.Random
) -> None:  # fmt: skip
    """Follow a shard for two days, of which every wait is a moment."""
    now = 1_700_000_000.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += max(seconds, 1.0)

    job = Job(job="b1", created=now, folder="", command=("x",), digest="d")
    store.add_job(job)
    spool = Spool(folder / "files")
    file = spool.begin("b1-001", b"")
    for _ in KEYS:
        file.add(b"{}", b"\n")
    file.end(b"\n")
    store.add_shard(
        ShardRecord(
            shard="b1-001", job="b1", provider=name, model="m-1", path="/v1/chat/completions", requests=len(KEYS),
            size=file.size, state="ready", created=now,
        ),
        [CallInShard(key, 7, number, f"rows.txt:{number}") for number, key in enumerate(KEYS, 1)],
    )  # fmt: skip
    told: list[str] = []
    batches = JobContext(
        job=job, store=store, own_only=True, tries=3, endpoints=PRESETS, available=frozenset(PRESETS),
        secrets=cast("Any", NoSecrets()), prices=cast("Any", None), hours=cast("Any", None),
        unreadable=UnreadableReplies(lambda: now), warn=told.append,
    )  # fmt: skip
    wire = BatchWire(cast("Any", http), cast("Any", NoSecrets()), random_fraction=chance.random, sleep=sleep)
    driver = ShardDriver(batches, wire, spool, patience=60.0, clock=lambda: now, note=told.append)
    follower = Follower(
        batches, driver, longest=60.0, tell=lambda _: None, hold=lambda _: nullcontext(True), sleep=sleep
    )  # fmt: skip
    end = now + DAY / 4
    await follower.submit()
    await follower.follow(lambda: now > end)
    await follower.cancel()
    await follower.look()
    assert all("Traceback" not in words and "\n" not in words.strip() for words in told)
