"""The client for all providers: sends a call, returns its completion or failure, and is the only place that retries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.failures import policy_of
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.exchange import CallObserver, Content, Exchange, Show
from scrimp.transport.faults import FaultError
from scrimp.transport.limits.health import ProviderHealth
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.transport.limits.retry import MAX_OBEYED_WAIT, RetryPolicy, RetryState
from scrimp.transport.limits.running_timeout import RunningTimeouts
from scrimp.transport.limits.waits import Wait
from scrimp.transport.redaction import RedactedStream, Secrets, redacted
from scrimp.transport.reply_turns import ReplyTurns
from scrimp.values import Call, Completion, Failure

if TYPE_CHECKING:
    from typing import Protocol

    from scrimp.transport.http.client import HttpClient

    class InProcessProvider(Protocol):
        """A provider without a socket, such as the embedded model."""

        async def open(self, *, stream: bool) -> None:
            """Load what answers calls, streamed or not; raise ScrimpError if that is missing or damaged."""

        async def send(self, request: HttpRequest) -> HttpReply:
            """Return the reply to a request."""

        def events(self, request: HttpRequest) -> AsyncIterator[str | HttpReply]:
            """Yield the data of each streamed event, or the error reply."""

        def close(self) -> None:
            """Accept no more requests."""


class ProviderClient:
    """Sends calls to providers, within their limits and with retries; clock, sleep and randomness are injected."""

    def __init__(
        self, *, open_http: Callable[[], HttpClient], open_in_process: Callable[[Endpoint, str], InProcessProvider],
        open_queue: Callable[[Endpoint], ProviderQueue], calls_at_once: int | None = None, health: ProviderHealth,
        secrets: Secrets, retry_policy: RetryPolicy,
        clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random_fraction: Callable[[], float],
    ) -> None:  # fmt: skip
        self._open_http, self._open_in_process, self._open_queue = open_http, open_in_process, open_queue
        self._health, self._secrets = health, secrets
        self._retry_policy, self._clock, self._sleep = retry_policy, clock, sleep
        self._random_fraction = random_fraction
        self._http: HttpClient | None = None
        self._in_process: dict[tuple[str, str], InProcessProvider] = {}
        self._prepared: set[tuple[str, str]] = set()
        self._queues: dict[str, ProviderQueue] = {}
        self._timeouts, self._turns = RunningTimeouts(), ReplyTurns()
        self._halted = False
        # Each call needs a file descriptor; None means no limit.
        self._places: AbstractAsyncContextManager[None] = (
            nullcontext() if calls_at_once is None else asyncio.Semaphore(calls_at_once)
        )

    @property
    def halted(self) -> bool:
        """Whether retries have been stopped."""
        return self._halted

    def halt(self) -> None:
        """Stop retrying; requests in flight continue."""
        self._halted = True

    async def caught_up(self) -> None:
        """Wait until all replies that arrived are read, and slow start lets no more calls go for now."""
        await self._turns.none_waits()
        while wait := max((queue.wait_for_time() for queue in self._queues.values()), default=0.0):
            await self._sleep(wait)

    def waits(self) -> list[Wait]:
        """Return the next wait of each provider whose calls all wait."""
        idle = {name: queue for name, queue in self._queues.items() if queue.idle}
        waits = {name: wait for name, wait in self._health.waits.next_to_end().items() if name in idle}
        for name, queue in idle.items():
            if name not in waits and (seconds := queue.wait_for_rate()):
                waits[name] = Wait(name, "rate limit", self._clock() + seconds)
        return list(waits.values())

    async def close(self) -> None:
        """Close connections and in-process providers."""
        if self._http is not None:
            await self._http.close()
        for provider in self._in_process.values():
            provider.close()

    def retry_state(self) -> RetryState:
        """Return a fresh retry state, for a call that has not been made yet."""
        return RetryState(self._retry_policy, self._random_fraction)

    async def complete(
        self, call: Call, endpoint: Endpoint, observer: CallObserver, retry_state: RetryState, *,
        show: Show | None = None, content: Content | None = None,
    ) -> Completion | Failure:  # fmt: skip
        """Return the completion of a call with its ledger entry, or the last failure once no retry would help.

        If the model is in trouble, the failure is returned although retries remain: the caller may call another model,
        or wait and call again with the same retry state. Once `show` was given a piece of a streamed completion
        nothing is retried. `content` returns the call with what is attached to it: it is called once, and what it
        raises is raised here.
        """
        exchange = Exchange(call, endpoint, observer, show, content)
        if (endpoint.name, call.model) not in self._prepared:
            await self._prepare(exchange)
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
            await self._sleep_in_place(wait, result, exchange)

    async def send(self, request: HttpRequest, endpoint: Endpoint) -> HttpReply | Failure:
        """Send a request that is not a call, once; return the reply, whatever its status, or why there is none."""
        http, secrets = self._http_client(), self._secrets.headers_for(endpoint)
        try:
            async with self._timeouts.timeout(self._retry_policy.timeout):
                return await http.send(request, endpoint, secrets)
        except TimeoutError:
            return _timed_out(endpoint, self._retry_policy.timeout)
        except FaultError as fault:
            return replace(fault.failure, message=self._secrets.redact(fault.failure.message))

    async def _prepare(self, exchange: Exchange) -> None:
        """Open the client or in-process provider of a model, so that a missing one fails before a call is recorded."""
        if exchange.endpoint.transport == "http":
            self._http_client()
            self._secrets.headers_for(exchange.endpoint)
        else:
            await self._in_process_provider(exchange).open(stream=exchange.call.stream)
        self._prepared.add((exchange.endpoint.name, exchange.call.model))

    async def _sleep_in_place(self, seconds: float, failure: Failure, exchange: Exchange) -> None:
        with self._health.waits.waiting(exchange.call.provider, failure, seconds):
            if failure.kind != "rate_limit":
                await self._sleep(seconds)
                return
            with self._queue(exchange.endpoint).asleep(keeps_place=exchange.keeps_place):
                await self._sleep(seconds)

    def _wait(self, retry_state: RetryState, failure: Failure, exchange: Exchange) -> float | None:
        """Return the seconds until the next attempt; hold back other calls to the provider if they would fail too."""
        provider, model = exchange.call.provider, exchange.call.model
        refusals = self._queue(exchange.endpoint).refusals
        wait = retry_state.next_wait(failure, refusals, outage=self._health.in_outage(provider, model))
        if failure.retry_after is not None and failure.retry_after > MAX_OBEYED_WAIT:
            self._health.suspend(provider, model, failure, failure.retry_after)
        return wait

    async def _attempt(self, exchange: Exchange) -> tuple[Completion | Failure, bool]:
        """Return the result of one request and True, or why no request was made and False."""
        provider, model = exchange.call.provider, exchange.call.model
        queue = self._queue(exchange.endpoint)
        resumed = exchange.attempted or exchange.call.resumed
        estimated = await queue.enter(exchange.text_bytes, attached=exchange.call.attached_tokens, resumed=resumed)
        unsent: int | None = estimated
        try:
            async with self._places:
                admitted = self._health.admit(provider, model)
                if isinstance(admitted, Failure):
                    return replace(admitted, sent=False), policy_of(admitted).ends_provider
                call_id = await self._begin(exchange, admitted)
                if isinstance(call_id, Failure):
                    return call_id, True
                began, unsent = self._clock(), None
                result = await self._request(exchange, call_id, admitted)
                entry = exchange.observer.end(call_id, result)
                exchange.keeps_place = queue.learn(result, exchange.stated_limits, estimated=estimated, began=began)
                self._health.observe(provider, model, result, admitted)
                return (replace(result, entry=entry) if isinstance(result, Completion) else result), True
        finally:
            queue.leave(unsent=unsent)

    async def _begin(self, exchange: Exchange, admitted: float) -> str | Failure:
        """Make the observer record a request before it is sent."""
        call_id: str | Failure | None = None
        try:
            call_id = await exchange.observer.begin(exchange.call)
        finally:
            if not isinstance(call_id, str):
                self._health.withdraw(exchange.call.provider, exchange.call.model, admitted)
        return call_id

    async def _request(self, exchange: Exchange, call_id: str, admitted: float) -> Completion | Failure:
        """Send one request within the timeout; the observer is called even if an exception ends it."""
        exchange.stated_limits, exchange.sending, exchange.reply_id = None, False, None
        try:
            async with self._timeouts.timeout(self._retry_policy.timeout):
                received = await (self._receive_streamed(exchange) if exchange.call.stream else self._receive(exchange))
            if isinstance(received, HttpReply):
                await self._turns.take()
                result = exchange.completion(received)
            else:
                result = received
        except TimeoutError:
            return exchange.lost(_timed_out(exchange.endpoint, self._retry_policy.timeout))
        except FaultError as fault:
            result = exchange.lost(fault.failure)
        except BaseException as error:
            message = f"stopped before the reply arrived ({type(error).__name__})"
            failure = exchange.lost(Failure(kind="network", message=message, sent=exchange.sending))
            exchange.observer.end(call_id, failure)
            self._health.withdraw(exchange.call.provider, exchange.call.model, admitted)
            raise
        return redacted(result, self._secrets)

    async def _receive(self, exchange: Exchange) -> HttpReply:
        if exchange.endpoint.transport != "http":
            provider = self._in_process_provider(exchange)
            exchange.sending = True
            return await provider.send(exchange.request)
        http, secrets = self._http_client(), self._secrets.headers_for(exchange.endpoint)
        exchange.sending = True
        return await http.send(exchange.request, exchange.endpoint, secrets, *exchange.on_head)

    async def _receive_streamed(self, exchange: Exchange) -> Completion | Failure:
        reader = exchange.dialect.stream_reader(exchange.call, exchange.endpoint)
        stream = RedactedStream(exchange.show_piece, self._secrets)
        async for event in self._events(exchange):
            if isinstance(event, HttpReply):
                return _shown(stream, exchange.completion(event))
            if piece := reader.feed(event):
                stream.show(piece)
            if reader.broken:
                break
        stream.finish()
        result = reader.completion()
        return exchange.lost(result) if isinstance(result, Failure) else result

    def _events(self, exchange: Exchange) -> AsyncIterator[str | HttpReply]:
        if exchange.endpoint.transport != "http":
            provider = self._in_process_provider(exchange)
            exchange.sending = True
            return provider.events(exchange.request)
        http, secrets = self._http_client(), self._secrets.headers_for(exchange.endpoint)
        exchange.sending = True
        return http.events(exchange.request, exchange.endpoint, secrets, *exchange.on_head)

    def _http_client(self) -> HttpClient:
        if self._http is None:
            self._http = self._open_http()
        return self._http

    def _in_process_provider(self, exchange: Exchange) -> InProcessProvider:
        key = (exchange.endpoint.name, exchange.call.model)
        if key not in self._in_process:
            self._in_process[key] = self._open_in_process(exchange.endpoint, exchange.call.model)
        return self._in_process[key]

    def _queue(self, endpoint: Endpoint) -> ProviderQueue:
        if endpoint.name not in self._queues:
            self._queues[endpoint.name] = self._open_queue(endpoint)
        return self._queues[endpoint.name]


def _shown(stream: RedactedStream, result: Completion | Failure) -> Completion | Failure:
    """Show the text of a completion that came whole although a stream was requested."""
    if isinstance(result, Completion) and result.text:
        stream.show(result.text)
        stream.finish()
    return result


def _timed_out(endpoint: Endpoint, timeout: float) -> Failure:
    billed = "the call may have been billed; " if endpoint.transport == "http" else ""
    return Failure(
        kind="timeout", message=f"{endpoint.name} did not answer within {timeout:g} s: {billed}raise --timeout"
    )
