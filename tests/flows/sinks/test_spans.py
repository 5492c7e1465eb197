"""Spans against OpenTelemetry's own names and its own encoder."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from outcomes import answered, entry, failed
from scrimp.flows.sinks.spans import PROVIDER_NAMES, spans_of
from scrimp.providers.presets import PRESETS
from scrimp.transport.http.otlp import Span, encoded
from scrimp.values import Message, Usage

pytest.importorskip("opentelemetry.proto", reason="the extra otel is not installed")

FULL = replace(
    entry(cost="0.0123"), call="c1", time=1_795_000_000.25, seconds=1.5, tier="simple", chain="careful", step=1,
    effort="low", route="triage", user="ada", tags={"team": "north", "ünï": "x"}, signature="t", batch="b-1",
    escalated=True, answered_by="gpt-6-luna-2026", http=200,
    usage=Usage(input=100, output=9, cache_read=40, cache_write=10, reasoning=3),
)  # fmt: skip
ROW = answered(entries=[replace(entry(cost="0", status="failed"), call="c0", http=429, error="slow down"), FULL])
LOST = failed(entries=[replace(entry(cost=None, status="lost"), call="c2")])


def every_span() -> list[Span]:
    talk = replace(ROW, prompt=replace(ROW.prompt, system="Be brief.", history=(Message("user", "hi"),)))
    return [*spans_of(talk, {"openai": "api.openai.com"}, content=True), *spans_of(LOST, {}, content=False)]


def test_names_of_attributes_and_providers_are_those_of_the_conventions() -> None:
    gen_ai = pytest.importorskip("opentelemetry.semconv._incubating.attributes.gen_ai_attributes")
    error_attributes = pytest.importorskip("opentelemetry.semconv.attributes.error_attributes")
    server_attributes = pytest.importorskip("opentelemetry.semconv.attributes.server_attributes")
    modules = (gen_ai, error_attributes, server_attributes)
    known = {value for module in modules for name, value in vars(module).items() if name.isupper()}
    known |= {"session.id", "user.id"}
    named = {name for span in every_span() for name in span.attributes if not name.startswith("scrimp.")}

    assert named <= known
    assert {"gen_ai.input.messages", "error.type", "server.address", "gen_ai.usage.cache_read.input_tokens"} <= named
    values = {each.value for each in gen_ai.GenAiProviderNameValues}
    assert set(PROVIDER_NAMES.values()) <= values
    own = {
        PROVIDER_NAMES.get(name, name)
        for name in ("openai", "anthropic", "gemini", "deepseek", "mistral", "groq", "xai")
    }
    assert own <= values
    assert set(PROVIDER_NAMES) <= set(PRESETS)


def test_the_bytes_mean_what_open_telemetrys_own_encoder_makes_of_the_same_spans() -> None:
    types = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    encoder = pytest.importorskip("opentelemetry.exporter.otlp.proto.common.trace_encoder")
    theirs = encoder.encode_spans([_readable(span) for span in every_span()])
    ours = types.ExportTraceServiceRequest.FromString(encoded(every_span()))

    expected, found = (sorted(map(_comparable, _all_spans(message)), key=str) for message in (theirs, ours))
    assert found == expected
    assert len(found) == 4


def test_times_costs_and_what_is_unknown_are_told_as_they_are() -> None:
    row, first, kept, lost = every_span()

    assert (kept.start, kept.end - kept.start) == (1_795_000_000_250_000_000, 1_500_000_000)
    assert kept.attributes["scrimp.cost_usd"] == float(Decimal("0.0123"))
    assert "scrimp.cost_usd" not in lost.attributes
    assert (first.error, kept.error) == ("slow down", None)
    assert lost.error == "lost: no reply came, and it may have been billed"
    assert (row.parent_id, first.parent_id, kept.parent_id, lost.parent_id) == (b"", row.span_id, row.span_id, b"")
    assert kept.attributes["gen_ai.response.model"] == "gpt-6-luna-2026"
    assert kept.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert "gen_ai.input.messages" not in first.attributes
    assert spans_of(ROW, {}, content=False) is not None
    assert [span.span_id for span in spans_of(ROW, {}, content=False)] == [row.span_id, first.span_id, kept.span_id]


def test_langsmith_gets_each_message_under_its_number_and_names_of_any_bytes_are_sent() -> None:
    talk = replace(ROW, prompt=replace(ROW.prompt, system="Be brief.", history=(Message("assistant", "hi"),)))
    *_, kept = spans_of(talk, {}, content=True, numbered=True)

    told = {name: value for name, value in kept.attributes.items() if re.match(r"gen_ai\.(prompt|completion)\.", name)}
    assert told == {
        "gen_ai.prompt.0.role": "system", "gen_ai.prompt.0.content": "Be brief.",
        "gen_ai.prompt.1.role": "assistant", "gen_ai.prompt.1.content": "hi", "gen_ai.prompt.2.role": "user",
        "gen_ai.prompt.2.content": "x", "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": "billing",
    }  # fmt: skip
    assert encoded([replace(kept, attributes={"user.id": "a\udcff"}, error="b\udcff")])


def _readable(span: Span) -> Any:
    sdk, api = pytest.importorskip("opentelemetry.sdk.trace"), pytest.importorskip("opentelemetry.trace")

    def context(span_id: bytes) -> Any:
        trace_id, flags = int.from_bytes(span.trace_id), api.TraceFlags(1)
        return api.SpanContext(trace_id, int.from_bytes(span_id), is_remote=False, trace_flags=flags)

    return sdk.ReadableSpan(
        name=span.name, context=context(span.span_id), parent=context(span.parent_id) if span.parent_id else None,
        attributes=span.attributes, kind=api.SpanKind.CLIENT if span.client else api.SpanKind.INTERNAL,
        start_time=span.start, end_time=span.end,
        status=api.Status() if span.error is None else api.Status(api.StatusCode.ERROR, span.error),
    )  # fmt: skip


def _all_spans(message: Any) -> list[Any]:
    return [span for resource in message.resource_spans for scope in resource.scope_spans for span in scope.spans]


def _comparable(span: Any) -> tuple[Any, ...]:
    return (
        span.trace_id, span.span_id, span.parent_span_id, span.name, span.kind, span.start_time_unix_nano,
        span.end_time_unix_nano, span.status.code, span.status.message,
        sorted((pair.key, str(pair.value)) for pair in span.attributes),
    )  # fmt: skip
