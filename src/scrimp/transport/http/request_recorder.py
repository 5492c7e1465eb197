"""An HTTP client that sends nothing: it records each request as the real one would send it, and stops the call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.http.client import USER_AGENT, HttpClient, OnHead, request_headers

_ACCEPTED_ENCODINGS = "zstd,gzip,deflate,br"  # by reqwest, as built into the engine


class RequestRecordedError(Exception):
    """Ends a call instead of a reply."""


class RecordedRequest(Struct, frozen=True, kw_only=True):
    """A request with all its headers; `secret` names those that hold a key."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    secret: frozenset[str] = frozenset()


class RequestRecorder(HttpClient):
    """Stands in for the HTTP client and for providers without a socket."""

    def __init__(self) -> None:
        self.requests: list[RecordedRequest] = []

    async def close(self) -> None:
        """Close nothing."""

    async def send(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str], on_head: OnHead | None = None
    ) -> HttpReply:
        """Record the request; raise RequestRecordedError."""
        del endpoint, on_head
        engine = {
            "accept": "*/*", "user-agent": USER_AGENT, "accept-encoding": _ACCEPTED_ENCODINGS,
            "host": urlsplit(request.url).netloc.rpartition("@")[2], "content-length": str(len(request.body)),
        }  # fmt: skip
        self._record(request, {**engine, **_in_lower_case(request_headers(request, secrets))}, secrets)
        raise RequestRecordedError

    async def events(
        self, request: HttpRequest, endpoint: Endpoint, secrets: Mapping[str, str], on_head: OnHead | None = None
    ) -> AsyncIterator[str | HttpReply]:
        """Record the request of a streamed completion, whose headers are httpx's; raise RequestRecordedError."""
        del endpoint, on_head
        import httpx  # only for a stream, as in the client

        async with httpx.AsyncClient(trust_env=False) as client:
            built = client.build_request(
                request.method, request.url, content=request.body, headers=request_headers(request, secrets)
            )
        self._record(request, _in_lower_case(built.headers), secrets)
        if self.requests:  # always: a generator must have a `yield`
            raise RequestRecordedError
        yield ""

    def _record(self, request: HttpRequest, headers: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        self.requests.append(
            RecordedRequest(
                method=request.method, url=request.url, headers=headers, body=request.body,
                secret=frozenset(name.lower() for name in secrets),
            )
        )  # fmt: skip


class InProcessRecorder:
    """The same for a provider without a socket, such as the embedded model: it gets a request without headers."""

    def __init__(self, recorder: RequestRecorder) -> None:
        self._recorder = recorder

    async def open(self, *, stream: bool) -> None:
        """Open nothing."""

    async def send(self, request: HttpRequest) -> HttpReply:
        """Record the request; raise RequestRecordedError."""
        self._recorder.requests.append(
            RecordedRequest(method=request.method, url=request.url, headers=request.headers, body=request.body)
        )
        raise RequestRecordedError

    async def events(self, request: HttpRequest) -> AsyncIterator[str | HttpReply]:
        """Record the request; raise RequestRecordedError."""
        yield await self.send(request)

    def close(self) -> None:
        """Close nothing."""


def _in_lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
