"""The server of Mistral's jobs: read by its SDK where that is installed, else by its documented fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from batch_servers import EXPIRED, RUNNING, VALIDATING, MistralBatches, failed


@pytest.fixture
def server() -> Iterator[MistralBatches]:
    with MistralBatches() as running:
        yield running


@pytest.fixture
def client(server: MistralBatches) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers={"authorization": "Bearer k"}) as made:
        yield made


def one(prompt: str) -> dict[str, Any]:
    return {"custom_id": prompt, "body": {"messages": [{"role": "user", "content": prompt}]}}


def job_of(client: httpx.Client, *prompts: str, **more: Any) -> httpx.Response:
    """Create a job of a file with these prompts."""
    data = "\n".join(json.dumps(one(prompt)) for prompt in prompts)
    file = client.post("/files", data={"purpose": "batch"}, files={"file": ("in.jsonl", data)}).json()
    asked = {"input_files": [file["id"]], "endpoint": "/v1/chat/completions", "model": "m"}
    return client.post("/batch/jobs", json=asked | more)


def ended(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    for _ in range(5):
        job = client.get(f"/batch/jobs/{job['id']}").json()
    return job


def statuses(client: httpx.Client, file: str) -> dict[str, int]:
    lines = [json.loads(text) for text in client.get(f"/files/{file}/content").text.splitlines()]
    return {line["custom_id"]: line["response"]["status_code"] for line in lines}


def test_a_job_that_ran_tells_successes_and_failures_in_two_files(server: MistralBatches, client: httpx.Client) -> None:
    server.fates["two"] = failed(400)
    job = ended(client, job_of(client, "one", "two", metadata={"run": "7"}).json())

    assert (job["status"], job["metadata"], job["failed_requests"]) == ("SUCCESS", {"run": "7"}, 1)
    assert statuses(client, job["output_file"]) == {"one": 200}
    assert statuses(client, job["error_file"]) == {"two": 400}
    assert server.billed == {"one": 1}


def test_a_job_that_took_too_long_keeps_what_was_run(server: MistralBatches, client: httpx.Client) -> None:
    server.scripts.append([VALIDATING, RUNNING, EXPIRED])
    job = ended(client, job_of(client, "one", "two").json())

    assert (job["status"], job["error_file"]) == ("TIMEOUT_EXCEEDED", None)
    assert statuses(client, job["output_file"]) == {"one": 200}


def test_creation_refuses_what_is_malformed_before_it_asks_for_billing(
    server: MistralBatches, client: httpx.Client
) -> None:
    server.without_billing = True
    inline = {"endpoint": "/v1/chat/completions", "model": "m", "requests": [one("x")] * 10_000}

    assert job_of(client, "one").status_code == 402
    assert job_of(client, "one", endpoint="/v2").json()["detail"][0]["loc"] == ["body"]
    assert client.post("/batch/jobs", json=inline).status_code == 422
    assert client.get("/batch/jobs", headers={"authorization": ""}).json() == {"detail": "Unauthorized"}
    assert (len(server.files), server.batches) == (2, {})


def test_equal_ids_fail_a_job(client: httpx.Client) -> None:
    job = ended(client, job_of(client, "one", "one").json())

    assert (job["status"], job["output_file"], len(job["errors"])) == ("FAILED", None, 1)


@pytest.mark.foreign
def test_mistral_s_own_sdk_reads_it(server: MistralBatches) -> None:
    sdk = pytest.importorskip("mistralai.client", reason="the mistralai SDK is not installed")
    client = sdk.Mistral(api_key="k", server_url=server.url.removesuffix("/v1"))
    lines = "".join(json.dumps(one(prompt)) + "\n" for prompt in ("one", "two"))
    file = client.files.upload(file={"file_name": "in.jsonl", "content": lines.encode()}, purpose="batch")
    asked: dict[str, Any] = {"endpoint": "/v1/chat/completions", "model": "m"}
    job = client.batch.jobs.create(input_files=[file.id], metadata={"run": "7"}, **asked)
    inline = client.batch.jobs.create(requests=[one("six")], **asked)
    stopped = client.batch.jobs.cancel(job_id=inline.id)
    server.advance(3)
    listed = client.batch.jobs.list()

    assert (file.num_lines, stopped.status, listed.total) == (2, "CANCELLATION_REQUESTED", 2)
    assert [(found.id, found.status) for found in listed.data] == [(inline.id, "CANCELLED"), (job.id, "SUCCESS")]
    assert client.files.download(file_id=listed.data[1].output_file).read().count(b"\n") == 2
    assert client.batch.jobs.delete(job_id=inline.id).deleted
    assert [found.id for found in client.files.list().data][-1] == file.id
