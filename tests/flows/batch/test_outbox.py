"""Shards keep what their provider allows, by requests and bytes, whatever comes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.flows.batch.outbox import Outbox, Target, shard_of
from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import BatchFlow
from scrimp.providers.endpoint import HttpRequest
from scrimp.providers.presets import PRESETS
from scrimp.store.batches.records import CallInShard, Job
from scrimp.store.batches.spool import Spool
from scrimp.store.batches.store import BatchStore

JOB = Job(job="b1", created=0.0, folder="", command=(), digest="")
# One line of JSON each, or one object: what all that are known have.
PROVIDERS = ("openai", "anthropic", "gemini", "mistral", "openrouter")
FORMS = pytest.mark.parametrize("provider", PROVIDERS)
FRAME = 4096  # bytes that are kept free for what stands around the requests
# The row of each call, its question, and how long its prompt is.
calls = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1), st.integers(0, 3000)), max_size=20)


def request(text: str) -> HttpRequest:
    body = {"model": "m-1", "messages": [{"role": "user", "content": text}]}
    return HttpRequest(
        url="https://api.openai.com/v1/chat/completions", body=json.dumps(body, ensure_ascii=False).encode()
    )


def requests_in(file: bytes) -> list[dict[str, Any]]:
    """The requests of a shard's file, read as its provider would."""
    if not file.startswith((b'{"requests":', b'{"endpoint":')):
        return [json.loads(line) for line in file.splitlines()]
    whole: list[dict[str, Any]] = json.loads(file)["requests"]
    return whole


def collected(
    flow: BatchFlow, asked: Sequence[tuple[int, int, int]], folder: Path
) -> tuple[list[tuple[str, str]], list[list[tuple[str, str]]], list[int]]:
    """Collect calls; return those that were taken, those in each shard in its order, and the bytes of each file."""
    store, spool = BatchStore(folder / "batches.db"), Spool(folder / "batches")
    store.add_job(JOB)
    outbox, target = Outbox(JOB, store, spool, clock=lambda: 0.0, window=None), Target("p", "m-1", "/v1/x")
    taken = []
    for row, question, size in asked:
        key, text = bytes([row]) * 32, f"{question}" + "é" * (size // 2)
        if not outbox.has(key, question) and outbox.add(target, flow, request(text), CallInShard(key, question, 0)):
            taken.append((key.hex(), text))
    outbox.close()
    shards, sizes = [], []
    for record in store.shards(JOB.job):
        file = spool.path(record.shard).read_bytes()
        sizes.append(len(file))
        frame = flow.frame(shard_of(record))
        lines = list(spool.lines(record.shard, record.requests, frame.head, frame.separator, frame.tail))
        assert (record.size, len(lines)) == (len(file), record.requests)
        assert [call.number for call in store.calls_in(record.shard)] == list(range(1, record.requests + 1))
        found = requests_in(file)
        assert found == [json.loads(line) for line in lines]
        bodies = [each.get("body") or each.get("params") or each.get("request") for each in found]
        names = [each.get("custom_id") or each["key"] for each in found]
        assert names == [call.key.hex() for call in store.calls_in(record.shard)]
        shards.append(
            [(name, body["messages"][0]["content"]) for name, body in zip(names, bodies, strict=True) if body]
        )
    store.close()
    return taken, shards, sizes


@settings(max_examples=40)  # each writes files that are synced
@given(
    provider=st.sampled_from(PROVIDERS), asked=calls, requests=st.integers(1, 5), room=st.integers(0, 9000),
    line=st.none() | st.integers(200, 3000),
)  # fmt: skip
def test_no_shard_is_larger_than_allowed_and_every_call_is_in_one(
    provider: str, asked: list[tuple[int, int, int]], requests: int, room: int, line: int | None
) -> None:
    flow = batch_flow(PRESETS[provider])
    assert flow is not None
    flow.limits = replace(flow.limits, requests=requests, bytes=FRAME + room, line_bytes=line)
    with TemporaryDirectory() as folder:
        taken, shards, sizes = collected(flow, asked, Path(folder))
    assert all(len(shard) <= requests for shard in shards)
    assert all(size <= FRAME + room for size in sizes)
    assert sorted(call for shard in shards for call in shard) == sorted(taken)
    assert all(len({key for key, _ in shard}) == len(shard) for shard in shards)


@FORMS
def test_a_call_that_no_shard_can_hold_is_refused_alone(provider: str, tmp_path: Path) -> None:
    flow = batch_flow(PRESETS[provider])
    assert flow is not None
    flow.limits = replace(flow.limits, bytes=FRAME + 1000)
    taken, shards, _ = collected(flow, [(0, 0, 10), (1, 0, 2000), (2, 0, 10)], tmp_path)
    assert [key[:2] for key, _ in taken] == ["00", "02"]
    assert shards == [taken]


@FORMS
def test_shards_are_as_few_as_their_bytes_allow(provider: str, tmp_path: Path) -> None:
    flow = batch_flow(PRESETS[provider])
    assert flow is not None
    flow.limits = replace(flow.limits, bytes=3 * FRAME)
    _, shards, sizes = collected(flow, [(row, 0, 1000) for row in range(10)], tmp_path)
    assert len(shards) == 2
    assert sizes[0] > FRAME
