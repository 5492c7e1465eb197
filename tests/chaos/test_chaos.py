"""Runs among faults, through the installed program and real sockets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise

import pytest

from chaos.promises import (
    PROMISES,
    Ordeal,
    calls_by_provider,
    configure,
    ledger_of,
    prompts_for,
    retries_came_too_early,
    rows_of,
    undergo,
    write_rows,
)
from chaos.provider import chaos_provider
from command import Scrimp

# Failed calls a provider may cost beyond those in flight: to see that it is gone, and that it is of no more use.
TO_SEE_IT_GONE = 10
A_HANDFUL = 5
# A provider that is gone may come back: to give it up takes as long as scrimp waits for it.
LONG = os.environ.get("SCRIMP_TEST_LONG")
OF_NO_USE = ("key_refused", "balance_empty", "access_refused", "quota_used_up")


@pytest.fixture(scope="module")
def ordeal(tmp_path_factory: pytest.TempPathFactory) -> Ordeal:
    """Run twice over the same rows, with every fault that leaves the provider itself alive."""
    mix = "MIX,told_not_to_retry,never_ends"
    with chaos_provider(seed=7, faults=0.1, delay=0.01, mix=mix) as provider:
        scrimp = Scrimp(tmp_path_factory.mktemp("ordeal"))
        configure(scrimp, provider.url)
        words = ("-j", "32", "--timeout", "3")
        return undergo(scrimp, provider.report, prompts_for(1500, 7), *words, timeout=120)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_among_faults_of_every_kind(ordeal: Ordeal, promise: Callable[[Ordeal], Iterator[str]]) -> None:
    assert list(promise(ordeal)) == []


def test_faults_of_every_kind_were_met(ordeal: Ordeal) -> None:
    """Or the tests above have shown nothing."""
    assert len(ordeal.seen.kinds) == 25
    assert ordeal.failed()


def test_a_reply_that_comes_twice_is_never_the_completion_of_another_row(scrimp: Scrimp) -> None:
    prompts = [f"twice {number}" for number in range(600)]
    with chaos_provider(seed=3, faults=0.5, mix="delivered_twice") as provider:
        configure(scrimp, provider.url)
        write_rows(scrimp, prompts)
        ran = scrimp("run", "rows.jsonl", "-j", "16")

    assert [row["output"] for row in rows_of(ran)] == [f"echo: {prompt}" for prompt in prompts]


@pytest.mark.parametrize("kind", ["usage_negative", "usage_null", "usage_in_words", "usage_missing"])
def test_usage_that_says_nothing_makes_the_cost_unknown_and_never_zero(scrimp: Scrimp, kind: str) -> None:
    with chaos_provider(faults=1, mix=kind) as provider:
        configure(scrimp, provider.url)
        write_rows(scrimp, ["what is this worth?"])
        ran = scrimp("run", "rows.jsonl")
    (row,) = rows_of(ran)

    assert (row["status"], row["output"]) == ("ok", "echo: what is this worth?")
    assert row["cost_usd"] is None
    assert [(entry.status, entry.cost_nano) for entry in ledger_of(scrimp.home)] == [("paid", None)]


def test_a_call_comes_again_only_when_the_provider_wants_it(scrimp: Scrimp) -> None:
    waits = {"retry_after_seconds": 0.25, "retry_after_milliseconds": 0.25}
    with chaos_provider(seed=5, faults=0.15, delay=0.01, retry_after=0.25, mix=",".join(waits)) as provider:
        configure(scrimp, provider.url)
        write_rows(scrimp, [f"later {number}" for number in range(120)])
        ran = scrimp("run", "rows.jsonl", "-j", "8", "--retries", "6")
        seen = provider.report()

    assert ran.status == 0
    assert sum(len(each.visits) > 1 for each in seen.prompts.values()) > 10
    assert list(retries_came_too_early(seen, waits)) == []


def test_a_call_comes_again_no_sooner_than_the_date_it_was_given(scrimp: Scrimp) -> None:
    # The seed is one whose first visit meets the fault and whose second does not.
    with chaos_provider(seed=3, faults=0.5, mix="retry_after_date") as provider:
        configure(scrimp, provider.url)
        write_rows(scrimp, ["on that day"])
        ran = scrimp("run", "rows.jsonl", "--retries", "6")
        visits = provider.report().prompts["on that day"].visits

    assert ran.status == 0
    assert len(visits) > 1
    for (at, _), (again, _) in pairwise(visits):
        assert again >= int(at) + 2 - 0.01  # a date has no fractions: it is the full second of `at`, and two


def test_a_wait_of_an_hour_is_not_waited(scrimp: Scrimp) -> None:
    with chaos_provider(faults=1, mix="retry_after_an_hour") as provider:
        configure(scrimp, provider.url)
        write_rows(scrimp, ["now or never"])
        ran = scrimp("run", "rows.jsonl")
        seen = provider.report()

    assert (ran.status, rows_of(ran)[0]["error"]["kind"], seen.requests) == (4, "rate_limit", 1)


def test_a_wait_of_an_hour_is_left_to_the_failover(scrimp: Scrimp) -> None:
    with chaos_provider(faults=1, mix="retry_after_an_hour") as busy, chaos_provider() as idle:
        configure(scrimp, busy.url, idle.url)
        write_rows(scrimp, [f"elsewhere {number}" for number in range(50)])
        ran = scrimp("run", "rows.jsonl", "-j", "8")

    assert ran.status == 0
    assert {row["provider"] for row in rows_of(ran)} == {"second"}


def test_what_must_not_be_retried_is_sent_once(scrimp: Scrimp) -> None:
    with chaos_provider(faults=1, mix="told_not_to_retry") as provider:
        configure(scrimp, provider.url)
        write_rows(scrimp, ["one", "two", "three"])
        ran = scrimp("run", "rows.jsonl", "-j", "1")
        seen = provider.report()

    assert [row["error"]["kind"] for row in rows_of(ran)] == ["server"] * 3
    assert [len(each.visits) for each in seen.prompts.values()] == [1, 1, 1]


@pytest.mark.parametrize("kind", ["never_ends", "latency_spike"])
def test_a_timeout_ends_a_call_that_drips_as_well_as_a_silent_one(scrimp: Scrimp, kind: str) -> None:
    with chaos_provider(faults=1, mix=kind, spike=600) as provider:
        configure(scrimp, provider.url)
        write_rows(scrimp, ["are you there?"])
        ran = scrimp("run", "rows.jsonl", "--timeout", "1", "--retries", "0")

    assert (ran.status, rows_of(ran)[0]["error"]["kind"]) == (4, "timeout")
    assert [entry.status for entry in ledger_of(scrimp.home)] == ["lost"]


def test_a_provider_that_dies_midway_costs_ten_calls_beyond_those_in_flight(scrimp: Scrimp) -> None:
    with (
        chaos_provider(delay=0.02, after=100, then="dead") as dying,
        chaos_provider(delay=0.02) as healthy,
    ):
        configure(scrimp, dying.url, healthy.url)
        write_rows(scrimp, [f"onwards {number}" for number in range(600)])
        ran = scrimp("run", "rows.jsonl", "-j", "16")
    calls = calls_by_provider(ledger_of(scrimp.home))

    assert (ran.status, {row["status"] for row in rows_of(ran)}) == (0, {"ok"})
    assert (calls["first"]["paid"], calls["second"]["paid"]) == (100, 500)
    assert calls["first"].total() - 100 <= 16 + TO_SEE_IT_GONE


def test_a_provider_that_was_never_alive_costs_few_calls(scrimp: Scrimp) -> None:
    with chaos_provider(then="dead") as dead, chaos_provider(delay=0.02) as healthy:
        configure(scrimp, dead.url, healthy.url)
        write_rows(scrimp, [f"onwards {number}" for number in range(300)])
        ran = scrimp("run", "rows.jsonl", "-j", "16")
    calls = calls_by_provider(ledger_of(scrimp.home))

    assert (ran.status, {row["provider"] for row in rows_of(ran)}) == (0, {"second"})
    assert calls["first"].total() <= 16 + TO_SEE_IT_GONE


def test_a_provider_nobody_listens_for_costs_few_calls(scrimp: Scrimp) -> None:
    with chaos_provider(delay=0.02) as healthy:
        configure(scrimp, "http://127.0.0.1:9/v1", healthy.url)
        write_rows(scrimp, [f"onwards {number}" for number in range(300)])
        ran = scrimp("run", "rows.jsonl", "-j", "16")
    calls = calls_by_provider(ledger_of(scrimp.home))

    assert (ran.status, {row["provider"] for row in rows_of(ran)}) == (0, {"second"})
    assert calls["first"].total() <= 16 + TO_SEE_IT_GONE


@pytest.mark.parametrize(
    "kinds",
    [
        ("balance_empty", "key_refused"),
        pytest.param(("dead", "dead"), marks=pytest.mark.skipif(not LONG, reason="SCRIMP_TEST_LONG is not set")),
    ],
)
@pytest.mark.timeout(300)
def test_with_no_provider_left_the_run_ends_and_says_what_was_kept(scrimp: Scrimp, kinds: tuple[str, str]) -> None:
    with (
        chaos_provider(delay=0.02, after=60, then=kinds[0]) as first,
        chaos_provider(delay=0.02, after=40, then=kinds[1]) as second,
    ):
        configure(scrimp, first.url, second.url)
        write_rows(scrimp, [f"onwards {number}" for number in range(900)])
        ran = scrimp("run", "rows.jsonl", "-j", "8", timeout=240)
    kept = scrimp("run", "rows.jsonl", "--cache", "only")

    assert ran.status == 4
    assert "no provider is left" in ran.err
    assert any("kept" in line and "100" in line for line in ran.err.splitlines()), ran.err
    assert sum(row["status"] == "ok" for row in rows_of(ran)) == 100
    assert sum(row["status"] == "ok" for row in rows_of(kept)) == 100


def test_with_no_provider_from_the_start_the_run_ends_soon(scrimp: Scrimp) -> None:
    with chaos_provider(then="dead") as dead:
        configure(scrimp, dead.url, "http://127.0.0.1:9/v1")
        write_rows(scrimp, [f"onwards {number}" for number in range(300)])
        ran = scrimp("run", "rows.jsonl", "-j", "16")
    calls = calls_by_provider(ledger_of(scrimp.home))

    assert ran.status == 4
    assert "no provider is left" in ran.err
    assert calls["first"].total() <= 16 + TO_SEE_IT_GONE
    assert calls["second"].total() <= 16 + TO_SEE_IT_GONE


@pytest.mark.parametrize("kind", OF_NO_USE)
def test_a_provider_that_will_never_answer_again_is_asked_a_handful_of_times(scrimp: Scrimp, kind: str) -> None:
    with chaos_provider(delay=0.02, after=50, then=kind) as provider:
        configure(scrimp, provider.url)
        write_rows(scrimp, [f"onwards {number}" for number in range(600)])
        ran = scrimp("run", "rows.jsonl", "-j", "8")
        seen = provider.report()

    assert ran.status == 4
    assert seen.kinds["none"] == 50
    assert seen.kinds[kind] <= 8 + A_HANDFUL
    assert sum(row["status"] == "ok" for row in rows_of(ran)) == 50


@pytest.mark.parametrize("kind", OF_NO_USE)
def test_a_provider_that_will_never_answer_again_leaves_the_rows_to_the_next(scrimp: Scrimp, kind: str) -> None:
    with chaos_provider(delay=0.02, after=50, then=kind) as spent, chaos_provider(delay=0.02) as healthy:
        configure(scrimp, spent.url, healthy.url)
        write_rows(scrimp, [f"onwards {number}" for number in range(300)])
        ran = scrimp("run", "rows.jsonl", "-j", "8")
        seen = spent.report()
    rows = rows_of(ran)

    assert (ran.status, {row["status"] for row in rows}) == (0, {"ok"})
    assert seen.kinds[kind] <= 8 + A_HANDFUL
    assert sum(Decimal(row["cost_usd"]) for row in rows) == Decimal(
        sum(entry.cost_nano or 0 for entry in ledger_of(scrimp.home))
    ).scaleb(-9)
