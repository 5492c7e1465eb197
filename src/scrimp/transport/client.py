"""A call goes out and a completion or a failure comes back: the one place where anything is retried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.failures import policy_of
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.exchange import CallObserver, Exchange, Show
from scrimp.transport.faults import FaultError
from scrimp.transport.limits.health import ProviderHealth
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.transport.limits.retry import LONGEST_OBEYED, RetryPolicy, RetryState
from scrimp.values import Call, Completion, Failure

if TYPE_CHECKING:
    from typing import Protocol

    from scrimp.transport.http.client import HttpClient

    class InProcessProvider(Protocol):
        """A provider without a socket: requests in, replies out."""

        async def send(self, request: HttpRequest) -> HttpReply:
            """Return the reply to a request."""

        def events(self, request: HttpRequest) -> AsyncIterator[str | HttpReply]:
            """Yield the data of each streamed event, or the reply that refuses."""

        def close(self) -> None:
            """Take no more requests."""


class ProviderClient:
    """What flows call models through; sleep and randomness come in, so that tests need neither."""

    def __init__(
        self, *, open_http: Callable[[], HttpClient], open_in_process: Callable[[Endpoint, str], InProcessProvider],
        open_queue: Callable[[Endpoint], ProviderQueue], health: ProviderHealth,
        secrets: Callable[[Endpoint], Mapping[str, str]], redact: Callable[[str], str], retry_policy: RetryPolicy,
        clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random_fraction: Callable[[], float],
    ) -> None:  # fmt: skip
        self._open_http, self._open_in_process, self._open_queue = open_http, open_in_process, open_queue
        self._health, self._secrets, self._redact = health, secrets, redact
        self._retry_policy, self._clock, self._sleep = retry_policy, clock, sleep
        self._random_fraction = random_fraction
        self._http: HttpClient | None = None
        self._in_process: dict[tuple[str, str], InProcessProvider] = {}
        self._queues: dict[str, ProviderQueue] = {}
        self._halted = False

    @property
    def halted(self) -> bool:
        """Whether no new request is begun any more."""
        return self._halted

    def halt(self) -> None:
        """Retry nothing from now on; requests in flight go on."""
        self._halted = True

    async def close(self) -> None:
        """Close connections and in-process providers."""
        if self._http is not None:
            await self._http.close()
        for provider in self._in_process.values():
            provider.close()

    def retry_state(self) -> RetryState:
        """Return the retries of a call that has not been made yet."""
        return RetryState(self._retry_policy, self._random_fraction)

    async def complete(
        self, call: Call, endpoint: Endpoint, observer: CallObserver, retry_state: RetryState, *,
        show: Show | None = None,
    ) -> Completion | Failure:  # fmt: skip
        """Return the completion of a call with its ledger entry, or the last failure once no retry would help.

        Where the model is in trouble the failure comes back although retries are left: a caller with another model may
        call that, one without may wait and come again with the same state. With `show` the completion is shown as it
        comes, and once a piece was shown nothing is retried.
        """
        exchange = Exchange(call, endpoint, observer, show)
        while True:
            result, sent = await self._attempt(exchange)
            exchange.attempted = True
            if isinstance(result, Completion) or not sent:
                return result
            wait = self._wait(retry_state, result, exchange)
            if self._halted:
                retry_state.exhausted = True
            healthy = self._health.ready(call.provider, call.model)
            if retry_state.exhausted or wait is None or exchange.shown or not healthy:
                return result
            await self._sleep(wait)

    def _wait(self, retry_state: RetryState, failure: Failure, exchange: Exchange) -> float | None:
        """Return the seconds until the next attempt, and tell the other calls to this provider what this one met."""
        wait = retry_state.wait(failure)
        if failure.retry_after is not None and failure.retry_after > LONGEST_OBEYED:
            self._health.suspend(exchange.call.provider, exchange.call.model, failure, failure.retry_after)
        elif failure.kind == "rate_limit" and wait is not None:
            self._queue(exchange.endpoint).refused_for_rate(wait)
        return wait

    async def _attempt(self, exchange: Exchange) -> tuple[Completion | Failure, bool]:
        """Return what one request gave, and True; or why none was made, and False."""
        provider, model = exchange.call.provider, exchange.call.model
        queue = self._queue(exchange.endpoint)
        resumed = exchange.attempted or exchange.call.resumed
        estimated = await queue.enter(len(exchange.request.body), resumed=resumed)
        unsent: int | None = estimated
        try:
            admitted = self._health.admit(provider, model)
            if isinstance(admitted, Failure):
                return replace(admitted, sent=False), policy_of(admitted).ends_provider
            call_id = await self._begin(exchange, admitted)
            if isinstance(call_id, Failure):
                return call_id, True
            began, unsent = self._clock(), None
            result = await self._request(exchange, call_id, admitted)
            entry = exchange.observer.end(call_id, result)
            queue.learn(result, exchange.stated_limits, estimated=estimated, began=began)
            self._health.observe(provider, model, result, admitted)
            return (replace(result, entry=entry) if isinstance(result, Completion) else result), True
        finally:
            queue.leave(unsent=unsent)

    async def _begin(self, exchange: Exchange, admitted: float) -> str | Failure:
        """Have a request recorded before it is sent."""
        call_id: str | Failure | None = None
        try:
            call_id = await exchange.observer.begin(exchange.call)
        finally:
            if not isinstance(call_id, str):
                self._health.withdraw(exchange.call.provider, exchange.call.model, admitted)
        return call_id

    async def _request(self, exchange: Exchange, call_id: str, admitted: float) -> Completion | Failure:
        """Await one request within its time; whatever ends it, the observer hears of it."""
        exchange.stated_limits, exchange.sending = None, False
        try:
            async with asyncio.timeout(self._retry_policy.timeout):
                result = await (self._whole(exchange) if exchange.show is None else self._streamed(exchange))
        except TimeoutError:
            return _timed_out(exchange.endpoint, self._retry_policy.timeout)
        except FaultError as fault:
            result = fault.failure
        except BaseException as error:
            message = f"stopped before the reply came ({type(error).__name__})"
            exchange.observer.end(call_id, Failure(kind="network", message=message, sent=exchange.sending))
            self._health.withdraw(exchange.call.provider, exchange.call.model, admitted)
            raise
        # A provider may repeat the key it refuses; what it says goes into rows and the ledger.
        return replace(result, message=self._redact(result.message)) if isinstance(result, Failure) else result

    async def _whole(self, exchange: Exchange) -> Completion | Failure:
        if exchange.endpoint.transport != "http":
            provider = self._in_process_provider(exchange)
            exchange.sending = True
            return exchange.completion(await provider.send(exchange.request))
        http, secrets = self._http_client(), self._secrets(exchange.endpoint)
        exchange.sending = True
        return exchange.completion(await http.send(exchange.request, exchange.endpoint, secrets))

    async def _streamed(self, exchange: Exchange) -> Completion | Failure:
        reader = exchange.dialect.stream(exchange.call, exchange.endpoint)
        async for event in self._events(exchange):
            if isinstance(event, HttpReply):
                return exchange.completion(event)
            if piece := reader.feed(event):
                exchange.show_piece(piece)
        return reader.completion()

    def _events(self, exchange: Exchange) -> AsyncIterator[str | HttpReply]:
        if exchange.endpoint.transport != "http":
            provider = self._in_process_provider(exchange)
            exchange.sending = True
            return provider.events(exchange.request)
        http, secrets = self._http_client(), self._secrets(exchange.endpoint)
        exchange.sending = True
        return http.events(exchange.request, exchange.endpoint, secrets)

    def _http_client(self) -> HttpClient:
        if self._http is None:
            self._http = self._open_http()
        return self._http

    def _in_process_provider(self, exchange: Exchange) -> InProcessProvider:
        name = (exchange.endpoint.name, exchange.call.model)
        if name not in self._in_process:
            self._in_process[name] = self._open_in_process(exchange.endpoint, exchange.call.model)
        return self._in_process[name]

    def _queue(self, endpoint: Endpoint) -> ProviderQueue:
        if endpoint.name not in self._queues:
            self._queues[endpoint.name] = self._open_queue(endpoint)
        return self._queues[endpoint.name]


def _timed_out(endpoint: Endpoint, timeout: float) -> Failure:
    return Failure(
        kind="timeout",
        message=f"{endpoint.name} did not answer within {timeout:g} s: the call may have been billed; raise --timeout",
    )
