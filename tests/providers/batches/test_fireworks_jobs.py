"""Fireworks' batch jobs: data sets with names of ours, signed addresses, results that are not wrapped."""

from __future__ import annotations

import io
import json

import pytest

from providers.batches.examples import FIREWORKS_JOB
from providers.batches.exchanges import SHARD, driven, flow_of, paths, reply, sent, value_of
from scrimp.providers.batches.flow import BatchRefusedError, FileRequest
from scrimp.providers.openai import to_request
from scrimp.providers.presets import PRESETS
from scrimp.values import Call

_BASE = "https://api.fireworks.ai/v1"
_ACCOUNTS = {"accounts": [{"name": "accounts/me"}]}
_NAME = "scrimp-05270c90374ce73e8346fea2a97844a2"
_DATA_SET = f"accounts/me/datasets/{_NAME}-in"
_NONE = reply({"code": 5, "message": "no such job"}, 404)
_TAKEN = reply({"code": 6, "message": "already exists"}, 409)
_REFUSED = {**FIREWORKS_JOB, "state": "JOB_STATE_FAILED", "status": {"code": "RESOURCE_EXHAUSTED", "message": "later"}}


def test_a_line_has_no_model() -> None:
    request = to_request(Call(provider="fireworks", model="m-1", text="hi"), PRESETS["fireworks"])
    assert json.loads(flow_of("fireworks").line("a", request)) == {
        "custom_id": "a", "body": {"messages": json.loads(request.body)["messages"]},
    }  # fmt: skip


def test_a_data_set_is_made_and_filled_and_a_job_made_of_it_beside_the_address_of_the_models() -> None:
    flow = flow_of("fireworks")
    data_set, (accounts, made, upload) = driven(flow.upload(SHARD), _ACCOUNTS, {}, {})
    assert data_set == _DATA_SET
    assert sent(made) == {
        "datasetId": f"{_NAME}-in", "dataset": {"userUploaded": {}, "exampleCount": "2"},
    }  # fmt: skip
    assert isinstance(upload, FileRequest)
    assert upload.form == {}
    job, (create,) = driven(flow.create(SHARD, data_set), FIREWORKS_JOB)
    assert paths([accounts, made, upload, create], _BASE) == [
        "GET /accounts", "POST /accounts/me/datasets", f"POST /{_DATA_SET}:upload",
        f"POST /accounts/me/batchInferenceJobs?batchInferenceJobId={_NAME}",
    ]  # fmt: skip
    assert sent(create) == {
        "displayName": "b1-01", "model": "m-1", "inputDatasetId": data_set,
        "outputDatasetId": f"accounts/me/datasets/{_NAME}-out",
    }  # fmt: skip
    assert (job.shard, job.state, job.total, job.completed, job.failed) == ("b1-01", "ended", 3, 3, 1)


def test_a_data_set_that_was_uploaded_before_is_not_uploaded_again() -> None:
    data_set, requests = driven(flow_of("fireworks").upload(SHARD), _ACCOUNTS, _TAKEN, {"state": "READY"})
    assert data_set == _DATA_SET
    assert paths(requests, _BASE)[-1] == f"GET /{_DATA_SET}"
    _, requests = driven(flow_of("fireworks").upload(SHARD), _ACCOUNTS, _TAKEN, {"state": "UPLOADING"}, {})
    assert paths(requests, _BASE)[-1] == f"POST /{_DATA_SET}:upload"


def test_a_job_that_was_not_confirmed_is_looked_up_by_the_names_it_would_have() -> None:
    found, requests = driven(flow_of("fireworks").find(SHARD), _ACCOUNTS, _REFUSED, FIREWORKS_JOB, _NONE)
    assert [(job.shard, job.state) for job in found] == [("b1-01", "ended")]
    job = "GET /accounts/me/batchInferenceJobs/"
    assert paths(requests, _BASE)[1:] == [f"{job}{_NAME}", f"{job}{_NAME}-2", f"{job}{_NAME}-3"]
    assert not value_of(flow_of("fireworks").find(SHARD), _ACCOUNTS, _NONE)


def test_a_job_is_not_created_twice_but_again_after_it_was_refused() -> None:
    job, requests = driven(flow_of("fireworks").create(SHARD, _DATA_SET), _TAKEN, FIREWORKS_JOB)
    assert (job.id, len(requests)) == ("accounts/me/batchInferenceJobs/scrimp-1", 2)
    _, requests = driven(flow_of("fireworks").create(SHARD, _DATA_SET), _TAKEN, _REFUSED, FIREWORKS_JOB)
    again = sent(requests[-1])
    assert isinstance(again, dict)
    assert again["outputDatasetId"] == f"accounts/me/datasets/{_NAME}-2-out"
    assert requests[-1].url.endswith(f"?batchInferenceJobId={_NAME}-2")


def test_files_of_results_are_fetched_from_signed_addresses_without_any_header() -> None:
    flow = flow_of("fireworks")
    job = value_of(flow.look_up("accounts/me/batchInferenceJobs/scrimp-1"), FIREWORKS_JOB)
    assert paths(flow.fetch(job), _BASE) == ["GET /accounts/me/datasets/out:getDownloadEndpoint"]
    files = {"dataset/out/BIJOutputSet.jsonl": "https://store.example/f?s=1", "error-data": "https://store.example/e"}
    listed = json.dumps({"filenameToSignedUrls": files}).encode()
    assert not list(flow.read(io.BytesIO(listed)))
    requests = flow.more(job, io.BytesIO(listed))
    assert [request.url for request in requests] == list(files.values())
    assert not any(request.headers or PRESETS["fireworks"].is_own(request.url) for request in requests)


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest", "file:///etc/passwd", "https://[x", "", "https:///f"]
)
def test_an_address_that_is_not_safe_is_not_fetched(address: str) -> None:
    flow = flow_of("fireworks")
    job = value_of(flow.look_up("accounts/me/batchInferenceJobs/scrimp-1"), FIREWORKS_JOB)
    with pytest.raises(BatchRefusedError):
        flow.more(job, io.BytesIO(json.dumps({"filenameToSignedUrls": {"f": address}}).encode()))


def test_results_are_completions_as_they_are() -> None:
    completion = {"id": "c", "choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}], "usage": {}}
    lines = [
        {"custom_id": "b", "error": {"code": 3, "message": "no"}}, {"custom_id": "a", "response": completion},
        {"custom_id": "c", "response": {"status_code": 429, "body": {"error": {"message": "slow"}}}}, {"custom_id": "d"},
    ]  # fmt: skip
    file = "\n".join(map(json.dumps, lines)).encode()
    results = {result.custom_id: result.reply for result in flow_of("fireworks").read(io.BytesIO(file))}
    assert {name: reply and reply.status for name, reply in results.items()} == {
        "a": 200,
        "b": 400,
        "c": 429,
        "d": None,
    }
    assert results["a"] is not None
    assert json.loads(results["a"].body) == completion


def test_why_a_job_failed_is_told() -> None:
    failed = {
        **FIREWORKS_JOB, "state": "JOB_STATE_FAILED", "status": {"code": "INVALID_ARGUMENT", "message": "line 1: no"},
    }  # fmt: skip
    job = value_of(flow_of("fireworks").look_up("accounts/me/batchInferenceJobs/scrimp-1"), failed)
    assert (job.state, job.results) == ("refused", ())
    assert [(fault.code, fault.message) for fault in job.faults] == [("INVALID_ARGUMENT", "line 1: no")]


def test_a_job_is_not_deleted_to_cancel_it_and_no_account_is_guessed() -> None:
    with pytest.raises(BatchRefusedError, match="cannot cancel the batch scrimp-1 without losing its results"):
        value_of(flow_of("fireworks").cancel("accounts/me/batchInferenceJobs/scrimp-1"))
    with pytest.raises(BatchRefusedError, match="several accounts"):
        value_of(flow_of("fireworks").upload(SHARD), {"accounts": [{"name": "accounts/a"}, {"name": "accounts/b"}]})
