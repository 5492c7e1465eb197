"""Whole lives of batches over HTTP, against servers that were written from the reference alone."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import httpx
import pytest
from msgspec.structs import replace

from batch_servers import (
    DUPLICATED,
    EXPIRED,
    GARBLED,
    MISSING,
    RUNNING,
    VALIDATING,
    AnthropicBatches,
    BatchServer,
    GeminiBatches,
    MistralBatches,
    OpenAIBatches,
    OpenRouterBatches,
    failed,
)
from providers.batches.exchanges import SHARD, file_of
from scrimp.providers import DIALECTS
from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import (
    BatchFlow,
    BatchRefusedError,
    BatchResult,
    FileRequest,
    RemoteBatch,
    Shard,
    T,
    WireRequest,
)
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, Failure

_SERVERS: dict[str, type[BatchServer]] = {
    "openai": OpenAIBatches, "anthropic": AnthropicBatches, "gemini": GeminiBatches, "mistral": MistralBatches,
    "openrouter": OpenRouterBatches,
}  # fmt: skip
_MODELS = {
    "openai": "gpt-6-luna", "anthropic": "claude-haiku-5-5", "gemini": "gemini-3.8-flash", "mistral": "mistral-large-4",
    "openrouter": "openai/gpt-6-luna",
}  # fmt: skip
_GIVES_NOTHING = ("gemini", "openrouter")  # of a batch that expired or was cancelled
_PROMPTS = [f"prompt {number}" for number in range(6)]


@cache
def _http() -> httpx.Client:
    return httpx.Client(trust_env=False, headers={"connection": "close"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Client:
    """A flow of one provider whose requests go to a server, with a key."""

    server: BatchServer
    endpoint: Endpoint
    flow: BatchFlow
    shard: Shard
    file: bytes

    def sent(self, request: WireRequest) -> HttpReply:
        headers = dict(request.headers)
        if self.endpoint.is_own(request.url):
            headers[self.endpoint.auth_header] = f"{self.endpoint.auth_prefix}sk-test"
        if isinstance(request, HttpRequest):
            reply = _http().request(request.method, request.url, content=request.body, headers=headers)
        elif request.form is None:
            headers["content-type"] = request.content_type
            reply = _http().request(request.method, request.url, content=self.file, headers=headers)
        else:
            assert isinstance(request, FileRequest)
            files = {"file": (request.file_name, self.file, request.content_type)}
            reply = _http().request(request.method, request.url, data=dict(request.form), files=files, headers=headers)
        return HttpReply(status=reply.status_code, body=reply.content, headers=dict(reply.headers))

    def made(self, exchange: Generator[WireRequest, HttpReply, T]) -> T:
        try:
            request = next(exchange)
            while True:
                request = exchange.send(self.sent(request))
        except StopIteration as end:
            value: T = end.value
            return value

    def submitted(self) -> RemoteBatch:
        name = self.made(self.flow.upload(self.shard)) if self.flow.uploads else ""
        return self.made(self.flow.create(self.shard, name))

    def ended(self, batch: RemoteBatch) -> RemoteBatch:
        for _ in range(10):
            if batch.state not in ("checking", "running", "stopping"):
                return batch
            batch = self.made(self.flow.look_up(batch.id))
        raise AssertionError(batch)

    def results(self, batch: RemoteBatch) -> list[BatchResult]:
        waiting, found = list(self.flow.fetch(batch)), []
        while waiting:
            reply = self.sent(waiting.pop(0))
            assert reply.status == 200
            found += self.flow.read(io.BytesIO(reply.body))
            waiting += self.flow.more(batch, io.BytesIO(reply.body))
        return found

    def read(self, results: Sequence[BatchResult]) -> dict[str, str]:
        """Return by id what became of each request: the text of its completion, the status of a failure, or why not."""
        words = {}
        for result in results:
            words[result.custom_id] = result.unanswered or ""
            if result.reply is not None:
                call = Call(provider=self.endpoint.name, model=self.shard.model, text="")
                read = DIALECTS[self.endpoint.dialect]().to_completion(result.reply, call, self.endpoint)
                words[result.custom_id] = read.text if isinstance(read, Completion) else _status_of(read)
        return words


def _status_of(failure: Failure) -> str:
    return str(failure.http)


@pytest.fixture(params=_SERVERS)
def client(request: pytest.FixtureRequest) -> Iterator[_Client]:
    name: str = request.param
    with _SERVERS[name](clock=lambda: SHARD.created + 5) as server:
        base = server.url.removesuffix("/v1") if name == "anthropic" else server.url
        endpoint = replace(PRESETS[name], base_url=base)
        flow = batch_flow(endpoint)
        assert flow is not None
        calls = [Call(provider=name, model=_MODELS[name], text=prompt) for prompt in _PROMPTS]
        lines = [
            flow.line(f"id-{number}", DIALECTS[endpoint.dialect]().to_request(call, endpoint))
            for number, call in enumerate(calls)
        ]
        shard = replace(SHARD, model=_MODELS[name], requests=len(calls))
        file = file_of(flow.frame(shard), lines)
        yield _Client(
            server=server, endpoint=endpoint, flow=flow, shard=replace(shard, size=len(file)), file=file
        )  # fmt: skip


def test_every_request_of_a_batch_is_answered_as_a_live_call_would_be(client: _Client) -> None:
    batch = client.ended(client.submitted())
    assert batch.state == "ended"
    assert (batch.total, batch.completed, batch.failed) == (6, 6, 0)
    assert client.read(client.results(batch)) == {f"id-{n}": f"echo: {prompt}" for n, prompt in enumerate(_PROMPTS)}
    assert client.server.billed == Counter(_PROMPTS)


def test_what_fails_is_lost_or_comes_twice_is_told_apart(client: _Client) -> None:
    client.server.fates |= {
        "prompt 1": failed(429), "prompt 2": MISSING, "prompt 3": DUPLICATED, "prompt 4": GARBLED,
        "prompt 5": failed(400),
    }  # fmt: skip
    results = client.results(client.ended(client.submitted()))
    words = client.read(results)
    assert (words["id-0"], words["id-1"], words["id-3"], words["id-5"]) == (
        "echo: prompt 0",
        "429",
        "echo: prompt 3",
        "400",
    )
    assert "id-2" not in words
    assert not words.get("id-4", "").startswith("echo")
    assert [result.custom_id for result in results].count("id-3") == 2


def test_what_was_done_before_a_batch_expired_is_kept(client: _Client) -> None:
    client.server.scripts.append([VALIDATING, RUNNING, EXPIRED])
    batch = client.ended(client.submitted())
    texts = [text for text in client.read(client.results(batch)).values() if text.startswith("echo")]
    assert len(texts) == (0 if client.endpoint.name in _GIVES_NOTHING else 3)


@pytest.mark.parametrize("client", ["openai", "anthropic", "gemini", "mistral"], indirect=True)
def test_what_was_done_before_a_batch_was_cancelled_is_kept(client: _Client) -> None:
    client.server.scripts.append([RUNNING, RUNNING, RUNNING])
    batch = client.submitted()
    client.made(client.flow.cancel(batch.id))
    batch = client.ended(client.made(client.flow.look_up(batch.id)))
    answered = [text for text in client.read(client.results(batch)).values() if text.startswith("echo")]
    assert len(answered) == (0 if client.endpoint.name in _GIVES_NOTHING else sum(client.server.billed.values()))
    assert batch.state in ("cancelled", "ended")


def test_a_batch_that_was_not_confirmed_is_found(client: _Client) -> None:
    client.server.lose("create")
    with pytest.raises(httpx.TransportError):
        client.submitted()
    (found,) = client.made(client.flow.find(client.shard))
    assert [found.id.rpartition("/")[2]] == [name.rpartition("/")[2] for name in client.server.batches]
    later = replace(client.shard, name="another", requests=7, size=0, created=client.shard.created)
    assert not client.made(client.flow.find(later))


@pytest.mark.parametrize("client", ["openai", "gemini"], indirect=True)
def test_a_full_queue_is_told_when_a_batch_is_created_or_when_it_was_looked_at(client: _Client) -> None:
    client.server.enqueued_limit = 1
    if client.endpoint.name == "gemini":
        with pytest.raises(BatchRefusedError) as refused:
            client.submitted()
        assert refused.value.refusal == "queue_full"
        return
    batch = client.ended(client.submitted())
    assert batch.state == "refused"
    assert [fault.code for fault in batch.faults] == ["token_limit_exceeded"]


def test_a_file_that_is_too_large_is_told_from_other_refusals(client: _Client) -> None:
    client.server.refuse("upload" if client.flow.uploads else "create", 413)
    with pytest.raises(BatchRefusedError) as refused:
        client.submitted()
    assert refused.value.refusal == "too_large"
