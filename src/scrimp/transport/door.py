"""A call goes out and a completion or a failure comes back: the one place where anything is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from scrimp.providers import DIALECTS
from scrimp.transport.delay import delay
from scrimp.transport.faults import FaultError
from scrimp.values import Call, Completion, Endpoint, Failure, HttpReply, HttpRequest

if TYPE_CHECKING:
    from scrimp.transport.embedded import EmbeddedModel
    from scrimp.transport.http import Http

LOCAL = "local:"


class Witness(Protocol):
    """Sees every request that is sent and what came of it: the ledger's eye."""

    def begin(self, call: Call) -> str:
        """Note that a request is about to be sent; return its id."""

    def end(self, ticket: str, result: Completion | Failure) -> None:
        """Note what came of it."""


class Patience(Struct, frozen=True, kw_only=True):
    """How often a call is tried again and how long one request may take, in seconds."""

    retries: int = 2
    timeout: float = 600.0


class Door:
    """What flows call models through; sleep and chance come in, so that tests need neither."""

    def __init__(
        self,
        *,
        open_http: Callable[[], Http],
        open_local: Callable[[str], EmbeddedModel],
        secrets: Callable[[Endpoint], Mapping[str, str]],
        redact: Callable[[str], str],
        patience: Patience,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float],
    ) -> None:
        self._open_http, self._open_local = open_http, open_local
        self._secrets, self._redact = secrets, redact
        self._patience, self._sleep, self._chance = patience, sleep, chance
        self._http: Http | None = None
        self._locals: dict[str, EmbeddedModel] = {}

    async def close(self) -> None:
        """Close connections and the embedded model."""
        if self._http is not None:
            await self._http.close()
        for model in self._locals.values():
            model.close()

    async def complete(self, call: Call, endpoint: Endpoint, witness: Witness) -> Completion | Failure:
        """Return the completion of a call, or the last failure once nothing is to be gained by trying again."""
        dialect = DIALECTS[endpoint.dialect]()
        request = dialect.to_request(call, endpoint)
        tries = 0
        while True:
            tries += 1
            ticket = witness.begin(call)
            result = await self._guarded(self._once(request, endpoint, call), endpoint, witness, ticket)
            witness.end(ticket, result)
            wait = delay(result, tries, self._chance()) if isinstance(result, Failure) else None
            if wait is None or tries > self._patience.retries:
                return result
            await self._sleep(wait)

    async def _once(self, request: HttpRequest, endpoint: Endpoint, call: Call) -> Completion | Failure:
        if endpoint.base_url.startswith(LOCAL):
            reply = await self._local(call.model).send(request)
        else:
            reply = await self._client().send(request, endpoint, self._secrets(endpoint))
        return DIALECTS[endpoint.dialect]().to_completion(reply, call, endpoint)

    async def _guarded(
        self, once: Awaitable[Completion | Failure], endpoint: Endpoint, witness: Witness, ticket: str
    ) -> Completion | Failure:
        """Await one request within its time; whatever ends it, the witness hears of it."""
        try:
            async with asyncio.timeout(self._patience.timeout):
                result = await once
        except TimeoutError:
            return _too_slow(endpoint, self._patience.timeout)
        except FaultError as fault:
            return fault.failure
        except BaseException as error:
            sent = isinstance(error, asyncio.CancelledError)  # anything else is ours, before a byte was sent
            witness.end(ticket, Failure(kind="network", message="stopped before the reply came", sent=sent))
            raise
        # A provider may repeat the key it refuses; what it says goes into rows and the ledger.
        return replace(result, message=self._redact(result.message)) if isinstance(result, Failure) else result

    async def stream(
        self, call: Call, endpoint: Endpoint, witness: Witness, show: Callable[[str], None]
    ) -> Completion | Failure:
        """As `complete`, showing text as it comes; once a piece was shown nothing is tried again."""
        dialect = DIALECTS[endpoint.dialect]()
        request = dialect.to_request(call, endpoint)
        tries = 0
        while True:
            tries += 1
            shown: list[str] = []
            ticket = witness.begin(call)
            result = await self._guarded(
                self._stream_once(request, endpoint, call, show, shown), endpoint, witness, ticket
            )
            witness.end(ticket, result)
            wait = delay(result, tries, self._chance()) if isinstance(result, Failure) else None
            if wait is None or shown or tries > self._patience.retries:
                return result
            await self._sleep(wait)

    async def _stream_once(
        self, request: HttpRequest, endpoint: Endpoint, call: Call, show: Callable[[str], None], shown: list[str]
    ) -> Completion | Failure:
        reader = DIALECTS[endpoint.dialect]().stream(call, endpoint)
        async for event in self._events(request, endpoint, call):
            if isinstance(event, HttpReply):
                return DIALECTS[endpoint.dialect]().to_completion(event, call, endpoint)
            if piece := reader.feed(event):
                shown.append(piece)
                show(piece)
        return reader.completion()

    def _events(self, request: HttpRequest, endpoint: Endpoint, call: Call) -> AsyncIterator[str | HttpReply]:
        if endpoint.base_url.startswith(LOCAL):
            return self._local(call.model).events(request)
        return self._client().events(request, endpoint, self._secrets(endpoint))

    def _client(self) -> Http:
        if self._http is None:
            self._http = self._open_http()
        return self._http

    def _local(self, model: str) -> EmbeddedModel:
        if model not in self._locals:
            self._locals[model] = self._open_local(model)
        return self._locals[model]


def _too_slow(endpoint: Endpoint, timeout: float) -> Failure:
    return Failure(
        kind="timeout",
        message=f"{endpoint.name} did not answer within {timeout:g} s: the call may have been billed; raise --timeout",
        retryable=True,
    )
