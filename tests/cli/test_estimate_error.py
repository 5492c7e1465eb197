"""What runs were expected to cost, beside what was paid: shown with each run, and on average."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from command import Scrimp
from fake_provider import FakeProvider, completion, error, fake_provider


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    def answer(body: dict[str, object]) -> tuple[int, dict[str, str], bytes]:
        usage = {"prompt_tokens": 20, "completion_tokens": 100, "total_tokens": 120}
        return completion("honk", model=str(body["model"]), usage=usage)

    with fake_provider(answer) as provider:
        yield provider


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url, more='[models."fake/a"]\nprice = { input = 0, output = 10 }\n')
    return scrimp


def run(scrimp: Scrimp, first: int, rows: int = 6, *words: str) -> None:
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"How many geese? {first + n}"}) + "\n" for n in range(rows)))
    ran = scrimp("run", "rows.jsonl", "--model", "fake/a", "--route", "geese", *words)
    assert ran.status in (0, 3), ran.err


def shown(scrimp: Scrimp) -> dict[str, object]:
    document = json.loads(scrimp("runs", "show", "last", "--json").out)
    return {"error": document["estimate_error"], **(document["bill"]["estimate"] or {"rows": 0})}


def test_a_run_is_shown_with_what_it_was_expected_to_cost(ready: Scrimp) -> None:
    # 200 tokens are assumed while nothing is known, and 100 come.
    run(ready, 0)
    assert shown(ready) == {"error": 1.0, "rows": 6, "expected_usd": 0.012, "paid_usd": 0.006, "assumed": 6}
    said = (
        "expected $0.012 for 6 rows that were called, with assumed lengths of completions, 100 % more than the $0.006"
    )
    assert said in ready("runs", "show", "last").out


def test_the_ledger_of_runs_before_makes_the_next_estimate_right(ready: Scrimp) -> None:
    run(ready, 0)
    run(ready, 10)
    assert "on average" not in ready("runs", "show", "last").out
    run(ready, 20)

    assert shown(ready) == {"error": 0.0, "rows": 6, "expected_usd": 0.006, "paid_usd": 0.006, "assumed": 0}
    assert "; the last 2 runs of known tasks were off by 0.0 % on average" in ready("runs", "show", "last").out
    estimated = ready("estimate", "rows.jsonl", "--model", "fake/a", "--cache", "off", "--route", "geese")
    assert "the last 2 runs of known tasks were off by 0.0 % on average" in estimated.out


def test_only_rows_that_were_paid_for_are_compared(ready: Scrimp, provider: FakeProvider) -> None:
    run(ready, 0)
    inner = provider.answer
    provider.answer = lambda body: error(400) if body["messages"][-1]["content"].endswith("6") else inner(body)
    run(ready, 0, 8)  # six hits, one that fails, one that is paid for

    assert (shown(ready)["rows"], shown(ready)["paid_usd"]) == (1, 0.001)


def test_a_run_that_called_nothing_or_has_no_price_says_nothing_of_an_estimate(ready: Scrimp) -> None:
    run(ready, 0)
    run(ready, 0)
    assert "expected" not in ready("runs", "show", "last").out
    assert shown(ready)["error"] is None
    ready.file("rows.jsonl", '{"text": "How many ducks?"}\n')
    ready("run", "rows.jsonl", "--model", "fake/unpriced")
    assert (shown(ready)["error"], shown(ready)["rows"]) == (None, 0)


def test_rows_of_a_chain_are_expected_to_climb_as_far_as_those_before(ready: Scrimp, provider: FakeProvider) -> None:
    config = (ready.home / "config.toml").read_text()
    ready.config(config + '[models."fake/top"]\nprice = { input = 0, output = 100 }\n'
                 '[chains.c]\nsteps = ["fake/a", "fake/top"]\n')  # fmt: skip

    def climb(first: int) -> dict[str, object]:
        texts = "".join(json.dumps({"text": f"How many geese? {first + n}"}) + "\n" for n in range(20))
        ready.file("rows.jsonl", texts)
        # The check turns away what the cheap model says of one row in ten.
        inner = provider.answer

        def answer(body: dict[str, object]) -> tuple[int, dict[str, str], bytes]:
            status, headers, data = inner(body)
            wrong = body["model"] == "a" and str(body["messages"]).rstrip("'}]")[-1] == "5"
            return status, headers, data.replace(b"honk", b"quack") if wrong else data

        provider.answer = answer
        words = ("--chain", "c", "--check", "grep -q honk", "--route", "geese")
        assert ready("run", "rows.jsonl", *words).status == 0
        provider.answer = inner
        return shown(ready)

    first, second = climb(100), climb(200)
    estimated = ready("estimate", "rows.jsonl", "--chain", "c", "--cache", "off", "--route", "geese", "--json")

    # 20 cheap calls for 0.001 each, and two of the best for 0.01.
    assert (first["paid_usd"], second["paid_usd"]) == (0.04, 0.04)
    assert (first["assumed"], second["assumed"], second["error"]) == (20, 0, 0.0)
    assert json.loads(estimated.out)["routed"]["expected"] == pytest.approx(0.04)
