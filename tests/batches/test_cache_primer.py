from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from batch_servers import COMPLETED, RUNNING, VALIDATING, AnthropicBatches, BatchServer, OpenAIBatches, failed
from command import Scrimp, wait_until

SYSTEM = "You answer tickets of a shop. " * 1600  # 48 000 characters: 12 000 tokens of the server's
MODEL = "anthropic/claude-haiku-5-5"
# Dollars per million tokens in batches, half of those of live calls: fresh, read, written for an hour, output.
FRESH, READ, WRITE, OUTPUT = Fraction("0.05"), Fraction("0.005"), Fraction("0.10"), Fraction("0.25")


@pytest.fixture
def server() -> Iterator[AnthropicBatches]:
    with AnthropicBatches() as running:
        yield running


@pytest.fixture
def batched(scrimp: Scrimp, server: AnthropicBatches) -> Scrimp:
    scrimp.env["ANTHROPIC_API_KEY"] = "sk-test-0123456789"
    scrimp.config(f'[providers.anthropic]\nbase_url = "{server.url}"\n[batch]\npoll = "0.01s"\n')
    return scrimp


def sizes(server: BatchServer) -> list[int]:
    return [len(batch.items) for batch in server.batches.values()]


def usages(ran_rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(row["usage"]["cache_write"], row["usage"]["cache_read"]) for row in ran_rows]


def run(scrimp: Scrimp, number: int, *words: str) -> Any:
    scrimp.file("rows.txt", "".join(f"ticket {each}\n" for each in range(number)))
    return scrimp(
        "run", "rows.txt", "-m", MODEL, "--system", SYSTEM, "--batch", "--summary-file", "bill.json", *words
    )  # fmt: skip


def test_one_request_goes_in_a_batch_of_its_own_and_the_others_read_what_it_wrote(
    batched: Scrimp, server: AnthropicBatches
) -> None:
    ran = run(batched, 40)

    assert ran.status == 0, ran.err
    assert sizes(server) == [1, 39]
    assert not server.live_prompts
    written, read = usages(ran.rows)[0]
    assert (written, read) == (12_005, 0)
    assert usages(ran.rows)[1:] == [(0, 12_005)] * 39
    assert "39 more once the first has filled the provider's cache" in ran.err
    bill = json.loads((batched.cwd / "bill.json").read_text(), parse_float=Decimal)
    fresh = sum(each["usage"]["input"] - sum(pair) for each, pair in zip(ran.rows, usages(ran.rows), strict=True))
    output = sum(each["usage"]["output"] for each in ran.rows)
    paid = (fresh * FRESH + 12_005 * WRITE + 39 * 12_005 * READ + output * OUTPUT) / 1_000_000
    assert batched.paid_calls() == (40, paid)
    saved = bill["baseline"]["saved_by_usd"]
    # By the prices of live calls: what the batch saved is a cause of its own.
    cached = (39 * 12_005 * 2 * (FRESH - READ) - 12_005 * 2 * (WRITE - FRESH)) / 1_000_000
    assert Fraction(saved["provider_caching"]) == cached
    assert Fraction(saved["batch"]) == paid
    assert Fraction(bill["baseline"]["cost_usd"]) == 2 * paid + cached


@pytest.mark.parametrize(
    ("number", "words"),
    [(2, ()), (3, ()), (40, ("--deadline", "3h"))],
    ids=["two rows", "not for less than a cent", "a deadline that leaves no time"],
)
def test_nothing_is_written_where_that_costs_more_or_takes_too_long(
    batched: Scrimp, server: AnthropicBatches, number: int, words: tuple[str, ...]
) -> None:
    ran = run(batched, number, *words)

    assert ran.status == 0, ran.err
    assert sizes(server) == [number]
    assert set(usages(ran.rows)) == {(0, 0)}


def test_a_submitted_job_goes_at_once_since_nobody_waits_for_a_first_request(
    batched: Scrimp, server: AnthropicBatches
) -> None:
    batched.file("rows.txt", "".join(f"ticket {each}\n" for each in range(40)))
    submitted = batched("batch", "submit", "rows.txt", "-m", MODEL, "--system", SYSTEM)
    assert submitted.status == 0, submitted.err
    fetched = batched("batch", "fetch", "--wait")

    assert sizes(server) == [40]
    assert set(usages(fetched.rows)) == {(0, 0)}


def test_a_first_request_that_fails_is_not_followed_by_another_first_one(
    batched: Scrimp, server: AnthropicBatches
) -> None:
    server.fates["ticket 0"] = failed(400)
    ran = run(batched, 40)

    assert ran.status == 3, ran.err
    assert sizes(server) == [1, 39]
    assert set(usages([row for row in ran.rows if row["status"] == "ok"])) == {(0, 0)}


def test_a_run_that_is_killed_while_the_first_request_runs_goes_on_with_it(
    batched: Scrimp, server: AnthropicBatches
) -> None:
    server.scripts = [[VALIDATING, *[RUNNING] * 100_000]]
    batched.file("rows.txt", "".join(f"ticket {each}\n" for each in range(40)))
    words = ("run", "rows.txt", "-m", MODEL, "--system", SYSTEM, "--batch")
    killed = batched.start(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: bool(server.batches), run=killed)
    killed.kill()
    killed.wait()
    for batch in server.batches.values():
        batch.script = [RUNNING, COMPLETED]
        batch.place = 0
    again = batched(*words)

    assert again.status == 0, again.err
    assert sizes(server) == [1, 39]
    assert server.paid_twice == []
    assert sorted(usages(again.rows)) == [(0, 12_005)] * 39 + [(12_005, 0)]


def test_an_estimate_says_what_an_hour_saves_in_batches_as_the_run_finds(batched: Scrimp) -> None:
    batched.file("rows.txt", "".join(f"ticket {each}\n" for each in range(40)))
    words = ("estimate", "rows.txt", "-m", MODEL, "--system", SYSTEM, "--batch")
    (told,) = json.loads(batched(*words, "--json").out)["provider_cache"]["models"]
    few = json.loads(batched(*words, "--json", "--limit", "3").out)["provider_cache"]["models"]

    assert (told["lifetime"], told["calls"], few) == ("1h", 40, [])
    assert told["cost_usd"] == pytest.approx(told["tokens"] * (0.10 + 39 * 0.005) / 1_000_000)
    assert told["plain_cost_usd"] == pytest.approx(told["tokens"] * 40 * 0.05 / 1_000_000)


@pytest.mark.parametrize(("system", "off"), [(SYSTEM, True), ("Be brief.", False)], ids=["long", "short"])
def test_long_prompts_in_batches_of_openai_go_with_the_cache_turned_off(scrimp: Scrimp, system: str, off: bool) -> None:
    with OpenAIBatches() as openai:
        scrimp.env["OPENAI_API_KEY"] = "sk-test-0123456789"
        scrimp.config(f'[providers.openai]\nbase_url = "{openai.url}"\n[batch]\npoll = "0.01s"\n')
        scrimp.file("rows.txt", "one\ntwo\nthree\n")
        ran = scrimp("run", "rows.txt", "-m", "openai/gpt-6-luna", "--system", system, "--batch")

        assert ran.status == 0, ran.err
        assert sizes(openai) == [3]
        bodies = [item.body for batch in openai.batches.values() for item in batch.items]
    assert {json.dumps(body.get("prompt_cache_options")) for body in bodies} == {
        json.dumps({"mode": "explicit"} if off else None)
    }
