"""A call goes out and a completion or a failure comes back: the one place where anything is tried again."""

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
            """Take no more work."""


class ProviderClient:
    """What flows call models through; sleep and chance come in, so that tests need neither."""

    def __init__(
        self,
        *,
        open_http: Callable[[], HttpClient],
        open_local: Callable[[Endpoint, str], InProcessProvider],
        open_lane: Callable[[Endpoint], ProviderQueue],
        circuits: ProviderHealth,
        secrets: Callable[[Endpoint], Mapping[str, str]],
        redact: Callable[[str], str],
        patience: RetryPolicy,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float],
    ) -> None:
        self._open_http, self._open_local, self._open_lane = open_http, open_local, open_lane
        self._circuits, self._secrets, self._redact = circuits, secrets, redact
        self._patience, self._clock, self._sleep, self._chance = patience, clock, sleep, chance
        self._http: HttpClient | None = None
        self._locals: dict[tuple[str, str], InProcessProvider] = {}
        self._lanes: dict[str, ProviderQueue] = {}
        self._halted = False

    @property
    def halted(self) -> bool:
        """Say whether nothing is begun any more."""
        return self._halted

    def halt(self) -> None:
        """Try nothing again from now on; requests in flight go on."""
        self._halted = True

    async def close(self) -> None:
        """Close connections and the embedded model."""
        if self._http is not None:
            await self._http.close()
        for model in self._locals.values():
            model.close()

    def tries(self) -> RetryState:
        """Return the tries of a call that has not been made yet."""
        return RetryState(self._patience, self._chance)

    async def complete(
        self, call: Call, endpoint: Endpoint, witness: CallObserver, tries: RetryState, *, show: Show | None = None
    ) -> Completion | Failure:
        """Return the completion of a call, or the last failure once nothing is to be gained by trying again.

        Where the model is in trouble the failure comes back although the tries are not over: who has another model may
        call that, who has not may wait and come again with the same tries. With `show` the completion is shown as it
        comes, and once a piece was shown nothing is tried again.
        """
        errand = Exchange(call, endpoint, witness, show)
        while True:
            result, made = await self._attempt(errand)
            errand.tried = True
            if isinstance(result, Completion) or not made:
                return result
            wait = self._wait(tries, result, errand)
            if self._halted:
                tries.over = True
            if tries.over or wait is None or errand.shown or not self._circuits.ready(call.provider, call.model):
                return result
            await self._sleep(wait)

    def _wait(self, tries: RetryState, failure: Failure, errand: Exchange) -> float | None:
        """Return the seconds until the next try, and let other calls know what this one met."""
        wait = tries.wait(failure)
        if failure.retry_after is not None and failure.retry_after > LONGEST_OBEYED:
            self._circuits.leave(errand.call.provider, errand.call.model, failure, failure.retry_after)
        elif failure.kind == "rate_limit" and wait is not None:
            self._lane(errand.endpoint).turned_away(wait)
        return wait

    async def _attempt(self, errand: Exchange) -> tuple[Completion | Failure, bool]:
        """Return what one request gave, and True; or why none was made, and False."""
        provider, model = errand.call.provider, errand.call.model
        lane = self._lane(errand.endpoint)
        estimated = await lane.enter(len(errand.request.body), ahead=errand.tried or errand.call.ahead)
        unsent: int | None = estimated
        try:
            admitted = self._circuits.admit(provider, model)
            if isinstance(admitted, Failure):
                return replace(admitted, sent=False), policy_of(admitted).ends_provider
            ticket = await self._begin(errand, admitted)
            if isinstance(ticket, Failure):
                return ticket, True
            began, unsent = self._clock(), None
            result = await self._guarded(errand, ticket, admitted)
            errand.witness.end(ticket, result)
            lane.learn(result, errand.stated, estimated=estimated, began=began)
            self._circuits.saw(provider, model, result, admitted)
            return result, True
        finally:
            lane.leave(unsent=unsent)

    async def _begin(self, errand: Exchange, admitted: float) -> str | Failure:
        """Have a request noted before it is sent."""
        ticket: str | Failure | None = None
        try:
            ticket = await errand.witness.begin(errand.call)
        finally:
            if not isinstance(ticket, str):
                self._circuits.withdrawn(errand.call.provider, errand.call.model, admitted)
        return ticket

    async def _guarded(self, errand: Exchange, ticket: str, admitted: float) -> Completion | Failure:
        """Await one request within its time; whatever ends it, the witness hears of it."""
        errand.stated, errand.sending = None, False
        try:
            async with asyncio.timeout(self._patience.timeout):
                result = await (self._once(errand) if errand.show is None else self._stream_once(errand))
        except TimeoutError:
            return _too_slow(errand.endpoint, self._patience.timeout)
        except FaultError as fault:
            result = fault.failure
        except BaseException as error:
            message = f"stopped before the reply came ({type(error).__name__})"
            errand.witness.end(ticket, Failure(kind="network", message=message, sent=errand.sending))
            self._circuits.withdrawn(errand.call.provider, errand.call.model, admitted)
            raise
        # A provider may repeat the key it refuses; what it says goes into rows and the ledger.
        return replace(result, message=self._redact(result.message)) if isinstance(result, Failure) else result

    async def _once(self, errand: Exchange) -> Completion | Failure:
        if errand.endpoint.transport != "http":
            local = self._local(errand)
            errand.sending = True
            return errand.completion(await local.send(errand.request))
        client, secrets = self._client(), self._secrets(errand.endpoint)
        errand.sending = True
        return errand.completion(await client.send(errand.request, errand.endpoint, secrets))

    async def _stream_once(self, errand: Exchange) -> Completion | Failure:
        reader = errand.dialect.stream(errand.call, errand.endpoint)
        async for event in self._events(errand):
            if isinstance(event, HttpReply):
                return errand.completion(event)
            if piece := reader.feed(event):
                errand.see(piece)
        return reader.completion()

    def _events(self, errand: Exchange) -> AsyncIterator[str | HttpReply]:
        if errand.endpoint.transport != "http":
            local = self._local(errand)
            errand.sending = True
            return local.events(errand.request)
        client, secrets = self._client(), self._secrets(errand.endpoint)
        errand.sending = True
        return client.events(errand.request, errand.endpoint, secrets)

    def _client(self) -> HttpClient:
        if self._http is None:
            self._http = self._open_http()
        return self._http

    def _local(self, errand: Exchange) -> InProcessProvider:
        name = (errand.endpoint.name, errand.call.model)
        if name not in self._locals:
            self._locals[name] = self._open_local(errand.endpoint, errand.call.model)
        return self._locals[name]

    def _lane(self, endpoint: Endpoint) -> ProviderQueue:
        if endpoint.name not in self._lanes:
            self._lanes[endpoint.name] = self._open_lane(endpoint)
        return self._lanes[endpoint.name]


def _too_slow(endpoint: Endpoint, timeout: float) -> Failure:
    return Failure(
        kind="timeout",
        message=f"{endpoint.name} did not answer within {timeout:g} s: the call may have been billed; raise --timeout",
    )
