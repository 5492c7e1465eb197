"""The server of Gemini's batches: read by its SDK where that is installed, else by its documented fields."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from batch_servers import EXPIRED, RUNNING, STATUS_ZERO, SUCCEEDED, VALIDATING, GeminiBatches, failed

MODEL = "gemini-3.8-flash"
BATCHES = f"/v1beta/models/{MODEL}:batchGenerateContent"


@pytest.fixture
def server() -> Iterator[GeminiBatches]:
    with GeminiBatches() as running:
        yield running


@pytest.fixture
def client(server: GeminiBatches) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url.removesuffix("/v1beta"), headers={"x-goog-api-key": "k"}) as made:
        yield made


def request(prompt: str) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}


def inline(client: httpx.Client, *prompts: str) -> httpx.Response:
    asked = [{"request": request(prompt), "metadata": {"key": prompt}} for prompt in prompts]
    config = {"requests": {"requests": asked}}
    return client.post(BATCHES, json={"batch": {"displayName": "x", "inputConfig": config}})


def uploaded(client: httpx.Client, data: bytes) -> str:
    """Upload a file in two pieces; return its name."""
    start = {"protocol": "resumable", "command": "start", "header-content-length": str(len(data))}
    started = client.post(
        "/upload/v1beta/files", json={"file": {"displayName": "in"}},
        headers={f"x-goog-upload-{name}": value for name, value in start.items()},
    )  # fmt: skip
    url = started.headers["x-goog-upload-url"]
    piece = {"x-goog-upload-command": "upload", "x-goog-upload-offset": "0"}
    assert client.post(url, content=data[:5], headers=piece).headers["x-goog-upload-status"] == "active"
    queried = client.post(url, headers={"x-goog-upload-command": "query"})
    assert queried.headers["x-goog-upload-size-received"] == "5"
    last = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "5"}
    name: str = client.put(url, content=data[5:], headers=last).json()["file"]["name"]
    return name


def from_file(client: httpx.Client, *lines: str) -> dict[str, Any]:
    name = uploaded(client, "\n".join(lines).encode())
    made = client.post(BATCHES, json={"batch": {"displayName": "x", "inputConfig": {"fileName": name}}})
    operation: dict[str, Any] = made.json()
    return operation


def ended(client: httpx.Client, operation: dict[str, Any]) -> dict[str, Any]:
    for _ in range(5):
        operation = client.get(f"/v1beta/{operation['name']}").json()
        if operation.get("done"):
            return operation
    raise AssertionError(operation)


def line(key: str) -> str:
    return json.dumps({"key": key, "request": request(key)})


def test_inline_requests_are_answered_in_their_order_with_their_keys(
    server: GeminiBatches, client: httpx.Client
) -> None:
    server.fates = {"two": failed(429), "ten": STATUS_ZERO}
    made = inline(client, "one", "two", "ten").json()
    done = ended(client, made)
    output = done["metadata"]["output"]["inlinedResponses"]["inlinedResponses"]
    live = client.post(f"/v1beta/models/{MODEL}:generateContent", json=request("one")).json()

    assert (made["metadata"]["state"], done["metadata"]["state"]) == ("BATCH_STATE_PENDING", "BATCH_STATE_SUCCEEDED")
    assert [one["metadata"]["key"] for one in output] == ["one", "two", "ten"]
    assert output[0]["response"] == live
    assert output[1]["error"]["code"] == 8
    assert set(output[2]) == {"metadata"}
    assert done["metadata"]["batchStats"] == {
        "requestCount": "3", "successfulRequestCount": "1", "failedRequestCount": "2"
    }  # fmt: skip


def test_a_file_is_uploaded_in_pieces_and_results_are_downloaded(server: GeminiBatches, client: httpx.Client) -> None:
    done = ended(client, from_file(client, line("one"), line("two")))
    url = f"/download/v1beta/{done['response']['responsesFile']}:download?alt=media"
    lines = [json.loads(text) for text in client.get(url).text.splitlines()]

    assert [one["key"] for one in lines] == ["one", "two"]
    assert lines[1]["response"]["candidates"][0]["content"]["parts"] == [{"text": "echo: two"}]
    assert server.billed == {"one": 1, "two": 1}


def test_an_expired_batch_gives_nothing_and_what_it_ran_may_be_paid_again(
    server: GeminiBatches, client: httpx.Client
) -> None:
    server.scripts.append([VALIDATING, RUNNING, EXPIRED])
    expired = ended(client, inline(client, "one", "two").json())
    ended(client, inline(client, "one", "two").json())

    assert "response" not in expired
    assert "output" not in expired["metadata"]
    assert server.billed == {"one": 2, "two": 1}
    assert server.paid_twice == []
    ended(client, inline(client, "one").json())
    assert server.paid_twice == ["one"]


def test_limits_are_told_at_creation_and_by_polls(server: GeminiBatches, client: httpx.Client) -> None:
    server.enqueued_limit, server.inline_bytes, server.inline_results_fail_above = 18, 1000, 1
    first = inline(client, "one", "two").json()
    full = inline(client, "three")
    server.advance(3)
    broken = [client.get(f"/v1beta/{first['name']}").status_code for _ in range(3)]

    assert (full.status_code, full.json()["error"]["status"]) == (429, "RESOURCE_EXHAUSTED")
    assert inline(client, "three").status_code == 200
    assert inline(client, "x" * 1000).status_code == 400
    assert broken == [503] * 3


def test_a_wrong_line_fails_the_batch(server: GeminiBatches, client: httpx.Client) -> None:
    done = ended(client, from_file(client, line("one"), "{"))

    assert done["metadata"]["state"] == "BATCH_STATE_FAILED"
    assert done["error"]["message"].startswith("Line 2")
    assert server.runs == []


@pytest.mark.foreign
def test_google_s_own_sdk_reads_it(server: GeminiBatches) -> None:
    genai = pytest.importorskip("google.genai", reason="the google-genai SDK is not installed")
    client = genai.Client(api_key="k", http_options={"base_url": server.url.removesuffix("/v1beta")})
    server.fates["two"] = [SUCCEEDED, failed(400)]
    file = client.files.upload(
        file=io.BytesIO(f"{line('one')}\n{line('two')}\n".encode()), config={"mime_type": "application/jsonl"}
    )
    of_file = client.batches.create(model=MODEL, src=file.name, config={"display_name": "x"})
    of_list = client.batches.create(model=MODEL, src=[request("one"), request("two")], config={"display_name": "y"})
    stopped = client.batches.create(model=MODEL, src=[request("one")], config={"display_name": "z"})
    client.batches.cancel(name=stopped.name)
    server.advance(3)
    listed = list(client.batches.list(config={"page_size": 1}))
    job = client.batches.get(name=of_list.name)
    download = client.files.download(file=client.batches.get(name=of_file.name).dest.file_name)

    assert [one.display_name for one in listed] == ["z", "y", "x"]
    assert [one.state.value for one in listed] == ["JOB_STATE_CANCELLED", "JOB_STATE_SUCCEEDED", "JOB_STATE_SUCCEEDED"]
    assert [json.loads(text)["key"] for text in download.decode().splitlines()] == ["one", "two"]
    assert job.dest.inlined_responses[0].response.text == "echo: one"
    assert job.dest.inlined_responses[1].error.code == 3
    client.batches.delete(name=of_list.name)
    assert len(server.batches) == 2
