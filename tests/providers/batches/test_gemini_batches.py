"""Gemini's batches: a resumable upload, states under two prefixes, counts as text, one file of results."""

from __future__ import annotations

import io
import json

import pytest
from msgspec.structs import replace

from providers.batches.examples import GEMINI_BATCH
from providers.batches.exchanges import SHARD, driven, flow_of, paths, reply, sent, value_of
from scrimp.enums import BatchState
from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import BatchRefusedError, FileRequest
from scrimp.providers.gemini import to_completion, to_request
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, Failure, JsonObject

_BASE = "https://generativelanguage.googleapis.com"
_CALL = Call(provider="gemini", model="gemini-3.8-flash", text="hi")
_BEGUN = {"x-goog-upload-url": f"{_BASE}/upload/v1beta/files?upload_id=u&upload_protocol=resumable"}


def _in_state(word: str, **more: object) -> JsonObject:
    metadata = {"displayName": "b1-01", "state": word}
    return json.loads(json.dumps({"name": "batches/1", "metadata": metadata, **more}))  # type: ignore[no-any-return]


def test_a_line_has_the_body_of_the_live_call() -> None:
    request = to_request(_CALL, PRESETS["gemini"])
    assert json.loads(flow_of("gemini").line("a", request)) == {"key": "a", "request": json.loads(request.body)}


def test_a_file_is_announced_with_its_size_and_sent_to_the_address_that_is_told() -> None:
    file, (begin, upload) = driven(
        flow_of("gemini").upload(replace(SHARD, size=77)), reply({}, **_BEGUN), {"file": {"name": "files/1"}}
    )
    assert file == "files/1"
    assert paths([begin, upload], _BASE) == [
        "POST /upload/v1beta/files", "POST /upload/v1beta/files?upload_id=u&upload_protocol=resumable",
    ]  # fmt: skip
    assert begin.headers["x-goog-upload-header-content-length"] == "77"
    assert upload.headers["x-goog-upload-command"] == "upload, finalize"
    assert isinstance(upload, FileRequest)
    assert upload.form is None


def test_a_file_goes_through_the_gateway_that_the_announcement_went_through() -> None:
    flow = batch_flow(replace(PRESETS["gemini"], base_url="http://localhost:9/google/v1beta"))
    assert flow is not None
    _, requests = driven(flow.upload(SHARD), reply({}, **_BEGUN), {"file": {"name": "files/1"}})
    assert [request.url.partition("?")[0] for request in requests] == [
        "http://localhost:9/google/upload/v1beta/files", "http://localhost:9/upload/v1beta/files",
    ]  # fmt: skip


def test_a_batch_is_named_after_its_shard_and_its_model_is_in_the_address() -> None:
    batch, (create,) = driven(flow_of("gemini").create(SHARD, "files/1"), GEMINI_BATCH)
    assert paths([create], _BASE) == ["POST /v1beta/models/m-1:batchGenerateContent"]
    assert sent(create) == {"batch": {"displayName": "b1-01", "inputConfig": {"fileName": "files/1"}}}
    assert (batch.id, batch.shard, batch.total, batch.completed, batch.failed) == ("batches/1", "b1-01", 3, 3, 1)
    assert batch.created == 1_700_000_010.045123
    assert paths(flow_of("gemini").fetch(batch), _BASE) == [
        "GET /download/v1beta/files/batch-1:download?alt=media"
    ]  # fmt: skip


def test_too_many_tokens_in_the_queue_are_told_when_a_batch_is_created() -> None:
    full = {"error": {"code": 429, "message": "enqueued tokens", "status": "RESOURCE_EXHAUSTED"}}
    with pytest.raises(BatchRefusedError) as refused:
        value_of(flow_of("gemini").create(SHARD, "files/1"), reply(full, 429))
    assert refused.value.refusal == "queue_full"


@pytest.mark.parametrize("prefix", ["BATCH_STATE_", "JOB_STATE_"])
@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("UNSPECIFIED", "checking"), ("QUEUED", "checking"), ("PENDING", "checking"), ("RUNNING", "running"),
        ("PAUSED", "running"), ("UPDATING", "running"), ("SUCCEEDED", "ended"), ("PARTIALLY_SUCCEEDED", "ended"),
        ("FAILED", "refused"), ("CANCELLING", "stopping"), ("CANCELLED", "cancelled"), ("EXPIRED", "expired"),
    ],
)  # fmt: skip
def test_all_twelve_states_are_known(prefix: str, word: str, state: BatchState) -> None:
    batch = value_of(flow_of("gemini").look_up("batches/1"), _in_state(prefix + word))
    assert (batch.state, batch.word, batch.results) == (state, prefix + word, ())


def test_why_a_batch_failed_is_told() -> None:
    failed = _in_state("BATCH_STATE_FAILED", done=True, error={"code": 3, "message": "line 2 is no JSON"})
    batch = value_of(flow_of("gemini").look_up("batches/1"), failed)
    assert [(fault.code, fault.message) for fault in batch.faults] == [("3", "line 2 is no JSON")]


def test_what_ran_of_a_batch_that_failed_is_not_lost_and_an_error_does_not_hide_the_end() -> None:
    error = {"code": 1, "message": "stopped"}
    cancelled = value_of(flow_of("gemini").look_up("batches/1"), _in_state("BATCH_STATE_CANCELLED", error=error))
    assert cancelled.state == "cancelled"
    failed = _in_state("BATCH_STATE_FAILED", error=error, response={"responsesFile": "files/2"})
    batch = value_of(flow_of("gemini").look_up("batches/1"), failed)
    assert (batch.state, batch.results) == ("ended", ("files/2",))


def test_a_batch_whose_creation_was_not_confirmed_is_found_by_its_name_in_a_list_without_order() -> None:
    other = _in_state("BATCH_STATE_A_NEW_ONE", name="batches/2")
    other["metadata"] = {"displayName": "b1-02", "createTime": "2020-01-01T00:00:00Z"}
    pages = ({"operations": [other], "nextPageToken": "n=1"}, {"operations": [GEMINI_BATCH]})
    found, requests = driven(flow_of("gemini").find(SHARD), *pages)
    assert [batch.id for batch in found] == ["batches/1"]
    first = "GET /v1beta/batches?pageSize=100"
    assert paths(requests, _BASE) == [first, f"{first}&pageToken=n%3D1"]


def test_every_kind_of_result_is_told_apart() -> None:
    answer = {"candidates": [{"content": {"parts": [{"text": "yes"}]}, "finishReason": "STOP"}]}
    lines = [
        {"key": "b", "error": {"code": 8, "message": "too many", "status": "RESOURCE_EXHAUSTED"}},
        {"key": "a", "response": answer},
        {"key": "c", "error": {"code": 1, "message": "cancelled"}},
        {"key": "d", "error": {"code": 400, "message": "bad"}},
        {"key": "e"},
    ]
    file = "\n".join(map(json.dumps, lines)).encode()
    results = {result.custom_id: result for result in flow_of("gemini").read(io.BytesIO(file))}
    assert {name: result.unanswered for name, result in results.items() if result.reply is None} == {
        "c": "cancelled", "e": "no response",
    }  # fmt: skip
    read = {
        name: to_completion(result.reply, _CALL, PRESETS["gemini"])
        for name, result in results.items()
        if result.reply is not None
    }
    assert isinstance(read["a"], Completion)
    assert isinstance(read["b"], Failure)
    assert isinstance(read["d"], Failure)
    assert (read["a"].text, read["b"].kind, read["d"].kind) == ("yes", "rate_limit", "invalid")
