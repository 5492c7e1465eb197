"""`scrimp estimate`: the word that can be put in the place of `run`."""

from __future__ import annotations

import json

import pytest
import typer

from command import Scrimp
from fake_provider import FakeProvider
from scrimp.cli.startup.lazy_group import load


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
