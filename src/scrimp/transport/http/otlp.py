"""Posting spans by OTLP over HTTP, in the message types that OpenTelemetry publishes (extra `otel`)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from scrimp import __version__
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.transport.faults import FaultError
from scrimp.transport.http.client import HttpClient, build_engine
from scrimp.transport.http.proxies import read_proxies

if TYPE_CHECKING:
    from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

AttributeValue: TypeAlias = str | bool | int | float | tuple[str, ...]
# https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes, and those that LangSmith names.
_RETRYABLE = frozenset((408, 425, 429, 500, 502, 503, 504))


class Span(Struct, frozen=True, kw_only=True):
    """A span: what happened between two moments, in nanoseconds since the epoch."""

    trace_id: bytes  # 16
    span_id: bytes  # 8
    parent_id: bytes = b""
    name: str
    client: bool  # whether it is a call of something else
    start: int
    end: int
    attributes: Mapping[str, AttributeValue]
    error: str | None = None  # what went wrong


class SpanRefusal(Struct, frozen=True):
    """Why spans were not taken, and whether they may be later."""

    reason: str
    retryable: bool
    spans: int | None = None  # how many of the request; None for all


def has_otlp() -> bool:
    """Return whether the message types are installed."""
    from importlib.util import find_spec  # only where there is a sink

    try:
        return find_spec("opentelemetry.proto.collector.trace.v1") is not None
    except ModuleNotFoundError:
        return False


def encoded(spans: Sequence[Span]) -> bytes:
    """Return the request that carries the spans."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
        ExportTraceServiceRequest,
    )  # 30 ms, only where there is a sink

    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    _add(resource.resource.attributes, {"service.name": "scrimp", "service.version": __version__})
    scope = resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "scrimp", __version__
    for span in spans:
        message = scope.spans.add(
            trace_id=span.trace_id, span_id=span.span_id, parent_span_id=span.parent_id, name=_well_formed(span.name),
            kind="SPAN_KIND_CLIENT" if span.client else "SPAN_KIND_INTERNAL", start_time_unix_nano=span.start,
            end_time_unix_nano=span.end, flags=1,
        )  # fmt: skip
        _add(message.attributes, span.attributes)
        if span.error is not None:
            message.status.code, message.status.message = 2, _well_formed(span.error)  # STATUS_CODE_ERROR
    return bytes(request.SerializeToString())


def _add(pairs: RepeatedCompositeFieldContainer, attributes: Mapping[str, AttributeValue]) -> None:
    for key, value in attributes.items():
        pair = pairs.add(key=key)
        if isinstance(value, bool):
            pair.value.bool_value = value
        elif isinstance(value, str):
            pair.value.string_value = _well_formed(value)
        elif isinstance(value, int):
            pair.value.int_value = value
        elif isinstance(value, float):
            pair.value.double_value = value
        else:
            for each in value:
                pair.value.array_value.values.add(string_value=_well_formed(each))


def _well_formed(text: str) -> str:
    """Return a text without lone surrogates, which the bytes of a name may be."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _refusal_in(reply: HttpReply) -> SpanRefusal | None:
    """Return the refusal in a reply with a success status: a web page, or rejected spans."""
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/html":
        return SpanRefusal("it answered with a page for people: its address takes no spans", retryable=False)
    if kind != "application/x-protobuf" or not reply.body:
        return None
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    try:
        rejected = ExportTraceServiceResponse.FromString(reply.body).partial_success.rejected_spans
    except DecodeError:  # its status says that they were taken
        return None
    if rejected <= 0:
        return None
    return SpanRefusal("it took the others, and rejected these", retryable=False, spans=rejected)


class SpanPoster:
    """Posts spans to one address, from one thread, over connections that are kept."""

    def __init__(
        self, url: str, headers: Mapping[str, str], env: Mapping[str, str], *, name: str, longest: float
    ) -> None:
        """`longest` bounds each request, in seconds; `name` is that of the sink."""
        self._loop = asyncio.new_event_loop()
        self._client = HttpClient(build_engine(env, timeout=longest), read_proxies(env))
        self._endpoint = Endpoint(name=name, dialect="openai", base_url=url)
        self._headers = {"content-type": "application/x-protobuf", **headers}
        self._longest = longest

    def encoded(self, spans: Sequence[Span]) -> bytes:
        """Return the request that carries the spans. Raise where one cannot be told, as by a number too large."""
        return encoded(spans)

    def post(self, request: bytes) -> SpanRefusal | None:
        """Post a request; return why its spans were not taken, None if they were."""
        return self._loop.run_until_complete(self._post(request))

    async def _post(self, body: bytes) -> SpanRefusal | None:
        request = HttpRequest(url=self._endpoint.base_url, body=body, headers=self._headers)
        try:
            async with asyncio.timeout(self._longest):
                reply = await self._sent(request)
        except TimeoutError:
            return SpanRefusal(f"it did not answer in {self._longest:g} s", retryable=True)
        except FaultError as fault:
            slow = fault.failure.kind == "timeout"
            reason = f"it did not answer in {self._longest:g} s" if slow else "it could not be reached, or broke off"
            return SpanRefusal(reason, retryable=True)
        if 200 <= reply.status < 300:
            return _refusal_in(reply)
        return SpanRefusal(f"it answered with status {reply.status}", retryable=reply.status in _RETRYABLE)

    async def _sent(self, request: HttpRequest) -> HttpReply:
        """Return the reply to a request, sent again at once where its connection broke off.

        A server may close a kept connection just as a request comes; spans that come twice have the same ids.
        """
        try:
            return await self._client.send(request, self._endpoint, {})
        except FaultError as fault:
            if fault.failure.kind == "timeout":
                raise
        return await self._client.send(request, self._endpoint, {})

    def close(self) -> None:
        """Close the connections."""
        self._loop.run_until_complete(self._client.close())
        self._loop.close()
