from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from command import Ran, Scrimp
from fake_provider import FakeProvider, completion, error
from scrimp.config.sink_tables import LONGEST_WAIT
from span_receiver import SpanReceiver, attributes, span_receiver

pytest.importorskip("opentelemetry.proto", reason="the extra otel is not installed")

ROWS = "".join(json.dumps({"text": f"a secret prompt {n}"}) + "\n" for n in range(12))


@pytest.fixture
def receiver() -> Iterator[SpanReceiver]:
    with span_receiver() as running:
        yield running


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", ROWS)
    return scrimp


def tell(scrimp: Scrimp, provider: FakeProvider, sink: str) -> None:
    """Configure a sink, which is waited for as long as may be unless it says for how long."""
    if "timeout" not in sink:
        sink = sink.replace("]\n", f']\ntimeout = "{LONGEST_WAIT:.0f}s"\n')
    scrimp.provider(provider.url, more=sink)


def warnings(ran: Ran) -> list[str]:
    return [line for line in ran.err.splitlines() if line.startswith("scrimp: warning: ")]


def test_a_span_tells_of_each_call_what_the_ledger_has_and_no_text(
    ready: Scrimp, provider: FakeProvider, receiver: SpanReceiver
) -> None:
    tell(ready, provider, f'[sinks.otel]\nendpoint = "{receiver.url}/v1/traces"\nheaders = {{ x-team = "north" }}\n')
    told: list[str] = []

    def answer(body: dict[str, object]) -> tuple[int, dict[str, str], bytes]:
        text = json.dumps(body)
        told.append(text)
        return error(500) if told.count(text) == 1 and "prompt 3" in text else completion("a secret completion")

    provider.answer = answer
    ran = ready("run", "rows.jsonl", "--user", "ada", "--route", "triage", "--tag", "team=north")
    calls = {call["call"]: call for call in ready("cost", "export").rows}

    assert (ran.status, warnings(ran), len(calls)) == (0, [], 13)
    spans = [span for span in receiver.spans if span.name != "row"]
    told_of = sorted((attributes(span).get("scrimp.cost_usd"), attributes(span)["scrimp.status"]) for span in spans)
    assert told_of == sorted((call["cost_usd"], call["status"]) for call in calls.values())
    (row,) = [span for span in receiver.spans if span.name == "row"]
    assert [span.parent_span_id for span in spans if span.trace_id == row.trace_id] == [row.span_id] * 2
    assert len({span.trace_id for span in spans}) == 12
    assert len({span.span_id for span in receiver.spans}) == 14
    (failed,) = [span for span in spans if span.status.code == 2]
    assert attributes(failed)["error.type"] == "500"
    paid = attributes(next(span for span in spans if span.status.code != 2))
    assert (paid["user.id"], paid["scrimp.route"], paid["scrimp.tag.team"]) == ("ada", "triage", "north")
    assert (paid["gen_ai.usage.input_tokens"], paid["gen_ai.usage.output_tokens"]) == (10, 2)
    for path, headers, body in receiver.requests:
        assert (path, headers["content-type"], headers["x-team"]) == ("/v1/traces", "application/x-protobuf", "north")
        assert b"secret" not in body
        assert ready.env["FAKE_KEY"].encode() not in body


def test_texts_are_told_only_where_the_config_asks_for_them(
    ready: Scrimp, provider: FakeProvider, receiver: SpanReceiver
) -> None:
    tell(ready, provider, f'[sinks.otel]\nendpoint = "{receiver.url}/v1/traces"\ncontent = true\n')
    provider.answer = lambda _: completion("a secret completion")
    assert ready("run", "rows.jsonl", "--system", "Be brief.", "--limit", "1").status == 0

    (span,) = receiver.spans
    told = attributes(span)
    (asked,), (said,) = json.loads(told["gen_ai.input.messages"]), json.loads(told["gen_ai.output.messages"])
    assert (asked["role"], asked["parts"][0]["content"]) == ("user", "a secret prompt 0")
    assert (said["role"], said["parts"][0]["content"]) == ("assistant", "a secret completion")
    assert json.loads(told["gen_ai.system_instructions"])[0]["content"] == "Be brief."


def test_a_run_from_the_cache_tells_nothing_and_a_prompt_of_ask_is_told(
    ready: Scrimp, provider: FakeProvider, receiver: SpanReceiver
) -> None:
    ready("run", "rows.jsonl")
    tell(ready, provider, f'[sinks.otel]\nendpoint = "{receiver.url}/v1/traces"\n')

    assert (ready("run", "rows.jsonl").status, receiver.spans) == (0, [])
    assert (ready("ask", "something new").status, len(receiver.spans)) == (0, 1)


@pytest.mark.parametrize("status", [0, 400, 503])
def test_a_sink_that_is_down_costs_a_run_nothing_and_is_said_once(
    ready: Scrimp, provider: FakeProvider, status: int
) -> None:
    with span_receiver(lambda _: status) as receiver:
        tell(ready, provider, f'[sinks.otel]\nendpoint = "{receiver.url}/v1/traces"\n')
        ran = ready("run", "rows.jsonl")

    assert (ran.status, len(ran.rows)) == (0, 12)
    (warning,) = warnings(ran)
    assert "sink otel was not told of 12 calls, which the ledger has: it " in warning
    assert ready.paid_calls()[0] == 12


NONSENSE = (
    b"\x00\xff" * 4000, b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\nshort", b"HTTP/1.1 999 \xff\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: 6\r\n\r\n<html>",
    b"HTTP/1.1 302 Found\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n",
)  # fmt: skip


@pytest.mark.parametrize("reply", NONSENSE)
def test_nonsense_from_a_sink_is_counted_and_costs_a_run_nothing(
    ready: Scrimp, provider: FakeProvider, reply: bytes
) -> None:
    with span_receiver(lambda _: reply) as receiver:
        tell(ready, provider, f'[sinks.otel]\nendpoint = "{receiver.url}/v1/traces"\n')
        ran = ready("run", "rows.jsonl")

    assert (ran.status, len(ran.rows)) == (0, 12)
    (warning,) = warnings(ran)
    assert "sink otel was not told of 12 calls, which the ledger has: it " in warning


def test_spans_that_a_collector_rejects_while_it_takes_the_others_are_counted(
    ready: Scrimp, provider: FakeProvider
) -> None:
    types = pytest.importorskip("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    body = types.ExportTraceServiceResponse(partial_success={"rejected_spans": 1}).SerializeToString()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: {len(body)}\r\n\r\n"
    with span_receiver(lambda _: head.encode() + body) as receiver:
        tell(ready, provider, f'[sinks.otel]\nendpoint = "{receiver.url}/v1/traces"\n')
        ran = ready("run", "rows.jsonl")

    (warning,) = warnings(ran)
    rejected = len(receiver.requests)  # one span of each, however many rows came in time for the first
    assert f"sink otel was not told of {rejected} call" in warning
    assert "which the ledger has: it took the others, and rejected these" in warning


def test_a_connection_that_closes_as_spans_come_loses_none_of_them(ready: Scrimp, provider: FakeProvider) -> None:
    with span_receiver(lambda number: 200 * (number % 2)) as receiver:
        tell(ready, provider, f'[sinks.otel]\nendpoint = "{receiver.url}/v1/traces"\n')
        ran = ready("run", "rows.jsonl")

    assert (ran.status, warnings(ran)) == (0, [])
    assert len({span.span_id for span in receiver.spans}) == 12


def test_a_sink_that_hangs_keeps_a_run_no_longer_than_its_timeout(ready: Scrimp, provider: FakeProvider) -> None:
    over = threading.Event()
    with span_receiver(lambda _: 200 * over.wait(100)) as receiver:
        tell(ready, provider, f'[sinks.otel]\nendpoint = "{receiver.url}/v1/traces"\ntimeout = "0.1s"\n')
        ran = ready("run", "rows.jsonl", timeout=50)
        over.set()

    assert (ran.status, len(ran.rows)) == (0, 12)
    assert "sink otel was not told of 12 calls, which the ledger has: it was not done in 0.1 s" in ran.err


def test_langsmith_and_other_names_get_their_keys_and_nobody_sees_them(
    ready: Scrimp, provider: FakeProvider, receiver: SpanReceiver
) -> None:
    key = "lsv2_pt_0123456789abcdef"
    ready.env |= {"LANGSMITH_API_KEY": key, "LANGSMITH_ENDPOINT": receiver.url, "OTHER_KEY": "abcdefgh12345678"}
    other = f'[sinks.other]\nendpoint = "{receiver.url}/x"\nkey_env = "OTHER_KEY"\n'
    tell(ready, provider, f'[sinks.langsmith]\nproject = "tickets"\n{other}')
    ran = ready("run", "rows.jsonl", "--limit", "1")
    requests = {path: headers for path, headers, _ in receiver.requests}

    assert requests.keys() == {"/otel/v1/traces", "/x"}
    assert requests["/otel/v1/traces"]["x-api-key"] == key
    assert requests["/otel/v1/traces"]["langsmith-project"] == "tickets"
    assert requests["/x"]["authorization"] == "Bearer abcdefgh12345678"
    assert key not in ran.err + ran.out + ready("config", "show").out

    del ready.env["LANGSMITH_API_KEY"]
    without = ready("run", "rows.jsonl", "--limit", "2")
    assert (without.status, warnings(without)) == (0, [
        "scrimp: warning: sinks.langsmith has no key: set LANGSMITH_API_KEY; the run goes on without it"
    ])  # fmt: skip


def test_variables_of_open_telemetry_say_where_it_is_but_do_not_turn_it_on(
    ready: Scrimp, provider: FakeProvider, receiver: SpanReceiver
) -> None:
    ready.env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": f"{receiver.url}/", "OTEL_EXPORTER_OTLP_HEADERS": "x-a=b%20c,x-d=e"}
    assert (ready("ask", "one").status, receiver.requests) == (0, [])
    tell(ready, provider, "[sinks.otel]\n")
    ready("ask", "two")

    ((path, headers, _),) = receiver.requests
    assert (path, headers["x-a"], headers["x-d"]) == ("/v1/traces", "b c", "e")
