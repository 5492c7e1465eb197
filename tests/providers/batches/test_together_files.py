"""Together's batches: an upload with more fields, a wrapper around what was created, a list without pages."""

from __future__ import annotations

from providers.batches.examples import OPENAI_BATCH, TOGETHER_BATCH
from providers.batches.exchanges import SHARD, driven, flow_of, paths, reply, sent, value_of
from scrimp.providers.batches.flow import FileRequest

_BASE = "https://api.together.xyz/v1"


def test_a_file_is_uploaded_for_batches_and_a_batch_made_of_it() -> None:
    flow = flow_of("together")
    name, (upload,) = driven(flow.upload(SHARD), {"id": "file-1"})
    assert isinstance(upload, FileRequest)
    assert upload.form == {"purpose": "batch-api", "file_name": "b1-01.jsonl", "file_type": "jsonl"}
    batch, (create,) = driven(flow.create(SHARD, name), {"job": TOGETHER_BATCH, "warning": "no discount"})
    assert paths([upload, create], _BASE) == ["POST /files/upload", "POST /batches"]
    assert sent(create) == {
        "input_file_id": "file-1", "endpoint": "/v1/chat/completions", "completion_window": "24h",
    }  # fmt: skip
    assert (batch.id, batch.state, batch.results) == ("batch-1", "ended", ("file-2", "file-3"))


def test_a_batch_is_found_by_the_size_of_its_file_and_its_time() -> None:
    longer = {**TOGETHER_BATCH, "id": "batch-2", "file_size_bytes": 11}
    earlier = {**TOGETHER_BATCH, "id": "batch-3", "created_at": "2023-11-14T21:00:00Z"}
    found = value_of(flow_of("together").find(SHARD), [longer, earlier, TOGETHER_BATCH])
    assert [batch.id for batch in found] == ["batch-1"]


def test_why_a_batch_failed_is_not_a_refusal_to_tell_of_it() -> None:
    failed = {**TOGETHER_BATCH, "status": "FAILED", "error": "line 2 is no JSON", "output_file_id": None}
    batch = value_of(flow_of("together").look_up("batch-1"), failed)
    assert (batch.state, batch.faults[0].message) == ("refused", "line 2 is no JSON")


def test_a_server_with_openais_own_shape_is_understood() -> None:
    flow = flow_of("together")
    nothing = reply({"error": {"message": "Method Not Allowed"}}, 405)
    name, requests = driven(flow.upload(SHARD), nothing, {"id": "file-1"})
    assert (name, paths(requests, _BASE)) == ("file-1", ["POST /files/upload", "POST /files"])
    like = {**OPENAI_BATCH, "created_at": 1_700_000_001}
    batch = value_of(flow.create(SHARD, name), like)
    assert (batch.state, batch.total, batch.completed, batch.failed) == ("ended", 3, 3, 1)
    assert [each.id for each in value_of(flow.find(SHARD), {"data": [like]})] == ["batch_1"]
