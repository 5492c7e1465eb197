"""Driving the exchanges of a batch API: each request is sent, and again where that cannot do harm."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from scrimp.failures import may_be_billed, policy_of
from scrimp.providers.batches.flow import BatchRefusedError, Exchanges, T, WireRequest
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import is_success
from scrimp.providers.replies.error_replies import to_failure
from scrimp.transport.faults import FaultError
from scrimp.transport.http.client import HttpClient
from scrimp.transport.limits.retry import delay
from scrimp.transport.redaction import Secrets
from scrimp.values import Failure

# A poll that fails never ends the wait for a batch, so these only bridge what is over in seconds.
_RETRIES = 3


class UncertainError(Exception):
    """A request that must not be repeated got no whole reply: it may have been carried out."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class BatchWire:
    """Sends the requests of batch flows, with their keys; clock and randomness are injected."""

    def __init__(
        self, http: HttpClient, secrets: Secrets, *, random_fraction: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._http, self._secrets = http, secrets
        self._random_fraction, self._sleep = random_fraction, sleep

    async def run(
        self, exchanges: Exchanges[T], endpoint: Endpoint, *, file: Path | None = None, repeatable: bool
    ) -> T:  # fmt: skip
        """Drive an exchange to its end and return what it returns.

        `repeatable` exchanges do no harm when they are made twice. Of another one a reply that may mean that it was
        carried out raises UncertainError. BatchRefusedError is raised for what the provider refuses.
        """
        try:
            request = next(exchanges)
            while True:
                reply = await self._reply(request, endpoint, file, repeatable=repeatable)
                request = exchanges.send(reply)
        except StopIteration as end:
            result: T = end.value
            return result
        except BatchRefusedError as refused:
            raise BatchRefusedError(self._hidden(refused.failure), refused.refusal) from None
        finally:
            exchanges.close()

    async def save(self, request: HttpRequest, endpoint: Endpoint, file: Path, check: Callable[[int], None]) -> None:
        """Write a reply to a file, again from its start where it breaks off; BatchRefusedError where there is none.

        `check` is called with the bytes so far, and raises if there are too many.
        """
        keys = self._keys_for(request.url, endpoint)
        for attempt in range(1, _RETRIES + 2):
            try:
                reply = await self._http.save(request, endpoint, keys, file, check)
            except FaultError as fault:
                failure = fault.failure
            else:
                if is_success(reply):
                    return
                failure = to_failure(reply, endpoint, "")
            if attempt > _RETRIES or not await self._may_retry(failure, attempt):
                raise BatchRefusedError(self._hidden(failure))

    async def _reply(
        self, request: WireRequest, endpoint: Endpoint, file: Path | None, *, repeatable: bool
    ) -> HttpReply:  # fmt: skip
        """Return a reply for the flow to read, also of an error; raise where there is none, or none that is certain."""
        for attempt in range(1, _RETRIES + 2):
            reply, failure = await self._try(request, endpoint, file)
            if failure is None:
                break
            uncertain = may_be_billed(failure) and not repeatable
            if uncertain:
                raise UncertainError(self._hidden(failure))
            may_help = policy_of(failure).retried and failure.kind != "rate_limit" and attempt <= _RETRIES
            if not may_help or not await self._may_retry(failure, attempt):
                break
        if reply is None:
            raise BatchRefusedError(self._hidden(failure or Failure(kind="network", message="no reply")))
        return reply

    async def _try(
        self, request: WireRequest, endpoint: Endpoint, file: Path | None
    ) -> tuple[HttpReply | None, Failure | None]:
        """Send a request once; return its reply, and the failure it means, if any."""
        try:
            reply = await self._send(request, endpoint, file)
        except FaultError as fault:
            return None, fault.failure
        return reply, None if is_success(reply) else to_failure(reply, endpoint, "")

    def _keys_for(self, url: str, endpoint: Endpoint) -> Mapping[str, str]:
        """Return the headers with the keys of a request; a file on another host gets none."""
        return self._secrets.headers_for(endpoint) if endpoint.is_own(url) else {}

    def _hidden(self, failure: Failure) -> Failure:
        return replace(failure, message=self._secrets.redact(failure.message))

    async def _send(self, request: WireRequest, endpoint: Endpoint, file: Path | None) -> HttpReply:
        keys = self._keys_for(request.url, endpoint)
        if isinstance(request, HttpRequest):
            return await self._http.send(request, endpoint, keys)
        if file is None:
            raise TypeError(f"{request.url} needs a file")
        return await self._http.send_file(request, endpoint, keys, file)

    async def _may_retry(self, failure: Failure, attempt: int) -> bool:
        """Wait before a request is sent again; return whether it may be."""
        seconds = delay(failure, attempt, self._random_fraction())
        if seconds is None:
            return False
        await self._sleep(seconds)
        return True
