"""`scrimp estimate`: the word that can be put in the place of `run`."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import typer

from command import Scrimp
from fake_provider import FakeProvider
from scrimp.cli.startup.lazy_group import load
from scrimp.tokens import count


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(
        provider.url, more='[chains.c]\nsteps = ["simple", "high"]\n[[rules]]\nroute = "r"\ntier = "high"\n'
    )
    scrimp.file("rows.jsonl", "".join(f'{{"text": "{n}"}}\n' for n in range(3)))
    return scrimp


def flags(command: str) -> set[str]:
    parsed = load(command)
    context = typer.Context(parsed)  # type: ignore[arg-type]  # typer's own copy of click
    return {name for param in parsed.get_params(context) for name in param.opts}


def test_it_takes_every_flag_of_run() -> None:
    assert flags("run") - flags("estimate") == set()


@pytest.mark.parametrize(
    "asked",
    [
        ("--temperature", "0.5"), ("--effort", "low"), ("--check", "true"), ("--priority", "high"), ("--route", "r"),
        ("--chain", "c", "--min-confidence", "0.7"), ("--model", "fake/test-model"),
        ("--choices", "echo: 0,echo: 1,echo: 2"),
        ("--max-output", "50"), ("--compress", "off"), ("--tag", "a=b", "--user", "me"),
        ("-j", "4", "--rpm", "600", "--retries", "1", "--order", "completion", "-q", "--max-failures", "5%"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_after_a_run_the_same_words_find_every_row_in_the_cache(ready: Scrimp, asked: tuple[str, ...]) -> None:
    before = ready("estimate", "rows.jsonl", *asked, "--json")
    ran = ready("run", "rows.jsonl", *asked, "--fail-on", "never")
    after = ready("estimate", "rows.jsonl", *asked, "--json")

    assert (before.status, after.status) == (0, 0), before.err + after.err
    assert json.loads(before.out)["work"]["hits"] == 0
    assert json.loads(after.out)["work"]["hits"] == sum(row["status"] == "ok" for row in ran.rows) > 0


def test_it_calls_no_api(ready: Scrimp, provider: FakeProvider) -> None:
    assert ready("estimate", "rows.jsonl").status == 0
    assert provider.bodies == []


def offer(scrimp: Scrimp, *words: str) -> dict[str, Any]:
    document = json.loads(scrimp("estimate", "rows.jsonl", *words, "--json").out)
    (found,) = [each for each in document["offers"] if each["tier"] is None]
    return document | found


def test_calls_above_a_size_at_which_a_model_is_more_expensive_are_priced_one_by_one_and_shown(scrimp: Scrimp) -> None:
    scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789abcdef"
    texts = ["word " * 300_000, "word " * 200_000, *("word " * (1000 + n) for n in range(5))]
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": text}) + "\n" for text in texts))
    words = ("--model", "openai/gpt-6.2-sol", "--compress", "off", "--max-output", "1")
    found = offer(scrimp, *words)
    # Dollars a million in, for all of a call: 2 up to 272,000 tokens, then 4. The list's prices of November 2026.
    by_hand = sum(size * (4 if size > 272_000 else 2) for size in map(count, texts)) / 1e6

    (cliff,) = [each for each in found["size_cliffs"] if each["model"] == "openai/gpt-6.2-sol"]
    assert (cliff["above"], cliff["calls"]) == (272_000, 1)
    assert found["expected"] == pytest.approx(by_hand, rel=0.05)
    words_of_cliff = "1 call above 272,000 tokens, where openai/gpt-6.2-sol costs $4.00 instead of $2.00 a million in"
    assert words_of_cliff in scrimp("estimate", "rows.jsonl", *words).out


def test_chains_are_quoted_beside_models_and_batches_beside_live_calls(scrimp: Scrimp) -> None:
    scrimp.config(
        '[chains.c]\nsteps = ["openai/gpt-6-luna", "openai/gpt-6.1-sol"]\n'
        '[chains.d]\nsteps = ["openai/gpt-6-luna", "work/new"]\n'
        '[providers.work]\ndialect = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nkey_env = "OPENAI_API_KEY"\n'
    )
    scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789abcdef"
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"word {n} " * 1000}) + "\n" for n in range(4)))
    cheap, best = (offer(scrimp, "--model", f"openai/{model}") for model in ("gpt-6-luna", "gpt-6.1-sol"))
    chained, unknown = cheap["chains"]

    # A row takes the first step, and three in ten the second.
    assert chained["expected"] == pytest.approx(cheap["expected"] + 0.3 * best["expected"])
    assert (chained["low"], chained["high"]) == pytest.approx((cheap["low"], cheap["high"] + best["high"]))
    assert chained["batch"] == pytest.approx(chained["expected"] / 2)
    assert (unknown["chain"], unknown["expected"]) == ("d", None)
    for each in (cheap, best):
        halves = (each["batch_low"], each["batch"], each["batch_high"])
        assert halves == pytest.approx((each["low"] / 2, each["expected"] / 2, each["high"] / 2))
    assert cheap["routed_in_batches"]["expected"] == pytest.approx(cheap["routed"]["expected"] / 2)
    assert re.search(r"(?m)^chain +c +\$", scrimp("estimate", "rows.jsonl").out)
