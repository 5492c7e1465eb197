"""`--choices` and `--schema`: what the model is told, what is printed, and what becomes of a reply that is neither."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from command import Scrimp, provider_table
from fake_provider import FakeProvider, completion, error

SCHEMA = (
    '{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]}'
)
LABELS = "billing,Not a bug"
NARROWER = (
    "scrimp: warning: fake takes a narrower kind of JSON schema, so yours is sent with optional properties as null, "
    "with objects closed; completions are checked against your own\n"
)


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

    assert (first.out, again.out, text, again.err) == (f"{output}\n", f"{output}\n", f"{output}\n", "")
    assert first.err == (NARROWER if "--schema" in words else "")
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


def systems(provider: FakeProvider) -> list[str | None]:
    return [
        next((turn["content"] for turn in body["messages"] if turn["role"] == "system"), None)
        for body in provider.bodies
    ]


def test_the_model_is_told_the_labels_unless_the_prompt_names_them(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion("billing")
    said = "Reply with exactly one of these labels and nothing else: billing, Not a bug."
    ready("ask", "a ticket", "--choices", LABELS)
    ready("ask", "a ticket", "--choices", LABELS, "--system", "Be brief.", "--compress", "off")
    ready("ask", "billing, or not a bug?", "--choices", LABELS)
    ready("ask", "a ticket", "--choices", LABELS, "--choices-text", "One of: {choices}")
    ready.env["SCRIMP_CHOICES_TEXT"] = "Choose: {choices}"
    ready("ask", "a ticket", "--choices", LABELS)

    assert systems(provider) == [
        said,
        f"Be brief.\n\n{said}",
        None,
        "One of: billing, Not a bug",
        "Choose: billing, Not a bug",
    ]
    assert provider.prompts == ["a ticket", "a ticket", "billing, or not a bug?", "a ticket", "a ticket"]


def test_what_was_said_is_part_of_the_cache_key_and_a_prompt_that_names_its_labels_keeps_its_own(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer = lambda _: completion("billing")
    named, bare = "billing, or not a bug?", "a ticket"
    for prompt in (named, bare):
        ready("ask", prompt, "--choices", LABELS, "--choices-text", "")
    for words in ((), ("--choices-text", "One of: {choices}"), ()):
        ready("ask", bare, "--choices", LABELS, *words)
    found = ready("ask", named, "--choices", LABELS, "--cache", "only")

    assert (found.status, len(provider.bodies)) == (0, 4)


def test_the_sentence_is_not_part_of_what_is_compressed(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion("billing")
    ready.file("json.txt", '{"a":   1,\n   "b":   [1,   2]}\n' * 20)
    words = ("run", "json.txt", "--format", "text", "--choices", LABELS, "--choices-text", "Labels:   {choices}\n\n\n.")
    (row,) = ready(*words, "--cache", "off").rows
    (plain,) = ready(*words[:-2], "--choices-text", "", "--cache", "off").rows

    assert systems(provider)[0] == "Labels:   billing, Not a bug\n\n\n."
    saved = [each["compressed"]["before"] - each["compressed"]["after"] for each in (row, plain)]
    assert saved[0] == saved[1] > 0


def test_an_estimate_counts_the_sentence(ready: Scrimp) -> None:
    with_it, without = (
        json.loads(ready("estimate", "one.jsonl", "--json", "--choices", LABELS, *words).out)["work"]
        for words in ((), ("--choices-text", ""))
    )

    assert 10 < with_it["input"] - without["input"] < 40
    assert with_it["saved_input"] == without["saved_input"] == 0


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (
            '{"type": "object", "properties": {"age": {"type": "int"}}}',
            "properties/age/type: 'int' is not a type; types are",
        ),
        ("name, age integr", "'integr' in 'age integr' is not a type"),
        ("nowhere.json", "nowhere.json cannot be read"),
        ('{"$ref": "https://example.com/s.json"}', "another document"),
    ],
)
@pytest.mark.parametrize("command", ["run", "estimate", "route", "ask"])
def test_a_schema_that_is_none_costs_nothing_and_says_what_is_wrong(
    ready: Scrimp, provider: FakeProvider, command: str, schema: str, words: str
) -> None:
    ready.file("out.jsonl", "earlier results\n")
    more = ("-o", "out.jsonl") if command == "run" else ()
    ran = ready(command, "a ticket" if command == "ask" else "one.jsonl", "--schema", schema, *more)

    assert (ran.status, ran.out, len(ran.err.splitlines())) == (2, "", 1), ran.err
    assert words in ran.err
    assert (ready.cwd / "out.jsonl").read_text() == "earlier results\n"
    assert provider.bodies == []


def test_a_label_with_a_comma_is_in_quotes_on_the_command_line_and_as_the_model_is_told_it(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer = lambda _: completion('"Rent, heating"')
    (row,) = ready("run", "one.jsonl", "--choices", ' "Rent, heating", food,"so-called ""fun""" ').rows
    unclosed = ready("run", "one.jsonl", "--choices", 'food,"Rent, heating')

    assert (row["output"], row["parsed"]) == ("Rent, heating", "Rent, heating")
    assert ': "Rent, heating", food, so-called "fun".' in provider.bodies[0]["messages"][0]["content"]
    assert (unclosed.status, unclosed.err) == (
        2, "scrimp: --choices: a quote at character 6 does not close before a comma: close it\n",
    )  # fmt: skip


@pytest.mark.parametrize("command", ["run", "ask"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--choices", LABELS, "--schema", "name"), "--choices and --schema cannot be combined"),
        (("--choices-text", "One of: {choices}"), "--choices-text states the labels of --choices: add --choices"),
    ],
)
def test_flags_of_which_one_would_do_nothing_are_refused(
    ready: Scrimp, provider: FakeProvider, command: str, words: tuple[str, ...], said: str
) -> None:
    ran = ready(command, "a ticket" if command == "ask" else "one.jsonl", *words)

    assert (ran.status, ran.err.startswith(f"scrimp: {said}"), provider.bodies) == (2, True, [])


def test_fields_make_a_schema(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion('{"name": "Tom", "age": 3}')
    ran = ready("ask", "who?", "--schema", "name, age int")

    assert (ran.status, ran.out) == (0, '{"name": "Tom", "age": 3}\n')
    assert provider.bodies[0]["response_format"]["json_schema"]["schema"]["properties"] == {
        "name": {"type": "string"}, "age": {"type": "integer"},
    }  # fmt: skip


@pytest.mark.parametrize(
    "words", [("--schema", "@schema.json"), ("--choices", "a,b", "--choices-text", "@schema.json")]
)
def test_a_file_that_is_read_for_them_is_not_written_over(ready: Scrimp, words: tuple[str, ...]) -> None:
    ran = ready("run", "one.jsonl", *words, "-o", "schema.json")

    assert ran.status == 2
    assert "also read for" in ran.err
    assert (ready.cwd / "schema.json").read_text() == SCHEMA


def test_what_a_provider_does_not_take_of_a_schema_is_said_once_and_checked_anyway(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.file("rows.jsonl", '{"prompt": "one"}\n{"prompt": "two"}\n{"prompt": "three"}\n')
    ready.file(
        "adult.json",
        '{"type": "object", "properties": {"age": {"type": "integer", "minimum": 18}}, "required": ["age"]}',
    )
    provider.answer = lambda body: completion('{"age": 3}' if "two" in str(body["messages"]) else '{"age": 30}')
    ran = ready("run", "rows.jsonl", "--schema", "adult.json", "--retries", "0")
    sent = provider.bodies[0]["response_format"]["json_schema"]

    assert (sent["strict"], "minimum" in sent["schema"]["properties"]["age"]) == (True, False)
    assert ran.err.count("narrower kind of JSON schema, so yours is sent with objects closed, without minimum;") == 1
    assert [row["status"] for row in ran.rows] == ["ok", "error", "ok"]
    assert ran.rows[1]["error"]["message"].startswith("age: 3 is less than the minimum of 18")
    assert ran.rows[1]["output"] == '{"age": 3}'


def test_a_list_is_asked_for_in_an_object_and_printed_as_a_list(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion('{"value": ["a", "b"]}')
    ran = ready("ask", "x", "--schema", '{"type": "array", "items": {"type": "string"}}')

    assert provider.bodies[0]["response_format"]["json_schema"]["schema"]["type"] == "object"
    assert json.loads(ran.out) == ["a", "b"]


def test_a_schema_that_strict_does_not_take_is_sent_without_it(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion('{"a": "x"}')
    ran = ready("ask", "x", "--schema", '{"type": "object", "additionalProperties": {"type": "string"}}')
    sent = provider.bodies[0]["response_format"]["json_schema"]

    assert (sent["strict"], sent["schema"]) == (False, {"type": "object", "additionalProperties": {"type": "string"}})
    assert (ran.status, ran.out) == (0, '{"a": "x"}\n')
    assert "without strict (it has objects with any properties)" in ran.err


def test_an_estimate_counts_the_schema_of_every_call(ready: Scrimp) -> None:
    ready.file("rows.jsonl", '{"prompt": "one"}\n{"prompt": "two"}\n')
    with_it, without = (
        json.loads(ready("estimate", "rows.jsonl", "--json", *words).out)["work"]["input"]
        for words in (("--schema", "schema.json"), ())
    )

    assert 2 * 25 < with_it - without < 2 * 80


def talk(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(turn["role"], turn["content"]) for turn in body["messages"] if turn["role"] != "system"]


def in_turn(*replies: str) -> Callable[[dict[str, Any]], Any]:
    left = iter(replies)
    return lambda _: completion(next(left))


def test_a_reply_that_breaks_the_schema_is_asked_for_again_with_what_is_wrong(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer = in_turn('{"name": 5}', "Sorry!", '{"name": "Tom"}')
    (row,) = ready("run", "one.jsonl", "--schema", "schema.json").rows
    (ledger,) = json.loads(ready("cost", "--json").out)
    again = ready("ask", "a ticket", "--schema", "schema.json")

    assert (row["status"], row["output"], row["attempts"]) == ("ok", '{"name": "Tom"}', 3)
    wrong = ['name: 5 is not of type "string"', "the completion is not JSON: 'Sorry!'"]
    said = [
        f"Your reply was not accepted: {each}. Reply again with JSON alone that satisfies the schema." for each in wrong
    ]
    assert [talk(body) for body in provider.bodies] == [
        [("user", "a ticket")],
        [("user", "a ticket"), ("assistant", '{"name": 5}'), ("user", said[0])],
        [("user", "a ticket"), ("assistant", "Sorry!"), ("user", said[1])],
    ]
    assert all(body["response_format"] == provider.bodies[0]["response_format"] for body in provider.bodies)
    assert [step["why"] for step in row["climb"]][:2] == wrong
    assert (ledger["calls"], ledger["cost_usd"]) == (3, row["cost_usd"])
    assert row["cost_usd"] == pytest.approx(3 * 30e-6)
    assert (again.out, len(provider.bodies)) == ('{"name": "Tom"}\n', 3)


def test_a_reply_that_is_none_of_the_labels_is_asked_for_again(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = in_turn("no idea", "Billing.")
    ran = ready("ask", "a ticket", "--choices", LABELS)

    assert (ran.status, ran.out, ran.err) == (0, "billing\n", "")
    wrong = "the completion is none of the choices, or several: 'no idea'"
    again = "Reply again with exactly one of these labels and nothing else: billing, Not a bug."
    assert talk(provider.bodies[1])[-1] == ("user", f"Your reply was not accepted: {wrong}. {again}")


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_what_stays_wrong_is_an_error_that_shows_what_was_wrong_and_the_text_that_was(
    ready: Scrimp, provider: FakeProvider, retries: int
) -> None:
    provider.answer = lambda _: completion('Here: {"age": 3}')
    words = ("run", "one.jsonl", "--schema", "schema.json", "--retries", str(retries))
    ran, cached = ready(*words), ready(*words, "--cache", "only")
    table = ready(*words, "--out", "csv", "--cache", "off").out
    (row,) = ran.rows

    times = f" (asked {retries + 1} times)" if retries else ""
    assert (ran.status, row["status"], row["error"]["kind"]) == (4, "error", "schema")
    assert row["error"]["message"] == f'"name" is a required property{times}'
    assert (row["output"], row["attempts"]) == ('Here: {"age": 3}', retries + 1)
    assert row["cost_usd"] == pytest.approx((retries + 1) * 30e-6)
    (cells,) = csv.DictReader(io.StringIO(table))
    assert (cells["output"], cells["error"]) == (row["output"], row["error"]["message"])
    assert (cached.status, len(provider.bodies)) == (7, 2 * (retries + 1))


def test_a_chain_climbs_past_an_invalid_reply_and_only_its_last_step_is_asked_again(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ready.config(
        f'{provider_table(provider.url)}[chains.up]\nsteps = ["fake/cheap", "fake/dear"]\nsignal = "choices"\n'
    )
    provider.answer = in_turn("dunno", "neither", "billing")
    (row,) = ready("run", "one.jsonl", "--chain", "up", "--choices", LABELS).rows

    assert [body["model"] for body in provider.bodies] == ["cheap", "dear", "dear"]
    assert [len(talk(body)) for body in provider.bodies] == [1, 1, 3]
    assert (row["status"], row["output"], row["escalated"], row["attempts"]) == ("ok", "billing", True, 3)


def test_asking_again_keeps_within_the_cap(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda _: completion("no idea")
    ran = ready("run", "one.jsonl", "--choices", LABELS, "--max-output", "5", "--max-cost", "0.0004", "--retries", "50")
    (row,) = ran.rows

    assert (ran.status, row["error"]["kind"], row["output"]) == (5, "budget", "no idea")
    assert 0 < row["cost_usd"] <= 0.0004
    assert 1 <= len(provider.bodies) < 14


def test_where_the_model_cannot_be_asked_again_the_row_says_what_was_wrong_with_its_reply(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer = lambda body: (
        completion("no idea") if len(talk(body)) == 1 else error(400, message="no such turns")
    )
    (row,) = ready("run", "one.jsonl", "--choices", LABELS).rows

    assert (row["error"]["kind"], row["output"], len(provider.bodies)) == ("schema", "no idea", 2)


def test_a_recording_is_not_asked_again(ready: Scrimp) -> None:
    ready.file("r.jsonl", '{"id": "1", "prompt": "a ticket", "models": {"m": {"out": "no idea"}}}\n')
    ready.config('[providers.recorded]\nbase_url = "replay:r.jsonl"\n')
    (row,) = ready("run", "one.jsonl", "--model", "recorded/m", "--choices", LABELS).rows

    assert (row["error"]["kind"], row["attempts"], row["output"]) == ("schema", 1, "no idea")
