"""`--choices` and `--schema`: what the model is told, what is printed, and what becomes of a reply that is neither."""

from __future__ import annotations

import csv
import io
import json

import pytest

from command import Scrimp
from fake_provider import FakeProvider, completion

SCHEMA = (
    '{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]}'
)
LABELS = "billing,Not a bug"


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("one.jsonl", '{"prompt": "a ticket"}\n')
    scrimp.file("schema.json", SCHEMA)
    return scrimp


@pytest.mark.parametrize(
    ("words", "reply", "output", "parsed"),
    [
        (("--choices", LABELS), "The answer is: Billing.", "billing", "billing"),
        (("--choices", LABELS), "**not a bug**", "Not a bug", "Not a bug"),
        (("--choices", LABELS), "billing", "billing", "billing"),
        (("--schema", "schema.json"), '```json\n{"name": "Tom"}\n```', '{"name": "Tom"}', {"name": "Tom"}),
        (("--schema", "schema.json"), 'Sure: {"name": "Tom", "age": null}', '{"name": "Tom"}', {"name": "Tom"}),
        (("--schema", "schema.json"), '{"name":"Tom"}', '{"name":"Tom"}', {"name": "Tom"}),
    ],
)
def test_the_label_or_the_json_alone_is_printed_and_the_completion_is_kept(
    ready: Scrimp, provider: FakeProvider, words: tuple[str, ...], reply: str, output: str, parsed: object
) -> None:
    provider.answer = lambda _: completion(reply)
    first, (row,) = ready("ask", "a ticket", *words), ready("run", "one.jsonl", *words).rows
    again = ready("ask", "a ticket", *words)
    text, table = (ready("run", "one.jsonl", "--out", out, *words).out for out in ("text", "csv"))

    assert (first.out, again.out, text, first.err) == (f"{output}\n", f"{output}\n", f"{output}\n", "")
    assert (row["output"], row["parsed"], row.get("raw", output)) == (output, parsed, reply)
    (cells,) = csv.DictReader(io.StringIO(table))
    assert (cells["output"], cells["parsed"]) == (
        output,
        parsed if isinstance(parsed, str) else output.replace(" ", ""),
    )
    assert len(provider.bodies) == 1


def test_there_is_a_column_for_the_parsed_value_only_where_there_can_be_one(ready: Scrimp) -> None:
    plain = ready("run", "one.jsonl", "--out", "csv").out
    none = ready("run", "one.jsonl", "--out", "tsv", "--limit", "0", "--choices", "a,b").out

    assert "parsed" not in plain.splitlines()[0].split(",")
    assert none.split("\t")[3:5] == ["output", "parsed"]


def test_a_check_reads_what_is_printed(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion('Here: {"name": "Tom"}')
    ran = ready("run", "one.jsonl", "--schema", "schema.json", "--check", 'grep -qx \'{"name": "Tom"}\'')

    assert (ran.status, json.loads(ran.out)["output"]) == (0, '{"name": "Tom"}')
