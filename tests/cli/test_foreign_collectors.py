"""Spans of a real run at a collector written by others, and the names under which LangSmith's own SDK writes them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from command import Scrimp
from fake_provider import FakeProvider, completion, error
from foreign_servers import installed, serving, takes_time
from outcomes import answered, entry
from scrimp.flows.sinks.spans import spans_of
from scrimp.values import Usage

pytestmark = [pytest.mark.foreign, takes_time]

ROWS = 300


def test_a_collector_of_others_reads_of_each_call_what_the_ledger_has(
    scrimp: Scrimp, provider: FakeProvider, tmp_path: Path
) -> None:
    def answer(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        text = body["messages"][-1]["content"]
        return error(400) if text.endswith("77") else completion(f"as to {text}", prompt_tokens=len(text))

    provider.answer = answer
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"straße {n}"}) + "\n" for n in range(ROWS)))
    log, program = tmp_path / "collector.log", installed("oteltap") / "oteltap"  # in Rust, prints each span as JSON
    with serving([program, "--port", "{port}"], health="/", healthy=404, log=log) as port:
        sink = f'[sinks.otel]\nendpoint = "http://127.0.0.1:{port}/v1/traces"\ncontent = true\ntimeout = "20s"\n'
        scrimp.provider(provider.url, more=sink)
        ran = scrimp("run", "rows.jsonl", "--tag", "team=north", "-j", "8")
    calls = scrimp("cost", "export").rows

    assert "sink otel" not in ran.err
    assert len(ran.rows) == ROWS
    told = [span["attributes"] for span in spans_in(log) if span["name"] != "row"]
    assert sorted(map(of_span, told)) == sorted(map(of_call, calls))
    assert {call["status"] for call in calls} == {"paid", "failed"}
    texts = [json.loads(each["gen_ai.output.messages"]) for each in told if "gen_ai.output.messages" in each]
    kept = [row["output"] for row in ran.rows if row["status"] == "ok"]
    assert sorted(message["parts"][0]["content"] for (message,) in texts) == sorted(kept)


def spans_in(log: Path) -> list[dict[str, Any]]:
    """Return the spans that were printed, each with its attributes by name."""
    spans = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [span | {"attributes": {each["key"]: plain(each["value"]) for each in span["attributes"]}} for span in spans]


def plain(value: dict[str, Any]) -> Any:
    ((kind, found),) = value.items()
    return int(found) if kind == "intValue" else found


def of_span(told: dict[str, Any]) -> tuple[Any, ...]:
    names = ("input_tokens", "output_tokens", "cache_read.input_tokens")
    tokens = [told.get(f"gen_ai.usage.{name}", -1) for name in names]
    cost, failed = told.get("scrimp.cost_usd", -1), told.get("error.type", "")
    return told["scrimp.status"], told["gen_ai.request.model"], *tokens, cost, failed, told["scrimp.tag.team"]


def of_call(call: dict[str, Any]) -> tuple[Any, ...]:
    tokens = [-1 if call[name] is None else call[name] for name in ("input", "output", "cache_read")]
    cost, failed = -1 if call["cost_usd"] is None else call["cost_usd"], call["http"] if call["error"] else ""
    return call["status"], call["model"], *tokens, cost, str(failed), call["tags"]["team"]


def test_langsmith_reads_these_names_as_its_own_exporter_writes_them() -> None:
    program = (
        "import json; from langsmith._internal.otel import _otel_exporter as exporter; "
        "print(json.dumps([value for name, value in vars(exporter).items() if name.isupper() and type(value) is str]))"
    )
    ran = subprocess.run([installed("langsmith") / "python", "-c", program], check=True, capture_output=True, text=True)
    row = answered(entries=[replace(entry(), http=200, usage=Usage(input=3, output=1))])
    (span,) = spans_of(row, {}, content=True, numbered=True)

    assert {
        "gen_ai.operation.name", "gen_ai.system", "gen_ai.request.model", "gen_ai.response.model",
        "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.response.finish_reasons",
    } <= set(json.loads(ran.stdout)) & set(span.attributes)  # fmt: skip
    assert {"gen_ai.prompt", "gen_ai.completion"} <= set(json.loads(ran.stdout))
    assert {"gen_ai.prompt.0.content", "gen_ai.completion.0.content"} <= set(span.attributes)
