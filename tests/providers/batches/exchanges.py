"""Driving a flow's exchanges by hand: replies go in, the requests that were made and the value come out."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence

from scrimp.providers.batches import batch_flow
from scrimp.providers.batches.flow import BatchFlow, Frame, Shard, T, WireRequest
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.providers.presets import PRESETS

SHARD = Shard(
    name="b1-01", model="m-1", path="/v1/chat/completions", requests=2, size=10, created=1_700_000_000
)  # fmt: skip


def flow_of(preset: str) -> BatchFlow:
    flow = batch_flow(PRESETS[preset])
    assert flow is not None
    return flow


def reply(body: object, status: int = 200, **headers: str) -> HttpReply:
    return HttpReply(
        status=status, body=body if isinstance(body, bytes) else json.dumps(body).encode(), headers=headers
    )


def driven(exchange: Generator[WireRequest, HttpReply, T], *replies: object) -> tuple[T, list[WireRequest]]:
    """Return an exchange's value and its requests, each answered by the next of the replies or bodies."""
    request, waiting = None, list(replies)
    requests: list[WireRequest] = []
    while True:
        try:
            request = next(exchange) if request is None else exchange.send(_next_of(waiting, request))
        except StopIteration as end:
            assert not waiting, f"no more requests than {requests}"
            value: T = end.value
            return value, requests
        requests.append(request)


def _next_of(waiting: list[object], request: WireRequest) -> HttpReply:
    assert waiting, f"one more request: {request.method} {request.url}"
    body = waiting.pop(0)
    return body if isinstance(body, HttpReply) else reply(body)


def value_of(exchange: Generator[WireRequest, HttpReply, T], *replies: object) -> T:
    return driven(exchange, *replies)[0]


def paths(requests: Sequence[WireRequest], base: str) -> list[str]:
    """Return method and address of each request, which must be below the provider's own."""
    assert all(request.url.startswith(base) for request in requests), requests
    return [f"{request.method} {request.url.removeprefix(base)}" for request in requests]


def sent(request: WireRequest) -> object:
    """Return the JSON body of a request."""
    assert isinstance(request, HttpRequest)
    return json.loads(request.body)


def file_of(frame: Frame, lines: Sequence[bytes]) -> bytes:
    """Return a shard's file as it is written."""
    return frame.head + frame.separator.join(lines) + frame.tail
