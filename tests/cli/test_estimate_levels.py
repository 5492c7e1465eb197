"""`scrimp estimate` says what each level of compression would save: judged by runs at those levels."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, get_args

import pytest

from command import Scrimp
from fake_provider import FakeProvider, Reply, completion
from scrimp import tokens
from scrimp.enums import Level

LEVELS = get_args(Level)
PASSAGES = (
    "<document>\nBees live in hives. They make honey in summer. The queen lays up to 2000 eggs a day. Wasps do not.\n"
    "A storm destroyed the old town hall in 1923. It was rebuilt in 1930 by Anna Meier.\n</document>\n\n"
)
PAGE = "<html><body><div class='a'><p>Opened in 1908.</p><p>Closed on Sundays.</p></div></body></html>\n"


def counted(body: dict[str, Any]) -> Reply:
    """Answer as a provider that counts its tokens in o200k_base."""
    size = sum(tokens.count(message["content"]) for message in body["messages"])
    return completion("Anna Meier", model=body["model"], prompt_tokens=size)


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    provider.answer = counted
    scrimp.provider(
        provider.url,
        more='[models."fake/gpt-6-luna"]\nprice = { input = 2.0, output = 10.0 }\n'
        '[[rules]]\nroute = "careful"\ntier = "high"\ncompress = "off"\n',
    )
    records = json.dumps([{"id": n, "name": f"name {n}", "city": "Bern"} for n in range(12)], indent=2)
    turns = [
        {"role": "system", "content": "Answer briefly.   Please."},
        {"role": "user", "content": f"Look these up:\n\n{records}"},
        {"role": "assistant", "content": "I have."},
        {"role": "user", "content": "Which id has name 3?"},
    ]
    rows = [
        {"text": f"Which name has id 4?\n\n{records}"},
        {"text": f"{PASSAGES}Who rebuilt the town hall?"},
        {"text": f"When did it open?\n\n{PAGE}"},
        {"text": "Hello <scrimp:keep>there</scrimp:keep>."},
        {"text": f"Which name has id 4?\n\n{records}"},  # a duplicate
        {"messages": turns},
    ]
    scrimp.file("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return scrimp


def told(scrimp: Scrimp, *words: str) -> dict[str, Any]:
    ran = scrimp("estimate", "rows.jsonl", "--json", *words)
    assert ran.status == 0, ran.err
    document: dict[str, Any] = json.loads(ran.out, parse_float=Decimal)
    return document


def billed(scrimp: Scrimp, level: str, *words: str) -> tuple[int, Decimal]:
    """Run at a level; return the input tokens that the provider counted, and what they cost."""
    ran = scrimp("run", "rows.jsonl", "--compress", level, "--summary", "json", *words)
    assert ran.status == 0, ran.err
    bill = json.loads(ran.err.splitlines()[-1], parse_float=Decimal)
    return sum(line["input"] for line in bill["lines"]), Decimal(bill["cost_usd"])


@pytest.mark.parametrize("level", LEVELS[1:])
@pytest.mark.parametrize("labels", [(), ("--choices", "Anna Meier,another")], ids=["free", "labels"])
def test_what_a_level_would_save_is_what_a_run_at_it_saves(ready: Scrimp, level: str, labels: tuple[str, ...]) -> None:
    asked = ("-m", "fake/gpt-6-luna", *labels)
    promised = {each["level"]: each for each in told(ready, *asked)["compression"]["levels"]}
    (tokens_off, cost_off), (tokens_then, cost_then) = (billed(ready, each, *asked) for each in ("off", level))

    assert promised[level]["saved_input"] == tokens_off - tokens_then > 0
    assert Decimal(promised[level]["saved_usd"]) == cost_off - cost_then
    assert promised["off"]["input"] - promised[level]["input"] == promised[level]["saved_input"]


def test_the_levels_are_shown_with_the_one_in_use(ready: Scrimp) -> None:
    lines = ready("estimate", "rows.jsonl", "--compress", "tidy").out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("what each level"))

    assert lines[start].endswith("(from 5 rows, at fake/test-model):")
    names = [line.split("  ")[0] for line in lines[start + 1 :]]
    assert [name for name in names if name and "─" not in name] == [
        "compression", "off", "lossless", "tidy (now)", "focus", "dense",
    ]  # fmt: skip


def test_the_work_is_that_of_the_level_in_use(ready: Scrimp) -> None:
    for level in LEVELS:
        document = told(ready, "--compress", level)
        promised = {each["level"]: each for each in document["compression"]["levels"]}
        assert document["work"]["input"] == promised[level]["input"]
        assert document["work"]["saved_input"] == promised[level]["saved_input"]
        assert document["compression"]["now"] == promised[level]


def test_a_rule_that_sets_a_level_counts_for_its_rows(ready: Scrimp) -> None:
    assert told(ready, "--route", "careful")["compression"]["now"]["level"] == "off"
    assert told(ready, "--route", "careful")["work"]["saved_input"] == 0


def test_what_the_cache_answers_saves_nothing(ready: Scrimp) -> None:
    billed(ready, "lossless")

    assert told(ready)["compression"] is None
    assert "compression" not in ready("estimate", "rows.jsonl").out


def test_prose_gains_nothing_and_that_is_said(ready: Scrimp) -> None:
    ready.file("plain.jsonl", '{"text": "Why is the sky blue?"}\n{"text": "Why is grass green?"}\n')
    out = ready("estimate", "plain.jsonl").out

    assert "no level of compression makes these prompts shorter (from 2 rows)" in out


def test_a_level_that_adds_nothing_says_so(ready: Scrimp) -> None:
    ready.file("page.jsonl", json.dumps({"text": f"When did it open?\n\n{PAGE}"}) + "\n")
    lines = {line.split()[0]: line for line in ready("estimate", "page.jsonl").out.splitlines() if line}

    assert lines["lossless"].endswith("changes nothing")
    assert "no more than tidy: no documents or passages were found" in lines["focus"]


def test_an_unknown_price_is_not_nothing(ready: Scrimp) -> None:
    for level in told(ready, "-m", "fake/unheard-of")["compression"]["levels"]:
        assert level["saved_usd"] is None
    assert "unknown" in ready("estimate", "rows.jsonl", "-m", "fake/unheard-of").out


def test_many_rows_are_told_of_from_a_sample_that_is_named(ready: Scrimp) -> None:
    arrays = [[{"id": n, "day": day} for day in range(n % 7)] for n in range(1000)]
    asked = [f"Which day of {n} is late?\n\n" for n in range(1000)]
    rows = [text + json.dumps(array, indent=2) for text, array in zip(asked, arrays, strict=True)]
    shorter = [text + json.dumps(array, separators=(",", ":")) for text, array in zip(asked, arrays, strict=True)]
    ready.file("rows.jsonl", "".join(json.dumps({"text": row}) + "\n" for row in rows))
    compression = told(ready)["compression"]

    assert compression["calls"] == 1000
    assert 200 <= compression["sampled"] <= 400
    saved = {each["level"]: each["saved_input"] for each in compression["levels"]}["lossless"]
    assert saved == pytest.approx(sum(map(tokens.count, rows)) - sum(map(tokens.count, shorter)), rel=0.05)
    assert f"(from {compression['sampled']} of 1,000 rows, spread evenly" in ready("estimate", "rows.jsonl").out


def test_what_holds_back_two_levels_alike_is_not_a_reason_why_one_adds_nothing(ready: Scrimp) -> None:
    orders = json.dumps([{"id": n, "city": "Bern"} for n in range(9)], indent=2)
    asked = ("Which id is 3?", "Reindent it with tabs.")
    ready.file("half.jsonl", "".join(json.dumps({"text": f"{orders}\n\n{task}"}) + "\n" for task in asked))
    lines = {line.split()[0]: line for line in ready("estimate", "half.jsonl").out.splitlines() if line}

    assert lines["tidy"].endswith("no more than lossless")
