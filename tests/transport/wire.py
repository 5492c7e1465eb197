"""A fake provider with scripted replies in virtual time, a client for it, and an observer that checks its calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from scrimp.config.resolved.known_secrets import KnownSecrets
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.client import ProviderClient
from scrimp.transport.exchange import CallObserver
from scrimp.transport.faults import FaultError
from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.health import ProviderHealth
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.transport.limits.rate_limit import RateLimiter
from scrimp.transport.limits.retry import RetryPolicy
from scrimp.values import Call, Completion, Entry, Failure

ACME = Endpoint(name="acme", dialect="openai", base_url="https://acme.example/v1", key_env="ACME_KEY")
CALL = Call(provider="acme", model="m", text="hello")
NEVER_SENT = FaultError(Failure(kind="network", message="could not be reached", sent=False))
BROKEN = FaultError(Failure(kind="network", message="broke before the reply was complete"))

ScriptedReply = HttpReply | FaultError | Exception
Answer = Callable[[Endpoint, HttpRequest], Awaitable[HttpReply]]


def ok(
    text: str = "hi", *, tokens: tuple[int, int] = (10, 2), headers: Mapping[str, str] | None = None, model: str = "m"
) -> HttpReply:
    """Return a chat completion in OpenAI's format."""
    body = {
        "model": model, "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": text}}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }  # fmt: skip
    return HttpReply(status=200, body=json.dumps(body).encode(), headers=dict(headers or {}))


def error(status: int, message: str = "no", *, code: str | None = None, **headers: str) -> HttpReply:
    """Return an error in OpenAI's format; underscores in the names of headers stand for dashes."""
    body = {"error": {"message": message, "type": "error", "param": None, "code": code}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpReply(status=status, body=json.dumps(body).encode(), headers=named)


class FakeHttp:
    """Takes the place of `HttpClient`; `answer` decides what each request gets, and when."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.sent: list[tuple[float, HttpRequest]] = []
        self.in_flight = self.most_in_flight = 0
        self.closed = False

    async def send(self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]) -> HttpReply:
        self.sent.append((asyncio.get_running_loop().time(), request))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._answer(endpoint, request)
        finally:
            self.in_flight -= 1

    async def events(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]
    ) -> AsyncIterator[str | HttpReply]:
        reply = await self.send(request, endpoint, secrets)
        if reply.status != 200:
            yield reply
            return
        for line in reply.body.decode().splitlines():
            if line == "break":
                raise BROKEN
            yield line

    async def close(self) -> None:
        self.closed = True

    @property
    def times(self) -> list[float]:
        return [at for at, _ in self.sent]


def scripted(*replies: ScriptedReply, seconds: float = 1.0) -> FakeHttp:
    """Return a provider that gives these replies in turn, each after so many seconds, the last one forever."""
    remaining = list(replies)

    async def answer(endpoint: Endpoint, request: HttpRequest) -> HttpReply:
        reply = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        await asyncio.sleep(seconds)
        if isinstance(reply, Exception):
            raise reply
        return reply

    return FakeHttp(answer)


class FakeObserver:
    """An observer that checks that every request ends exactly once."""

    def __init__(self, refuse: Failure | None = None) -> None:
        self.refuse = refuse
        self.open: set[str] = set()
        self.started: list[str] = []
        self.ended: list[Completion | Failure] = []

    async def begin(self, call: Call) -> str | Failure:
        await asyncio.sleep(0)
        if self.refuse is not None:
            return self.refuse
        call_id = f"c{len(self.started)}"
        self.started.append(call_id)
        self.open.add(call_id)
        return call_id

    def end(self, call_id: str, result: Completion | Failure) -> Entry | None:
        self.open.remove(call_id)
        self.ended.append(result)
        return None


class OneSecret(KnownSecrets):
    """A secret that every endpoint gets."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret
        self.add("test", secret)

    def headers_for(self, endpoint: Endpoint) -> dict[str, str]:
        return {"authorization": f"Bearer {self._secret}"}


class ClientHarness:
    """A client with its queues and health on the time of the loop it is created in."""

    def __init__(
        self, http: FakeHttp, *, retries: int = 2, timeout: float = 600.0, width: int = 16, rpm: int | None = None,
        secret: str = "sk-secret", random_fraction: Callable[[], float] = lambda: 1.0,
        open_in_process: Callable[[Endpoint, str], Any] | None = None,
    ) -> None:  # fmt: skip
        clock = asyncio.get_running_loop().time
        self.http, self.slept = http, []
        self.health = ProviderHealth(clock)
        self.queues: dict[str, ProviderQueue] = {}

        def open_queue(endpoint: Endpoint) -> ProviderQueue:
            self.queues[endpoint.name] = self.queue(AdaptiveLimit(width), RateLimiter(rpm=rpm), clock)
            return self.queues[endpoint.name]

        self.client = ProviderClient(
            open_http=self._open, open_in_process=open_in_process or _no_local, open_queue=open_queue,
            health=self.health, secrets=OneSecret(secret), retry_policy=RetryPolicy(retries=retries, timeout=timeout),
            clock=clock, sleep=self._sleep, random_fraction=random_fraction,
        )  # fmt: skip

    queue: type[ProviderQueue] = ProviderQueue
    slept: list[float]

    def _open(self) -> Any:
        return self.http

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds)

    async def ask(
        self,
        call: Call = CALL,
        observer: CallObserver | None = None,
        *,
        endpoint: Endpoint = ACME,
        patient: bool = True,
    ) -> Completion | Failure:
        """Call as a flow without another model does; if not `patient`, as one with another model."""
        observer, retry_state, name = observer or FakeObserver(), self.client.retry_state(), (call.provider, call.model)
        while True:
            result = await self.client.complete(call, endpoint, observer, retry_state)
            if isinstance(result, Completion) or retry_state.exhausted or not patient:
                return result
            await self.health.recovery([name])
            if not self.health.ready(*name):
                return result

    async def ask_all(self, number: int, observer: CallObserver | None = None) -> Sequence[Completion | Failure]:
        return await asyncio.gather(*(self.ask(observer=observer) for _ in range(number)))


def _no_local(_endpoint: Endpoint, model: str) -> Any:
    raise AssertionError(f"no local model was expected, but {model} was opened")
