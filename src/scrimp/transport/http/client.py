"""HTTP: pyreqwest's engine, httpx over it for streams; foreign failures become ours here.

Bulk calls go to the engine directly: httpx's client in between takes four tenths of the time a call costs this process
(`tests/bench`). The engine is reqwest's: it reads HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY from the environment
itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import BuilderError, PyreqwestError, RequestTimeoutError

from scrimp import __version__
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.transport.http.certificates import extra_certificates
from scrimp.values import Failure

if TYPE_CHECKING:
    import httpx

# As the official SDKs: a host that does not take the connection in this time is down.
_CONNECT_SECONDS = 5.0
_HELD_OPEN_SECONDS = 60.0


def engine(env: Mapping[str, str], *, timeout: float) -> Client:
    """Build the client that really opens sockets; `timeout` is the longest silence, in seconds."""
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
    return builder.build()


class HttpClient:
    """One client for all providers; the key joins a request here and nowhere else."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._streams: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._streams is not None:
            await self._streams.aclose()
        await self._client.close()

    async def send(self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]) -> HttpReply:
        """Return the reply, whatever its status; raise FaultError if there was none."""
        with _faults(endpoint):
            builder = self._client.request(request.method, request.url).headers(_headers(request, secrets))
            reply = await builder.body_bytes(request.body).build().send()
            body = await reply.bytes()
            return HttpReply(status=reply.status, body=body.to_bytes(), headers=dict(reply.headers.items()))

    async def events(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]
    ) -> AsyncIterator[str | HttpReply]:
        """Yield the data of each server-sent event; if the provider declines, yield its reply instead."""
        client = self._streaming()
        with _faults(endpoint):
            asking = client.build_request(
                request.method, request.url, content=request.body, headers=_headers(request, secrets)
            )
            reply = await client.send(asking, stream=True)
            try:
                if reply.status_code != 200:
                    body = await reply.aread()
                    yield HttpReply(status=reply.status_code, body=body, headers=dict(reply.headers))
                    return
                async for line in reply.aiter_lines():
                    if line.startswith("data:"):
                        yield line[5:].strip()
            finally:
                await reply.aclose()

    def _streaming(self) -> httpx.AsyncClient:
        if self._streams is None:
            import httpx  # noqa: PLC0415 - bulk calls do without

            from scrimp.transport.http.streaming import EngineTransport  # noqa: PLC0415

            # The engine keeps the time limits.
            self._streams = httpx.AsyncClient(transport=EngineTransport(self._client), timeout=None)  # noqa: S113 - see above
        return self._streams


def _headers(request: HttpRequest, secrets: Mapping[str, str]) -> dict[str, str]:
    return {"content-type": "application/json", **request.headers, **secrets}


@contextmanager
def _faults(endpoint: Endpoint) -> Iterator[None]:
    """Say in our words what went wrong; only a failed connection is sure not to have been billed.

    httpx's exceptions are known by what they were raised from: the engine's own.
    """
    try:
        yield
    except Exception as error:
        cause = error if isinstance(error, PyreqwestError) else error.__cause__
        raise FaultError(_failure(endpoint, error, cause)) from error


def _failure(endpoint: Endpoint, error: Exception, cause: BaseException | None) -> Failure:
    """Return what an exception means; raise it again where it is neither the engine's nor about the URL."""
    if isinstance(cause, BuilderError) or (cause is None and _about_the_url(error)):
        message = f"{endpoint.name} has an unusable base_url ({error}): correct it"
        return Failure(kind="invalid", message=message, sent=False)
    if not isinstance(cause, PyreqwestError):
        raise error
    if any("(Connect)" in reason for reason in _reasons(cause)):
        return _never_sent(endpoint, cause)
    # Silence after the request is called a connect timeout, too: only the word above proves that nothing was sent.
    return _silent(endpoint.name) if isinstance(cause, RequestTimeoutError) else _broken(endpoint.name, cause)


def _about_the_url(error: Exception) -> bool:
    return isinstance(error, ValueError) or type(error).__name__ in ("InvalidURL", "UnsupportedProtocol")


def _never_sent(endpoint: Endpoint, error: PyreqwestError) -> Failure:
    message = (
        f"{endpoint.name} could not be reached at {_host(endpoint.base_url)} ({_cause(error)}): check the network, "
        "a proxy in the environment, or base_url"
    )
    return Failure(kind="network", message=message, sent=False)


def _silent(name: str) -> Failure:
    return Failure(kind="timeout", message=f"{name} did not answer in time: try again, or raise --timeout")


def _broken(name: str, error: PyreqwestError) -> Failure:
    message = (
        f"the connection to {name} broke before its reply was whole ({_cause(error)}): the call may have been billed; "
        "rerun the same command to resume"
    )
    return Failure(kind="network", message=message)


def _host(url: str) -> str:
    """Return scheme, host and port only: a base URL may hold a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _cause(error: PyreqwestError) -> str:
    """Return the innermost reason; the outer ones repeat the URL."""
    return ([*_reasons(error)] or [str(error) or type(error).__name__])[-1].removesuffix(".")[:200]


def _reasons(error: PyreqwestError) -> list[str]:
    details = getattr(error, "details", None) or {}
    return [str(cause.get("message", "")) for cause in details.get("causes") or []]
