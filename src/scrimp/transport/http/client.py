"""The HTTP client: sends requests, and turns the exceptions of pyreqwest and httpx into failures.

The engine is reqwest. It would read the variables of proxies itself, and pass by in silence what it cannot use.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import BuilderError, PyreqwestError, RequestTimeoutError
from pyreqwest.http import Url
from pyreqwest.proxy import ProxyBuilder

from scrimp import __version__
from scrimp.errors import ConfigError
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.replies.event_stream import EventDecoder, starts_event_stream
from scrimp.transport.faults import FaultError
from scrimp.transport.http.certificates import (
    Certificate,
    accepted_certificates,
    advice_on_refusal,
    extra_certificates,
)
from scrimp.transport.http.proxies import NO_PROXIES, Proxies, Proxy, read_proxies
from scrimp.transport.http.reply_headers import readable_headers
from scrimp.values import Failure

if TYPE_CHECKING:
    import httpx

# As in the official SDKs: a host that does not accept the connection in this time is down.
_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 60.0
USER_AGENT = f"scrimp/{__version__}"


def build_engine(
    env: Mapping[str, str], *, timeout: float, warn: Callable[[str], None] = lambda _: None
) -> Client:  # fmt: skip
    """Return the pyreqwest client that opens the sockets; `timeout` is the longest wait for data, in seconds.

    Raise ConfigError where the environment names a proxy or a certificate that cannot be used.
    """
    proxies, certificates = read_proxies(env), extra_certificates(env)
    for warning in proxies.warnings():
        warn(warning)
    try:
        try:
            return _engine(timeout, proxies, certificates)
        except BuilderError:  # says that one certificate is refused, not which
            return _engine(timeout, proxies, accepted_certificates(certificates, refusal, warn))
    except BuilderError as error:
        raise ConfigError(
            f"no https address can be called ({_innermost_reason(error)}): install your system's ca-certificates, or "
            "name a file of certificates in SSL_CERT_FILE"
        ) from error
    except RuntimeError as error:  # its threads could not be started
        raise ConfigError(f"no connection can be opened ({error}): raise `ulimit -n` and `ulimit -u`") from error


def _engine(timeout: float, proxies: Proxies, certificates: Sequence[Certificate]) -> Client:
    builder = (
        ClientBuilder()
        .connect_timeout(timedelta(seconds=_CONNECT_SECONDS))
        .read_timeout(timedelta(seconds=timeout))
        .pool_idle_timeout(timedelta(seconds=_IDLE_SECONDS))
        .follow_redirects(enable=False)  # a redirect would carry the key elsewhere
        .gzip(enable=True)
        .user_agent(USER_AGENT)
        .no_proxy()
    )
    if proxies.by_scheme:
        builder = builder.proxy(_proxy_builder(proxies))
    for certificate in certificates:
        builder = builder.add_root_certificate_pem(certificate.pem)
    return builder.build()


def _proxy_builder(proxies: Proxies) -> ProxyBuilder:
    """Return how the engine finds the proxy of an address; raise ConfigError for a proxy that it cannot use."""
    urls = {proxy.variable: engine_url(proxy) for proxy in proxies.by_scheme.values()}

    def proxy_of(url: Url) -> Url | None:
        proxy = proxies.proxy_of(url.scheme, url.host_str or "", url.port)
        return None if proxy is None else urls[proxy.variable]

    return ProxyBuilder.custom(proxy_of)


def engine_url(proxy: Proxy) -> Url:
    """Return the address of a proxy for the engine; raise ConfigError if the engine does not take it."""
    try:
        return Url(proxy.url)
    except ValueError as error:
        raise ConfigError(f"{proxy.variable} is not the address of a proxy ({error}): correct it") from error


def refusal(certificate: bytes) -> str:
    """Return why the engine does not take a certificate, which it says of all of them together; nothing if it does."""
    try:
        ClientBuilder().add_root_certificate_pem(certificate).build()
    except BuilderError as error:
        return _innermost_reason(error)
    return ""


class HttpClient:
    """Sends requests to all providers; the key is added to a request only here."""

    def __init__(self, engine: Client, proxies: Proxies = NO_PROXIES) -> None:
        """`proxies` are those the engine was built with; messages name the one that was in the way."""
        self._engine, self._proxies = engine, proxies
        self._stream_client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._stream_client is not None:
            await self._stream_client.aclose()
        await self._engine.close()

    async def send(self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]) -> HttpReply:
        """Return the reply, whatever its status. Raise FaultError if there is no complete reply."""
        with self._as_faults(endpoint):
            builder = self._engine.request(request.method, request.url).headers(request_headers(request, secrets))
            reply = await builder.body_bytes(request.body).build().send()
            body = await reply.bytes()
            return HttpReply(status=reply.status, body=body.to_bytes(), headers=dict(readable_headers(reply.headers)))

    async def events(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str]
    ) -> AsyncIterator[str | HttpReply]:
        """Yield the data of each server-sent event, or the whole reply if it is an error or not an event stream."""
        client = self._open_stream_client()
        with self._as_faults(endpoint):
            http_request = client.build_request(
                request.method, request.url, content=request.body, headers=request_headers(request, secrets)
            )
            reply = await client.send(http_request, stream=True)
            try:
                async for event in _events_of(reply):
                    yield event
            finally:
                await reply.aclose()

    @contextmanager
    def _as_faults(self, endpoint: Endpoint) -> Iterator[None]:
        """Turn the engine's exceptions, or httpx's that were raised from them, into FaultError."""
        try:
            yield
        except Exception as error:
            cause = error if isinstance(error, PyreqwestError) else error.__cause__
            raise FaultError(_failure(endpoint, error, cause, self._proxies)) from error

    def _open_stream_client(self) -> httpx.AsyncClient:
        if self._stream_client is None:
            import httpx  # noqa: PLC0415 - slow to import, and only streams need it

            from scrimp.transport.http.streaming import EngineTransport  # noqa: PLC0415

            # The engine enforces the timeouts.
            self._stream_client = httpx.AsyncClient(transport=EngineTransport(self._engine), timeout=None)  # noqa: S113 - see above
        return self._stream_client


async def _events_of(reply: httpx.Response) -> AsyncIterator[str | HttpReply]:
    """Yield the events of a reply as they arrive; the whole reply if it is an error, or JSON for a streamed call."""
    decoder, body, streamed = EventDecoder(), b"", False
    async for chunk in reply.aiter_bytes():
        body = chunk if streamed else body + chunk
        streamed = streamed or (reply.status_code < 300 and starts_event_stream(body))
        if not streamed:
            continue
        for event in decoder.feed(body):
            yield event
        if decoder.done:
            return
    if not streamed:
        yield HttpReply(status=reply.status_code, body=body, headers=dict(reply.headers))
    for event in decoder.end():
        yield event


def request_headers(request: HttpRequest, secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request besides those that the engine adds; those that the user set go before the key."""
    own = {"content-type": "application/json", "user-agent": USER_AGENT}
    own |= {name.lower(): value for name, value in secrets.items()}
    return own | {name.lower(): value for name, value in request.headers.items()}


def _failure(endpoint: Endpoint, error: Exception, cause: BaseException | None, proxies: Proxies) -> Failure:
    """Return the failure an exception means; raise it again if it is neither from the engine nor about the URL."""
    if isinstance(cause, BuilderError) or (cause is None and _is_url_error(error)):
        message = f"{endpoint.name} has an unusable base_url ({error}): correct it"
        return Failure(kind="invalid", message=message, sent=False)
    if not isinstance(cause, PyreqwestError):
        raise error
    if any("(Connect)" in reason for reason in _reasons(cause)):
        return _unreachable(endpoint, cause, proxies)
    # Silence after the request was sent raises ConnectTimeoutError, too: only "(Connect)" proves that it was not.
    return (
        _timed_out(endpoint.name) if isinstance(cause, RequestTimeoutError) else _connection_lost(endpoint.name, cause)
    )


def _is_url_error(error: Exception) -> bool:
    return isinstance(error, ValueError) or type(error).__name__ in ("InvalidURL", "UnsupportedProtocol")


def _unreachable(endpoint: Endpoint, error: PyreqwestError, proxies: Proxies) -> Failure:
    parts = urlsplit(endpoint.base_url)
    proxy = proxies.proxy_of(parts.scheme, parts.hostname or "", parts.port)
    reason = _innermost_reason(error)
    address, advice = _host(endpoint.base_url), "check the network, or base_url"
    if proxy is not None:
        address += f" through {proxy.shown}"
        advice = f"check {proxy.variable}, or name {parts.hostname} in NO_PROXY"
    advice = advice_on_refusal(reason) or advice
    message = f"{endpoint.name} could not be reached at {address} ({reason}): {advice}"
    return Failure(kind="network", message=message, sent=False)


def _timed_out(name: str) -> Failure:
    return Failure(kind="timeout", message=f"{name} did not answer in time: try again, or raise --timeout")


def _connection_lost(name: str, error: PyreqwestError) -> Failure:
    message = (
        f"the connection to {name} broke before the reply was complete ({_innermost_reason(error)}): the call may "
        "have been billed; rerun the same command to resume"
    )
    return Failure(kind="network", message=message)


def _host(url: str) -> str:
    """Return only scheme, host and port: a base URL may contain a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _innermost_reason(error: PyreqwestError) -> str:
    """Return the innermost reason of an exception; the outer ones repeat the URL."""
    return ([*_reasons(error)] or [str(error) or type(error).__name__])[-1].removesuffix(".")[:200]


def _reasons(error: PyreqwestError) -> list[str]:
    details = getattr(error, "details", None) or {}
    return [str(cause.get("message", "")) for cause in details.get("causes") or []]
