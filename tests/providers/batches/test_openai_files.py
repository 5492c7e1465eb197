"""Batches of uploaded files: the lines that are sent, and what the replies mean, as OpenAI's own types read them."""

from __future__ import annotations

import io
import json
from collections.abc import Generator

import pytest
from msgspec.structs import replace
from openai.types import Batch

from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import BatchRefusedError, RemoteBatch, Shard, T, WireRequest
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.providers.openai import to_request
from scrimp.providers.presets import PRESETS
from scrimp.values import Call

_SHARD = Shard(
    name="b1-01", model="gpt-6-luna", path="/v1/chat/completions", requests=2, size=10, created=1_700_000_000
)  # fmt: skip
_BATCH = {
    "id": "batch_1", "object": "batch", "endpoint": "/v1/chat/completions", "input_file_id": "file-1",
    "completion_window": "24h", "status": "completed", "created_at": 1_700_000_001, "output_file_id": "file-2",
    "error_file_id": "", "request_counts": {"total": 3, "completed": 2, "failed": 1},
    "metadata": {"scrimp_shard": "b1-01"},
}  # fmt: skip


def _answered(exchange: Generator[WireRequest, HttpReply, T], *bodies: object) -> T:
    """Drive a flow's exchange with these replies."""
    request = next(exchange)
    for body in bodies:
        assert request.url.startswith("https://api.openai.com/v1/")
        try:
            request = exchange.send(HttpReply(status=200, body=json.dumps(body).encode()))
        except StopIteration as end:
            result: T = end.value
            return result
    raise AssertionError(f"one more request: {request.url}")


def test_a_line_has_the_body_of_the_live_call_and_the_path_that_openai_names() -> None:
    endpoint = replace(PRESETS["openai"], base_url="https://proxy.example/openai/v1")
    flow = batch_flow(endpoint)
    assert flow is not None
    request = to_request(Call(provider="openai", model="gpt-6-luna", text='say "hi"\n'), endpoint)
    line = json.loads(flow.line("a" * 64, request))
    assert line == {
        "custom_id": "a" * 64, "method": "POST", "url": "/v1/chat/completions", "body": json.loads(request.body),
    }  # fmt: skip


def test_an_empty_name_of_a_file_is_not_a_file() -> None:
    flow = batch_flow(PRESETS["openai"])
    assert flow is not None
    Batch.model_validate(_BATCH)
    batch = _answered(flow.look_up("batch_1"), _BATCH)
    assert (batch.state, batch.total, batch.completed, batch.failed) == ("ended", 3, 3, 1)
    assert [request.url for request in flow.fetch(batch)] == ["https://api.openai.com/v1/files/file-2/content"]


def test_a_batch_whose_creation_was_not_confirmed_is_found_by_its_metadata_on_a_later_page() -> None:
    flow = batch_flow(PRESETS["openai"])
    assert flow is not None
    other = {**_BATCH, "id": "batch_2", "metadata": None, "created_at": 1_700_000_300}
    pages = ({"data": [other], "has_more": True}, {"data": [_BATCH], "has_more": False})
    assert [batch.id for batch in _answered(flow.find(_SHARD), *pages)] == ["batch_1"]


def test_batches_older_than_the_shard_are_not_searched() -> None:
    flow = batch_flow(PRESETS["openai"])
    assert flow is not None
    old = {**_BATCH, "metadata": {}, "created_at": 1_600_000_000}
    assert not _answered(flow.find(_SHARD), {"data": [old], "has_more": True})


def test_a_line_without_a_status_is_a_request_that_no_model_answered() -> None:
    flow = batch_flow(PRESETS["openai"])
    assert flow is not None
    lines = [
        {"custom_id": "a", "response": {"status_code": 200, "request_id": "r", "body": {"choices": []}}, "error": None},
        {"custom_id": "b", "response": None, "error": {"code": "batch_expired", "message": "too late"}},
        {"custom_id": "c", "response": {"status_code": 0, "body": None}, "error": None},
        {"custom_id": "d", "response": {"status_code": 400, "body": {"error": {"message": "no"}}}, "error": None},
    ]
    cut = b'{"custom_id": "e", "response": {"status_co'
    file = io.BytesIO(b"\n".join(json.dumps(line).encode() for line in lines) + b"\n" + cut)
    results = {result.custom_id: result for result in flow.read(file)}
    assert list(results) == ["a", "b", "c", "d"]
    statuses = [result.reply and result.reply.status for result in results.values()]
    assert statuses == [200, None, None, 400]
    assert [results[name].unanswered for name in "bc"] == ["batch_expired", "no status"]


@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (413, {"error": {"message": "too large"}}, "too_large"),
        (404, {"error": {"message": "no such batch"}}, "not_found"),
        (403, {"error": {"message": "no", "code": "not_available_for_plan"}}, "no_batch"),
        (402, {"error": {"message": "pay"}}, "no_batch"),
        (429, {"error": {"message": "slow down"}}, "queue_full"),
        (400, {"error": {"message": "bad"}}, "other"),
        (200, {"status": "completed"}, "unreadable"),
    ],
)
def test_a_refusal_says_what_can_be_done(status: int, body: object, refusal: str) -> None:
    flow = batch_flow(PRESETS["openai"])
    assert flow is not None
    exchange = flow.create(_SHARD, "file-1")
    assert isinstance(next(exchange), HttpRequest)
    with pytest.raises(BatchRefusedError) as refused:
        exchange.send(HttpReply(status=status, body=json.dumps(body).encode()))
    assert refused.value.refusal == refusal


def test_what_is_sent_to_create_a_batch_names_the_shard() -> None:
    flow = batch_flow(PRESETS["openai"])
    assert flow is not None
    request = next(flow.create(_SHARD, "file-1"))
    assert isinstance(request, HttpRequest)
    assert json.loads(request.body)["metadata"] == {"scrimp_shard": "b1-01"}


def test_providers_without_batches_have_no_flow() -> None:
    assert batch_flow(PRESETS["deepseek"]) is None
    assert batch_flow(PRESETS["local"]) is None
    assert isinstance(_answered(batch_flow(PRESETS["openai"]).look_up("batch_1"), _BATCH), RemoteBatch)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("preset", "hours", "window"),
    [
        ("openai", None, "24h"), ("openai", 72, "24h"), ("groq", 72, "72h"), ("groq", 1000, "168h"), ("groq", 1, "24h"),
        ("qwen", 336, "336h"), ("qwen", 400, "336h"), ("litellm", 48, "24h"),
    ],
)  # fmt: skip
def test_a_window_is_one_that_the_provider_has(preset: str, hours: int | None, window: str) -> None:
    shard = replace(_SHARD, window=None if hours is None else hours * 3600.0)
    flow = batch_flow(PRESETS[preset])
    assert flow is not None
    request = next(flow.create(shard, "file-1"))
    assert isinstance(request, HttpRequest)
    assert json.loads(request.body)["completion_window"] == window


def test_a_line_for_groq_names_the_path_from_the_version_on() -> None:
    flow, endpoint = batch_flow(PRESETS["groq"]), PRESETS["groq"]
    assert flow is not None
    request = to_request(Call(provider="groq", model="openai/gpt-oss-20b", text="hi"), endpoint)
    assert request.url == "https://api.groq.com/openai/v1/chat/completions"
    assert json.loads(flow.line("a", request))["url"] == "/v1/chat/completions"


@pytest.mark.parametrize(
    ("preset", "model", "taken"),
    [
        ("qwen", "qwen-plus", True), ("qwen", "qwen-flash-2025-07-28", True), ("qwen", "qwen-max-latest", True),
        ("qwen", "batch-test-model", True), ("qwen", "qwen3.8-flash", False), ("qwen", "qwen-vl-max", False),
        ("qwen-cn", "qwen3.8-flash", True), ("openai", "gpt-6-luna", True), ("groq", "openai/gpt-oss-20b", True),
    ],
)  # fmt: skip
def test_only_models_that_are_known_to_take_no_part_are_refused(preset: str, model: str, taken: bool) -> None:
    flow = batch_flow(PRESETS[preset])
    assert flow is not None
    assert (flow.refuses(model) is None) is taken
