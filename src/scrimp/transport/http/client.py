"""The HTTP client: sends requests, and turns the exceptions of pyreqwest and httpx into failures.

The engine is reqwest. It would read the variables of proxies itself, and pass by in silence what it cannot use.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import BuilderError, PyreqwestError
from pyreqwest.http import HeaderMap, Url
from pyreqwest.proxy import ProxyBuilder

from scrimp import __version__
from scrimp.errors import ConfigError
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.replies.event_stream import EventDecoder, starts_event_stream
from scrimp.transport.faults import FaultError
from scrimp.transport.http.certificates import (
    Certificate,
    accepted_certificates,
    extra_certificates,
)
from scrimp.transport.http.proxies import NO_PROXIES, Proxies, Proxy, read_proxies
from scrimp.transport.http.reply_headers import readable_headers
from scrimp.transport.http.wire_failures import failure_of, innermost_reason, reply_too_long

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from pyreqwest.request import RequestBuilder

    from scrimp.providers.batches.flow import FileRequest

# As in the official SDKs: a host that does not accept the connection in this time is down.
_CONNECT_SECONDS = 5.0
_IDLE_SECONDS = 60.0
# A stream is told by its first bytes. Each token of it comes with hundreds of bytes that are not kept, so it may be
# longer than a reply that comes whole, this many times.
_STREAM_STARTS_WITHIN, _STREAM_LENGTH = 1 << 16, 4
_REMEMBERED = 256  # addresses and headers of requests; most runs have one of them
OnHead = Callable[[Mapping[str, str]], None]
USER_AGENT = f"scrimp/{__version__}"


def build_engine(
    env: Mapping[str, str], *, timeout: float | None, warn: Callable[[str], None] = lambda _: None
) -> Client:  # fmt: skip
    """Return the pyreqwest client that opens the sockets; `timeout` is the longest wait for data, in seconds.

    It counts time in which this process is stopped as well; with None, the caller ends what takes too long.

    Raise ConfigError if the environment names a proxy or a certificate that cannot be used.
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
            f"no https address can be called ({innermost_reason(error)}): install your system's ca-certificates, or "
            "name a file of certificates in SSL_CERT_FILE"
        ) from error
    except RuntimeError as error:  # its threads could not be started
        raise ConfigError(f"no connection can be opened ({error}): raise `ulimit -n` and `ulimit -u`") from error


def _engine(timeout: float | None, proxies: Proxies, certificates: Sequence[Certificate]) -> Client:
    builder = (
        ClientBuilder()
        .connect_timeout(timedelta(seconds=_CONNECT_SECONDS))
        .pool_idle_timeout(timedelta(seconds=_IDLE_SECONDS))
        .follow_redirects(enable=False)  # a redirect would carry the key elsewhere
        .gzip(enable=True)
        .user_agent(USER_AGENT)
        .no_proxy()
    )
    if timeout is not None:
        builder = builder.read_timeout(timedelta(seconds=timeout))
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
        return innermost_reason(error)
    return ""


class HttpClient:
    """Sends requests to all providers; the key is added to a request only here."""

    def __init__(
        self, engine: Client, proxies: Proxies = NO_PROXIES, *, uploads: Callable[[], Client] | None = None,
        patience: float | None = None,
    ) -> None:  # fmt: skip
        """`proxies` are those the engine was built with; messages name the one that was in the way.

        `uploads` opens an engine without a timeout for files, which may take long while they move: `patience` is the
        most seconds in which nothing of one moves. Without it files have the engine's own.
        """
        self._engine, self._proxies = engine, proxies
        self._open_uploads, self._uploads, self._patience = uploads, engine if uploads is None else None, patience
        self._stream_client: httpx.AsyncClient | None = None
        self._parsed: dict[tuple[object, ...], tuple[Url, HeaderMap]] = {}

    async def close(self) -> None:
        """Close all connections."""
        if self._stream_client is not None:
            await self._stream_client.aclose()
        if self._uploads is not None and self._uploads is not self._engine:
            await self._uploads.close()
        await self._engine.close()

    async def send(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str], on_head: OnHead | None = None
    ) -> HttpReply:
        """Return the reply, whatever its status. Raise FaultError if it is not complete, or too long.

        `on_head` gets the headers before the rest has come.
        """
        with self._as_faults(endpoint):
            builder = self._begun(request, secrets).body_bytes(request.body)
            if on_head is not None:
                builder = builder.streamed_read_buffer_limit(0)  # or the head is handed over with the body's beginning
            async with builder.build_streamed() as reply:
                if on_head is not None:
                    on_head(dict(readable_headers(reply.headers)))
                body = await reply.body_reader.read(request.reply_limit + 1) or b""
                headers = dict(readable_headers(reply.headers))
        if len(body) > request.reply_limit:
            raise FaultError(reply_too_long(endpoint.name, request.reply_limit))
        return HttpReply(status=reply.status, body=bytes(body), headers=headers)

    async def send_file(
        self, request: FileRequest, endpoint: Endpoint, secrets: Mapping[str, str], file: Path
    ) -> HttpReply:
        """Send a request whose body is a file. Raise FaultError if its reply is not complete."""
        from scrimp.transport.http.files import send_file  # only batches send files

        with self._as_faults(endpoint):
            if self._uploads is None and self._open_uploads is not None:
                self._uploads = self._open_uploads()
            engine = self._uploads or self._engine
            return await send_file(engine, request, request_headers(request, secrets), file, self._patience)

    async def save(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str], file: Path,
        check: Callable[[int], None],
    ) -> HttpReply:  # fmt: skip
        """Write the body of a reply to a file, unless it is an error. Raise FaultError if it is not complete.

        `check` is called with the bytes so far, and raises if there are too many.
        """
        from scrimp.transport.http.files import save_reply  # only batches fetch files

        with self._as_faults(endpoint):
            return await save_reply(self._begun(request, secrets), file, check)

    async def events(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str], on_head: OnHead | None = None
    ) -> AsyncIterator[str | HttpReply]:
        """Yield the data of each server-sent event, or the whole reply if it is an error or not an event stream."""
        client = self._open_stream_client()
        with self._as_faults(endpoint):
            http_request = client.build_request(
                request.method, request.url, content=request.body, headers=request_headers(request, secrets)
            )
            reply = await client.send(http_request, stream=True)
            if on_head is not None:
                on_head(reply.headers)
            try:
                async for event in _events_of(reply, endpoint.name, request.reply_limit):
                    yield event
            finally:
                await reply.aclose()

    def _begun(self, request: HttpRequest, secrets: Mapping[str, str]) -> RequestBuilder:
        """Return a request without its body; the engine reads an address with its headers once for all calls to it."""
        place = request.url, *secrets.items(), *request.headers.items()
        if place not in self._parsed:
            if len(self._parsed) >= _REMEMBERED:
                self._parsed.clear()
            self._parsed[place] = Url(request.url), HeaderMap(request_headers(request, secrets))
        url, headers = self._parsed[place]
        return self._engine.request(request.method, url).headers(headers)

    def _as_faults(self, endpoint: Endpoint) -> _AsFaults:
        return _AsFaults(endpoint, self._proxies)

    def _open_stream_client(self) -> httpx.AsyncClient:
        if self._stream_client is None:
            import httpx  # slow to import, and only streams need it

            from scrimp.transport.http.streaming import EngineTransport

            # The engine enforces the timeouts.
            self._stream_client = httpx.AsyncClient(transport=EngineTransport(self._engine), timeout=None)  # noqa: S113 - see above
        return self._stream_client


class _AsFaults:
    """Turns the engine's exceptions, or httpx's that were raised from them, into FaultError.

    A class, not a generator: there is one for each call.
    """

    __slots__ = ("_endpoint", "_proxies")

    def __init__(self, endpoint: Endpoint, proxies: Proxies) -> None:
        self._endpoint, self._proxies = endpoint, proxies

    def __enter__(self) -> None:
        """Begin what may fail."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise FaultError in the place of an exception."""
        if isinstance(error, Exception):
            cause = error if isinstance(error, PyreqwestError) else error.__cause__
            raise FaultError(failure_of(self._endpoint, error, cause, self._proxies)) from error


async def _events_of(reply: httpx.Response, provider: str, limit: int) -> AsyncIterator[str | HttpReply]:
    """Yield the events of a reply as they arrive; the whole reply if it is an error, or JSON for a streamed call.

    Raise FaultError for a reply or an event longer than the limit in bytes, and for a stream many times as long.
    """
    decoder, body, streamed, size = EventDecoder(), bytearray(), False, 0
    async for chunk in reply.aiter_bytes():
        size += len(chunk)
        may_start = size - len(chunk) < _STREAM_STARTS_WITHIN
        piece = chunk  # what of it belongs to the stream
        if not streamed:
            body += chunk
            streamed = may_start and reply.status_code < 300 and starts_event_stream(bytes(body))
            piece = bytes(body) if streamed else b""
        for event in decoder.feed(piece) if streamed else ():
            yield event
        if decoder.done:
            return
        if max(len(body), decoder.pending) > limit or size > _STREAM_LENGTH * limit:
            raise FaultError(reply_too_long(provider, limit if size <= _STREAM_LENGTH * limit else size))
    if not streamed:
        yield HttpReply(status=reply.status_code, body=bytes(body), headers=dict(reply.headers))
    for event in decoder.end():
        yield event


def request_headers(request: HttpRequest | FileRequest, secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a request besides those that the engine adds; the user's own override the key's."""
    own = {"content-type": "application/json", "user-agent": USER_AGENT}
    own |= {name.lower(): value for name, value in secrets.items()}
    return own | {name.lower(): value for name, value in request.headers.items()}
