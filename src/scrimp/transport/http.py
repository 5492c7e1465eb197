"""HTTP: httpx's client over pyreqwest's engine; foreign failures become ours here.

The engine is reqwest's: it reads HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY from the environment itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import httpx
from pyreqwest.client import ClientBuilder
from pyreqwest.compatibility.httpx import HttpxTransport
from pyreqwest.exceptions import PyreqwestError

from scrimp import __version__
from scrimp.transport.certificates import extra_certificates
from scrimp.transport.faults import FaultError
from scrimp.values import Endpoint, Failure, HttpReply, HttpRequest

# As the official SDKs: a host that does not take the connection in this time is down.
_CONNECT_SECONDS = 5.0
_HELD_OPEN_SECONDS = 60.0


def engine(env: Mapping[str, str], *, timeout: float) -> httpx.AsyncBaseTransport:
    """Build the transport that really opens sockets; `timeout` is the longest silence, in seconds."""
    builder = (
        ClientBuilder()
        .connect_timeout(timedelta(seconds=_CONNECT_SECONDS))
        .read_timeout(timedelta(seconds=timeout))
        .pool_idle_timeout(timedelta(seconds=_HELD_OPEN_SECONDS))
        .follow_redirects(enable=False)  # a redirect would carry the key elsewhere
        .gzip(enable=True)
        .user_agent(f"scrimp/{__version__}")
    )
    for certificate in extra_certificates(env):
        builder = builder.add_root_certificate_pem(certificate)
    return HttpxTransport(builder.build())


class Http:
    """One client for all providers; the key joins a request here and nowhere else."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        # The engine keeps the time limits; httpx's would be added up to one for the whole request.
        self._client = httpx.AsyncClient(transport=transport, timeout=None)  # noqa: S113 - see above

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def send(self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]) -> HttpReply:
        """Return the reply, whatever its status; raise FaultError if there was none."""
        with _faults(endpoint):
            reply = await self._client.send(self._build(request, secrets))
            return HttpReply(status=reply.status_code, body=reply.content, headers=dict(reply.headers))

    async def events(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]
    ) -> AsyncIterator[str | HttpReply]:
        """Yield the data of each server-sent event; if the provider declines, yield its reply instead."""
        with _faults(endpoint):
            reply = await self._client.send(self._build(request, secrets), stream=True)
            try:
                if reply.status_code != httpx.codes.OK:
                    body = await reply.aread()
                    yield HttpReply(status=reply.status_code, body=body, headers=dict(reply.headers))
                    return
                async for line in reply.aiter_lines():
                    if line.startswith("data:"):
                        yield line[5:].strip()
            finally:
                await reply.aclose()

    def _build(self, request: HttpRequest, secrets: Mapping[str, str]) -> httpx.Request:
        headers = {"content-type": "application/json", **request.headers, **secrets}
        return self._client.build_request(request.method, request.url, content=request.body, headers=headers)


@contextmanager
def _faults(endpoint: Endpoint) -> Iterator[None]:
    """Say in our words what went wrong; only a failed connection is sure not to have been billed."""
    name = endpoint.name
    try:
        yield
    except httpx.TimeoutException as error:
        raise FaultError(_never_sent(endpoint, error) if _while_connecting(error) else _silent(name)) from error
    except (httpx.TransportError, httpx.DecodingError, PyreqwestError) as error:
        failure = _never_sent(endpoint, error) if _while_connecting(error) else _broken(name, error)
        raise FaultError(failure) from error
    except (httpx.InvalidURL, ValueError) as error:
        raise FaultError(
            Failure(kind="invalid", message=f"{name} has an unusable base_url ({error}): correct it", sent=False)
        ) from error


def _never_sent(endpoint: Endpoint, error: Exception) -> Failure:
    message = (
        f"{endpoint.name} could not be reached at {_host(endpoint.base_url)} ({_cause(error)}): check the network, "
        "a proxy in the environment, or base_url"
    )
    return Failure(kind="network", message=message, retryable=True, sent=False)


def _silent(name: str) -> Failure:
    return Failure(
        kind="timeout", message=f"{name} did not answer in time: try again, or raise --timeout", retryable=True
    )


def _broken(name: str, error: Exception) -> Failure:
    message = (
        f"the connection to {name} broke before its reply was whole ({_cause(error)}): the call may have been billed; "
        "the same command line continues"
    )
    return Failure(kind="network", message=message, retryable=True)


def _while_connecting(error: Exception) -> bool:
    """Tell a refused or stalled connection from silence after the request: the engine calls both a connect timeout."""
    return any("(Connect)" in cause for cause in _causes(error))


def _host(url: str) -> str:
    """Return scheme, host and port only: a base URL may hold a password."""
    parsed = httpx.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}"


def _cause(error: Exception) -> str:
    """Return the innermost reason; the outer ones repeat the URL."""
    return ([*_causes(error)] or [str(error) or type(error).__name__])[-1].removesuffix(".")[:200]


def _causes(error: Exception) -> list[str]:
    details = getattr(error.__cause__, "details", None) or {}
    return [str(cause.get("message", "")) for cause in details.get("causes") or []]
