"""Anthropic's message batches: what is sent is what the official SDK sends, and replies are read as its types say."""

from __future__ import annotations

import io
import json

import anthropic
import httpx2
import pytest
from anthropic.types.messages import MessageBatch, MessageBatchIndividualResponse

from providers.batches.examples import ANTHROPIC_BATCH
from providers.batches.exchanges import SHARD, driven, file_of, flow_of, paths, value_of
from scrimp.providers.anthropic import to_completion, to_request
from scrimp.providers.batches.flow import FileRequest, RemoteBatch
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, JsonObject, Parameters

_BASE = "https://api.anthropic.com"
_CALL = Call(provider="anthropic", model="claude-haiku-5-5", text='say "hi"\n', parameters=Parameters(max_output=9))
_RUNNING = {
    **ANTHROPIC_BATCH, "id": "msgbatch_2", "processing_status": "in_progress", "results_url": None, "ended_at": None,
    "request_counts": {"processing": 2, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0},
}  # fmt: skip
_MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5", "stop_reason": "end_turn",
    "stop_sequence": None, "content": [{"type": "text", "text": "hi"}],
    "usage": {"input_tokens": 4, "output_tokens": 1, "service_tier": "batch"},
}  # fmt: skip


def _batch(body: JsonObject) -> RemoteBatch:
    MessageBatch.model_validate(body)
    return value_of(flow_of("anthropic").look_up("msgbatch_1"), body)


def test_the_file_is_the_body_that_the_official_sdk_sends() -> None:
    flow = flow_of("anthropic")
    request = to_request(_CALL, PRESETS["anthropic"])
    asked: list[httpx2.Request] = []

    def answer(asked_for: httpx2.Request) -> httpx2.Response:
        asked.append(asked_for)
        return httpx2.Response(200, json=_RUNNING)

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        batches = anthropic.Anthropic(api_key="k", http_client=client).messages.batches
        batches.create(requests=[{"custom_id": name, "params": json.loads(request.body)} for name in "ab"])
    ours = file_of(flow.frame(SHARD), [flow.line(name, request) for name in "ab"])
    _, (create,) = driven(flow.create(SHARD, ""), _RUNNING)
    assert json.loads(ours) == json.loads(asked[0].content)
    assert (create.method, create.url) == (asked[0].method, str(asked[0].url))
    assert isinstance(create, FileRequest)
    assert create.form is None


def test_a_temperature_is_sent_under_the_version_that_takes_it() -> None:
    _, (create,) = driven(flow_of("anthropic").create(SHARD, ""), _RUNNING)
    warm = Call(provider="anthropic", model="claude-haiku-4-5", text="hi", parameters=Parameters(temperature=0.5))
    assert create.headers == to_request(warm, PRESETS["anthropic"]).headers


def test_counts_tell_nothing_until_the_batch_has_ended() -> None:
    running, ended = _batch(_RUNNING), _batch(ANTHROPIC_BATCH)
    assert (running.state, running.total, running.completed, running.failed) == ("running", 2, None, None)
    assert (ended.state, ended.total, ended.completed, ended.failed) == ("ended", 5, 3, 1)
    assert ended.expires == 1_700_086_410


def test_results_are_fetched_from_the_address_that_the_key_is_for() -> None:
    requests = flow_of("anthropic").fetch(_batch(ANTHROPIC_BATCH))
    assert paths(requests, _BASE) == ["GET /v1/messages/batches/msgbatch_1/results"]


def test_there_is_nothing_to_fetch_while_a_batch_runs_or_when_its_results_were_archived() -> None:
    archived = {**ANTHROPIC_BATCH, "archived_at": "2023-12-13T22:13:30Z", "results_url": None}
    for body in (_RUNNING, archived):
        assert not flow_of("anthropic").fetch(_batch(body))


def test_a_batch_whose_creation_was_not_confirmed_is_found_by_its_time_and_size() -> None:
    before = {**_RUNNING, "id": "msgbatch_3", "created_at": "2023-11-14T21:13:20Z"}
    pages = (
        {"data": [ANTHROPIC_BATCH], "has_more": True, "first_id": "msgbatch_1", "last_id": "msgbatch_1"},
        {"data": [_RUNNING, before], "has_more": True, "first_id": "msgbatch_2", "last_id": "msgbatch_3"},
    )
    found, requests = driven(flow_of("anthropic").find(SHARD), *pages)
    assert [batch.id for batch in found] == ["msgbatch_2"]
    first = "GET /v1/messages/batches?limit=100"
    assert paths(requests, _BASE) == [first, f"{first}&after_id=msgbatch_1"]


def test_a_provider_whose_clock_is_some_minutes_behind_is_searched_as_well() -> None:
    behind = {**_RUNNING, "created_at": "2023-11-14T22:05:00Z"}  # 500 s before the submission was begun here
    assert [batch.id for batch in value_of(flow_of("anthropic").find(SHARD), {"data": [behind]})] == ["msgbatch_2"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("invalid_request_error", 400), ("overloaded_error", 529), ("not_found_error", 404), ("a_new_error", 502)],
)
def test_an_errored_request_is_the_failure_that_a_live_call_would_be(kind: str, status: int) -> None:
    envelope = {"type": "error", "error": {"type": kind, "message": "no"}, "request_id": "req_1"}
    line = {"custom_id": "a", "result": {"type": "errored", "error": envelope}}
    (result,) = flow_of("anthropic").read(io.BytesIO(json.dumps(line).encode()))
    assert result.reply is not None
    assert (result.reply.status, json.loads(result.reply.body)) == (status, envelope)
    assert result.reply.headers == {"request-id": "req_1"}


def test_every_kind_of_result_is_told_apart() -> None:
    lines = [
        {"custom_id": "b", "result": {"type": "canceled"}},
        {"custom_id": "a", "result": {"type": "succeeded", "message": _MESSAGE}},
        {"custom_id": "c", "result": {"type": "expired"}},
    ]
    for line in lines:
        MessageBatchIndividualResponse.model_validate(line)
    file = "\n".join(json.dumps(line) for line in [*lines, {"custom_id": "d"}, {"custom_id": "e", "result": []}])
    results = {result.custom_id: result for result in flow_of("anthropic").read(io.BytesIO(file.encode()))}
    assert {name: result.unanswered for name, result in results.items()} == {
        "a": None, "b": "cancelled", "c": "expired", "d": "no result", "e": "no result",
    }  # fmt: skip
    answer = results["a"].reply
    assert answer is not None
    completion = to_completion(answer, _CALL, PRESETS["anthropic"])
    assert isinstance(completion, Completion)
    assert (completion.text, completion.service_tier) == ("hi", "batch")


def test_a_batch_is_cancelled_at_the_address_of_the_official_sdk() -> None:
    _, requests = driven(flow_of("anthropic").cancel("msgbatch_1"), {**_RUNNING, "processing_status": "canceling"})
    assert paths(requests, _BASE) == ["POST /v1/messages/batches/msgbatch_1/cancel"]
