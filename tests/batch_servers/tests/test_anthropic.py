"""Anthropic's own SDK judges the server of its batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from batch_servers import EXPIRED, EXPIRED_LINE, MISSING, RUNNING, VALIDATING, AnthropicBatches, failed

pytestmark = pytest.mark.foreign
sdk = pytest.importorskip("anthropic", reason="the anthropic SDK is not installed")


@pytest.fixture
def server() -> Iterator[AnthropicBatches]:
    with AnthropicBatches() as running:
        yield running


@pytest.fixture
def client(server: AnthropicBatches) -> Iterator[Any]:
    with sdk.Anthropic(
        base_url=server.url, api_key="sk-test", max_retries=0, _strict_response_validation=True
    ) as made:  # fmt: skip
        yield made


def asked(custom_id: str, prompt: Any, **more: Any) -> dict[str, Any]:
    params = {"model": "claude-haiku-5-5", "max_tokens": 9, "messages": [{"role": "user", "content": prompt}]}
    return {"custom_id": custom_id, "params": params | more}


def submit(client: Any, *prompts: str) -> Any:
    return client.messages.batches.create(requests=[asked(prompt, prompt) for prompt in prompts])


def results(client: Any, batch: Any) -> dict[str, Any]:
    for _ in range(5):
        if client.messages.batches.retrieve(batch.id).processing_status == "ended":
            break
    return {one.custom_id: one.result for one in client.messages.batches.results(batch.id)}


def test_a_batch_is_created_polled_and_fetched(server: AnthropicBatches, client: Any) -> None:
    server.fates = {"three": failed(429), "four": EXPIRED_LINE, "five": MISSING}
    batch = submit(client, "one", "two", "three", "four", "five")
    polled = client.messages.batches.retrieve(batch.id)
    found = results(client, batch)
    live = client.messages.create(**asked("", "two")["params"])
    counts = client.messages.batches.retrieve(batch.id).request_counts

    assert (polled.processing_status, polled.request_counts.processing, polled.results_url) == ("in_progress", 5, None)
    assert {name: result.type for name, result in found.items()} == {
        "one": "succeeded", "two": "succeeded", "three": "errored", "four": "expired"
    }  # fmt: skip
    assert found["two"].message.content == live.content
    assert (found["two"].message.usage.service_tier, live.usage.service_tier) == ("batch", "standard")
    assert found["three"].error.error.type == "rate_limit_error"
    assert (counts.succeeded, counts.errored, counts.expired, counts.processing) == (3, 1, 1, 0)
    assert server.billed == {"one": 1, "two": 2, "five": 1}


def test_a_cancelled_and_an_expired_batch_keep_what_was_run(server: AnthropicBatches, client: Any) -> None:
    server.scripts.append([VALIDATING, RUNNING, EXPIRED])
    expired, cancelled = (submit(client, "one", "two"), submit(client, "six", "ten"))
    client.messages.batches.retrieve(cancelled.id)

    assert client.messages.batches.cancel(cancelled.id).processing_status == "canceling"
    assert {name: one.type for name, one in results(client, expired).items()} == {"one": "succeeded", "two": "expired"}
    assert {name: one.type for name, one in results(client, cancelled).items()} == {
        "six": "succeeded", "ten": "canceled"
    }  # fmt: skip
    assert set(server.billed) == {"one", "six"}


def test_batches_are_listed_archived_and_deleted(server: AnthropicBatches, client: Any) -> None:
    made = [submit(client, str(n)) for n in range(5)]
    with pytest.raises(sdk.BadRequestError):
        client.messages.batches.delete(made[0].id)
    server.advance(3)
    server.archived.add(made[1].id)
    client.messages.batches.delete(made[0].id)

    listed = list(client.messages.batches.list(limit=2))
    assert [batch.id for batch in listed] == [batch.id for batch in made[:0:-1]]
    assert [batch.archived_at is not None for batch in listed] == [False, False, False, True]
    assert [batch.results_url is None for batch in listed] == [False, False, False, True]


@pytest.mark.parametrize(
    ("requests", "status"),
    [
        ([asked("a", "x"), asked("a", "y")], 400), ([asked("a b", "x")], 400), ([], 400),
        ([asked("a", "x" * 9999)], 413), ([asked(str(n), "x") for n in range(4)], 400),
    ],
)  # fmt: skip
def test_a_wrong_body_is_refused_at_creation(
    server: AnthropicBatches, client: Any, requests: list[dict[str, Any]], status: int
) -> None:
    server.max_bytes, server.max_requests = 9000, 3
    with pytest.raises(sdk.APIStatusError) as refused:
        client.messages.batches.create(requests=requests)

    assert (refused.value.status_code, server.batches) == (status, {})


def test_parameters_are_looked_at_only_while_a_request_is_run(server: AnthropicBatches, client: Any) -> None:
    batch = client.messages.batches.create(requests=[asked("a", "one", stream=True), asked("b", "two")])
    found = results(client, batch)

    assert found["a"].error.error.type == "invalid_request_error"
    assert server.billed == {"two": 1}


def test_a_prompt_cache_is_filled_by_a_batch_for_later_batches_alone(server: AnthropicBatches, client: Any) -> None:
    mark = {"type": "ephemeral", "ttl": "1h"}
    system = [{"type": "text", "text": "word " * 600, "cache_control": mark}]

    def caching(*requests: dict[str, Any]) -> list[tuple[int, int]]:
        found = results(client, client.messages.batches.create(requests=requests))
        usages = [one.message.usage for one in found.values()]
        return [(one.cache_read_input_tokens, one.cache_creation.ephemeral_1h_input_tokens) for one in usages]

    tokens = 5 + 600 * 5 // 4
    live = client.messages.create(**asked("", "zero", system=system)["params"]).usage
    assert live.cache_creation_input_tokens == tokens
    assert caching(asked("a", "one", system=system)) == [(0, tokens)]
    assert caching(asked("a", "two", system=system), asked("b", "three", system=system)) == [(tokens, 0)] * 2
    assert caching(asked("a", "two", system=[system[0] | {"text": "short"}])) == [(0, 0)]


def test_a_key_and_a_version_are_asked_for(server: AnthropicBatches) -> None:
    with sdk.Anthropic(base_url=server.url, auth_token="", max_retries=0) as nobody, pytest.raises(sdk.APIStatusError):
        nobody.messages.batches.list(extra_headers={"authorization": "none"})
    with sdk.Anthropic(base_url=server.url, api_key="k", max_retries=0) as old, pytest.raises(sdk.BadRequestError):
        old.messages.batches.list(extra_headers={"anthropic-version": sdk.Omit()})

    assert [seen.status for seen in server.seen] == [401, 400]


def test_a_stream_of_results_is_cut_and_a_creation_lost(server: AnthropicBatches, client: Any) -> None:
    server.lose("create")
    with pytest.raises(sdk.APIConnectionError):
        submit(client, "one")
    (batch,) = client.messages.batches.list()
    server.advance(3)
    server.cut(9)

    with pytest.raises(Exception, match=r"closed connection|incomplete"):
        results(client, batch)
    assert set(results(client, batch)) == {"one"}
    assert server.billed == {"one": 1}
