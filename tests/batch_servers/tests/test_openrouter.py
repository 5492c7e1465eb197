"""The server of OpenRouter's batches: read by its SDK where that is installed, else by its documented fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from batch_servers import EXPIRED, RUNNING, VALIDATING, OpenRouterBatches, failed


@pytest.fixture
def server() -> Iterator[OpenRouterBatches]:
    with OpenRouterBatches() as running:
        yield running


@pytest.fixture
def client(server: OpenRouterBatches) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers={"authorization": "Bearer k"}) as made:
        yield made


def one(prompt: str) -> dict[str, Any]:
    return {"custom_id": prompt, "body": {"messages": [{"role": "user", "content": prompt}]}}


def submit(client: httpx.Client, *prompts: str) -> httpx.Response:
    asked = {"endpoint": "/v1/chat/completions", "model": "v/m", "requests": [one(prompt) for prompt in prompts]}
    return client.post("/batches", json=asked)


def ended(client: httpx.Client, batch: dict[str, Any]) -> dict[str, Any]:
    for _ in range(5):
        batch = client.get(f"/batches/{batch['id']}").json()
    return batch


def test_results_and_their_cost_come_with_the_completed_batch(server: OpenRouterBatches, client: httpx.Client) -> None:
    server.fates["two"] = failed(429)
    made = submit(client, "one", "two")
    done = ended(client, made.json())
    results = {result["custom_id"]: result for result in done["results"]}
    live = client.post("/chat/completions", json={"model": "v/m", **one("one")["body"]}).json()
    answer = results["one"]["response"]["body"]

    assert (made.status_code, made.json()["status"], made.json()["results"]) == (202, "validating", None)
    assert answer["choices"] == live["choices"]
    assert done["usage"]["cost"] == answer["usage"]["cost"] == live["usage"]["cost"] / 2 > 0
    assert results["two"]["error"]["type"] == "rate_limit_exceeded"
    assert client.get("/batches").json()["data"][0]["results"] is None
    first = client.get(f"/batches/{done['id']}/results?limit=1").json()
    rest = client.get(f"/batches/{done['id']}/results?limit=1&cursor={first['next_cursor']}").json()
    assert [*first["data"], *rest["data"]] == done["results"]
    assert (first["has_more"], rest["has_more"]) == (True, False)


def test_an_expired_batch_gives_no_results(server: OpenRouterBatches, client: httpx.Client) -> None:
    server.scripts.append([VALIDATING, RUNNING, EXPIRED])
    batch = ended(client, submit(client, "one", "two").json())
    ended(client, submit(client, "one", "two").json())

    assert (batch["status"], batch["results"]) == ("expired", None)
    assert (server.billed["one"], server.paid_twice) == (2, [])


def test_what_is_wrong_is_told_at_once_or_later(server: OpenRouterBatches, client: httpx.Client) -> None:
    server.max_requests = 2
    late = {"requests": [one("x")], "endpoint": "/v1/chat/completions", "model": "v/m"}
    twice, many = (ended(client, submit(client, *prompts).json()) for prompts in (("one", "one"), ("a", "b", "c")))

    assert client.post("/batches", json=late).status_code == 400
    assert (twice["status"], twice["error"]["message"]) == ("failed", "custom_id must be unique within a batch")
    assert many["status"] == "failed"
    server.max_bytes = 10
    assert submit(client, "one").status_code == 413


@pytest.mark.foreign
def test_openrouter_s_own_sdk_reads_it(server: OpenRouterBatches) -> None:
    sdk = pytest.importorskip("openrouter", reason="the openrouter SDK is not installed")
    client = sdk.OpenRouter(api_key="k", server_url=server.url)
    server.fates["two"] = failed(429)
    asked = {"endpoint": "/v1/chat/completions", "model": "v/m"}
    made = client.batch.create_batches(requests=[one("one"), one("two")], **asked)
    server.advance(3)
    done = client.batch.get_batches(id=made.id)

    assert {result.custom_id: result.error is None for result in done.results} == {"one": True, "two": False}
    assert [batch.id for batch in client.batch.list().result.data] == [made.id]
    assert client.batch.delete(id=made.id).deletion.openrouter == "deleted"
    assert server.batches == {}
