"""OpenRouter's batches: one body in a fixed order, results and cost in the description of the batch."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest

from providers.batches.examples import OPENROUTER_BATCH
from providers.batches.exchanges import SHARD, driven, file_of, flow_of, paths, reply, value_of
from scrimp.providers.batches.flow import BatchRefusedError, FileRequest
from scrimp.providers.openai import to_request
from scrimp.providers.presets import PRESETS
from scrimp.values import Call

_BASE = "https://openrouter.ai/api/v1"


def test_endpoint_and_model_come_before_the_requests() -> None:
    flow = flow_of("openrouter")
    request = to_request(Call(provider="openrouter", model="m-1", text="hi"), PRESETS["openrouter"])
    assert flow.path(request) == "/v1/chat/completions"
    file = file_of(flow.frame(SHARD), [flow.line(name, request) for name in "ab"])
    assert list(json.loads(file).items()) == [
        ("endpoint", "/v1/chat/completions"), ("model", "m-1"), ("completion_window", "24h"),
        ("requests", [{"custom_id": name, "body": json.loads(request.body)} for name in "ab"]),
    ]  # fmt: skip


def test_a_batch_that_was_stored_is_one_that_is_checked() -> None:
    stored = {**OPENROUTER_BATCH, "status": "validating", "results": None, "usage": None}
    counts = {"total": 0, "completed": 0, "failed": 0}
    batch, (create,) = driven(flow_of("openrouter").create(SHARD, ""), reply({**stored, "request_counts": counts}, 202))
    assert isinstance(create, FileRequest)
    assert paths([create], _BASE) == ["POST /batches"]
    assert (batch.state, batch.total, batch.results, batch.reported_cost) == ("checking", None, (), None)


def test_what_a_batch_cost_is_reported_by_it() -> None:
    batch = value_of(flow_of("openrouter").look_up("batch_1"), OPENROUTER_BATCH)
    assert Decimal(batch.reported_cost or "") == Decimal("0.0012")
    assert (batch.tokens, batch.total, batch.completed, batch.failed) == ((10, 4), 2, 2, 1)


def test_why_a_batch_failed_is_told() -> None:
    failed = {**OPENROUTER_BATCH, "status": "failed", "results": None, "error": {"message": "mixed response_format"}}
    batch = value_of(flow_of("openrouter").look_up("batch_1"), failed)
    assert (batch.state, [fault.message for fault in batch.faults]) == ("refused", ["mixed response_format"])


def test_results_are_in_the_batch_itself() -> None:
    flow = flow_of("openrouter")
    batch = value_of(flow.look_up("batch_1"), OPENROUTER_BATCH)
    assert paths(flow.fetch(batch), _BASE) == ["GET /batches/batch_1"]
    file = json.dumps(OPENROUTER_BATCH).encode()
    results = {result.custom_id: result for result in flow.read(io.BytesIO(file))}
    assert {name: result.reply and result.reply.status for name, result in results.items()} == {
        "a": 200, "b": None, "c": 429,
    }  # fmt: skip
    assert not flow.more(batch, io.BytesIO(file))
    with pytest.raises(BatchRefusedError):
        list(flow.read(io.BytesIO(file[:-5])))


def test_results_that_are_not_in_the_batch_come_in_pages() -> None:
    flow = flow_of("openrouter")
    expired = {
        **OPENROUTER_BATCH,
        "status": "expired",
        "results": None,
        "request_counts": {"total": 3, "completed": 1, "failed": 0},
    }
    batch = value_of(flow.look_up("batch_1"), expired)
    first = "GET /batches/batch_1/results?limit=1000"
    assert paths(flow.more(batch, io.BytesIO(json.dumps(expired).encode())), _BASE) == [first]
    page = {"object": "list", "data": OPENROUTER_BATCH["results"], "has_more": True, "next_cursor": "c=1"}
    assert len(list(flow.read(io.BytesIO(json.dumps(page).encode())))) == 3
    assert paths(flow.more(batch, io.BytesIO(json.dumps(page).encode())), _BASE) == [f"{first}&cursor=c%3D1"]
    assert not flow.more(batch, io.BytesIO(json.dumps({**page, "next_cursor": None}).encode()))
    none = value_of(flow.look_up("batch_1"), {**expired, "request_counts": {"total": 3, "completed": 0, "failed": 0}})
    assert not flow.more(none, io.BytesIO(json.dumps(expired).encode()))


def test_a_batch_that_was_not_confirmed_is_found_by_model_time_and_size() -> None:
    others = [
        {**OPENROUTER_BATCH, "id": "batch_2", "model": "m-2"},
        {**OPENROUTER_BATCH, "id": "batch_3", "request_counts": {"total": 3}},
        {**OPENROUTER_BATCH, "id": "batch_4", "created_at": 1_600_000_000},
    ]
    unseen = {**OPENROUTER_BATCH, "id": "batch_5", "status": "validating", "request_counts": {"total": 0}}
    page = {"data": [OPENROUTER_BATCH, unseen, *others], "has_more": True}
    found = value_of(flow_of("openrouter").find(SHARD), page)
    assert [batch.id for batch in found] == ["batch_1", "batch_5"]


def test_a_batch_with_the_results_of_all_its_requests_is_read_whole() -> None:
    (request,) = flow_of("openrouter").fetch(value_of(flow_of("openrouter").look_up("batch_1"), OPENROUTER_BATCH))
    assert request.reply_limit >= 5_000 * 100_000  # bytes


def test_a_batch_cannot_be_cancelled() -> None:
    with pytest.raises(BatchRefusedError, match="cannot cancel the batch batch_1"):
        value_of(flow_of("openrouter").cancel("batch_1"))
