"""The embedded model as a provider: what a call that is canceled leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event
from typing import Any

import msgspec
import pytest

from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.transport.local.embedded import EmbeddedModel
from scrimp.transport.local.growing_runtime import GrowingRuntime

ENDLESS, SHORT, ODD = "endless", "short", "odd"


def chunk(said: str, end: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": said}, "finish_reason": end}]}


class LlamaServer:
    """A model whose endless completion goes on when `goes_on` is set, and until it is told to end."""

    def __init__(self) -> None:
        self.began, self.goes_on, self.ended = Event(), Event(), Event()

    def handle_chat_completions(self, body: dict[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> None:
        prompt = body["messages"][0]["content"]
        if prompt == ODD:
            raise ValueError("unrecognized type nonsense")
        if prompt == ENDLESS:
            assert not on_chunk(chunk("la"))
            self.began.set()
            self.goes_on.wait()
            while not on_chunk(chunk("la")):
                pass
            self.ended.set()
            return
        on_chunk(chunk("yes", "stop"))
        on_chunk({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}})


def request(prompt: str) -> HttpRequest:
    body = {"messages": [{"role": "user", "content": prompt}]}
    return HttpRequest(url="local:", body=msgspec.json.encode(body), headers={})


async def streamed(model: EmbeddedModel, prompt: str) -> list[str | HttpReply]:
    return [event async for event in model.events(request(prompt))]


@pytest.mark.parametrize("how", ["whole", "streamed"])
def test_a_canceled_call_ends_in_the_model_too_and_the_next_one_is_answered(how: str) -> None:
    server = LlamaServer()
    model = EmbeddedModel(GrowingRuntime(lambda _: server))

    async def main() -> HttpReply:
        endless = model.send(request(ENDLESS)) if how == "whole" else streamed(model, ENDLESS)
        task = asyncio.ensure_future(endless)
        await asyncio.to_thread(server.began.wait)
        task.cancel()
        await asyncio.wait({task})
        server.goes_on.set()
        reply = await model.send(request(SHORT))
        assert task.cancelled()
        return reply

    reply = msgspec.json.decode(asyncio.run(main()).body)
    model.close()
    assert reply["choices"][0]["message"]["content"] == "yes"
    assert server.ended.is_set()


def test_a_request_that_the_model_does_not_take_fails_alone() -> None:
    """The runtime raises a bare error for it, as for a schema that it cannot make a grammar of."""
    model = EmbeddedModel(GrowingRuntime(lambda _: LlamaServer()))

    for ask in (model.send(request(ODD)), streamed(model, ODD)):
        with pytest.raises(FaultError, match="does not take this request: unrecognized type nonsense") as raised:
            asyncio.run(ask)
        assert raised.value.failure.kind == "invalid"
    model.close()
