"""Mistral's batch jobs: lines without an address, the model and the window on the job, two files of results."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from providers.batches.examples import MISTRAL_JOB
from providers.batches.exchanges import SHARD, driven, flow_of, paths, reply, sent, value_of
from scrimp.providers.batches.flow import BatchRefusedError, FileRequest
from scrimp.providers.openai import to_request
from scrimp.providers.presets import PRESETS
from scrimp.values import Call

_BASE = "https://api.mistral.ai/v1"


def test_a_line_has_neither_address_nor_model() -> None:
    request = to_request(Call(provider="mistral", model="m-1", text="hi"), PRESETS["mistral"])
    assert json.loads(flow_of("mistral").line("a", request)) == {
        "custom_id": "a", "body": {"messages": json.loads(request.body)["messages"]},
    }  # fmt: skip


def test_a_file_is_uploaded_and_a_job_made_of_it_that_has_the_model_and_the_shard() -> None:
    flow = flow_of("mistral")
    name, (upload,) = driven(flow.upload(SHARD), {"id": "file-1"})
    assert isinstance(upload, FileRequest)
    assert (upload.form, upload.file_name) == ({"purpose": "batch"}, "b1-01.jsonl")
    job, (create,) = driven(flow.create(replace(SHARD, window=2 * 86_400.0), name), MISTRAL_JOB)
    assert paths([upload, create], _BASE) == ["POST /files", "POST /batch/jobs"]
    assert sent(create) == {
        "input_files": ["file-1"], "endpoint": "/v1/chat/completions", "model": "m-1", "timeout_hours": 48,
        "metadata": {"scrimp_shard": "b1-01"},
    }  # fmt: skip
    assert (job.id, job.state, job.total, job.completed, job.failed) == ("job-1", "ended", 3, 3, 1)
    assert paths(flow.fetch(job), _BASE) == ["GET /files/file-2/content", "GET /files/file-3/content"]


def test_without_billing_the_job_is_refused_and_calls_go_live() -> None:
    with pytest.raises(BatchRefusedError) as refused:
        value_of(flow_of("mistral").create(SHARD, "file-1"), reply({"detail": "pay first"}, 402))
    assert refused.value.refusal == "no_batch"


def test_a_job_that_was_not_confirmed_is_found_on_a_later_page() -> None:
    other = {**MISTRAL_JOB, "id": "job-2", "metadata": None, "status": "A NEW STATE"}
    pages = ({"data": [other], "total": 101}, {"data": [MISTRAL_JOB], "total": 101})
    found, requests = driven(flow_of("mistral").find(SHARD), *pages)
    assert [job.id for job in found] == ["job-1"]
    first = "GET /batch/jobs?page=0&page_size=100&order_by=-created"
    assert paths(requests, _BASE) == [first, first.replace("page=0", "page=1")]


@pytest.mark.parametrize(
    ("word", "output", "state"),
    [
        ("QUEUED", None, "checking"), ("RUNNING", None, "running"), ("FAILED", None, "refused"), ("FAILED", "f", "ended"),
        ("TIMEOUT_EXCEEDED", "f", "expired"), ("CANCELLATION_REQUESTED", None, "stopping"), ("CANCELLED", "f", "cancelled"),
    ],
)  # fmt: skip
def test_what_ran_of_a_job_that_failed_is_not_lost(word: str, output: str | None, state: str) -> None:
    body = {**MISTRAL_JOB, "status": word, "output_file": output, "error_file": None}
    job = value_of(flow_of("mistral").look_up("job-1"), body)
    assert (job.state, job.results, job.faults[0].message) == (state, (output,) if output else (), "no")


def test_a_file_may_be_described_where_its_id_is_expected() -> None:
    body = {**MISTRAL_JOB, "output_file": {"id": "file-2", "purpose": "batch"}, "error_file": {"id": ""}}
    job = value_of(flow_of("mistral").look_up("job-1"), body)
    assert (job.state, job.results) == ("ended", ("file-2",))
