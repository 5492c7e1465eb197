from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from caching_provider import ClaudeCache
from command import Scrimp
from fake_provider import fake_provider

MODEL = "anthropic/claude-haiku-5-5"
SYSTEM = "You answer tickets of a shop. " * 400  # 12 000 characters: 3 000 tokens of the fake's
# Dollars per million tokens of that model, on its vendor's page: fresh, read, written for 5 minutes, output.
FRESH, READ, WRITE, OUTPUT = Fraction("0.10"), Fraction("0.01"), Fraction("0.125"), Fraction("0.50")


def rows(number: int) -> str:
    return "".join(json.dumps({"prompt": f"ticket {each}"}) + "\n" for each in range(number))


def configure(scrimp: Scrimp, url: str, defaults: str = "") -> None:
    scrimp.env["ANTHROPIC_API_KEY"] = "sk-test-0123456789"
    scrimp.config(f'[defaults]\n{defaults}\n[providers.anthropic]\nbase_url = "{url}"\n')


def bill_of(scrimp: Scrimp) -> dict[str, Any]:
    bill: dict[str, Any] = json.loads((scrimp.cwd / "bill.json").read_text(), parse_float=Decimal)
    return bill


def dollars(usage: dict[str, Any]) -> Fraction:
    return (
        usage["input_tokens"] * FRESH + usage["cache_read_input_tokens"] * READ
        + usage["cache_creation_input_tokens"] * WRITE + usage["output_tokens"] * OUTPUT
    ) / 1_000_000  # fmt: skip


RUN = ("run", "-m", MODEL, "--summary-file", "bill.json", "-j", "8")


def test_what_rows_begin_with_is_written_once_by_a_call_that_goes_alone_and_read_by_all_others(scrimp: Scrimp) -> None:
    cache = ClaudeCache()
    with fake_provider(cache.answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("rows.jsonl", rows(20))
        ran = scrimp(*RUN, "rows.jsonl", "--system", SYSTEM)

    assert ran.status == 0, ran.err
    assert [usage["cache_creation_input_tokens"] for usage in cache.usages] == [3000] + [0] * 19
    assert [usage["cache_read_input_tokens"] for usage in cache.usages] == [0] + [3000] * 19
    assert "the first call writes them, the others read them" in ran.err
    calls, paid = scrimp.paid_calls()
    assert (calls, paid) == (20, sum(map(dollars, cache.usages)))
    saved = Fraction(bill_of(scrimp)["baseline"]["saved_by_usd"]["provider_caching"])
    assert saved == (19 * 3000 * (FRESH - READ) - 3000 * (WRITE - FRESH)) / 1_000_000
    assert Fraction(bill_of(scrimp)["baseline"]["cost_usd"]) == paid + saved


def test_rows_of_a_pipe_whose_number_nobody_knows_are_kept_from_the_second_on(scrimp: Scrimp) -> None:
    cache = ClaudeCache()
    with fake_provider(cache.answer) as provider:
        configure(scrimp, provider.url)
        ran = scrimp(*RUN, "-", "--system", SYSTEM, stdin=rows(6))

    assert ran.status == 0, ran.err
    assert [usage["cache_creation_input_tokens"] for usage in cache.usages] == [0, 3000, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("number", "system", "defaults"),
    [(1, SYSTEM, ""), (20, "Be brief.", ""), (20, SYSTEM, 'provider_cache = "off"')],
    ids=["one row", "a short text", "turned off"],
)
def test_nothing_is_kept_and_nobody_waits_where_that_saves_nothing_or_is_not_wanted(
    scrimp: Scrimp, number: int, system: str, defaults: str
) -> None:
    with fake_provider(ClaudeCache().answer) as provider:
        configure(scrimp, provider.url, defaults)
        scrimp.file("rows.jsonl", rows(number))
        ran = scrimp(*RUN, "rows.jsonl", "--system", system)

    assert ran.status == 0, ran.err
    assert "cache_control" not in json.dumps(provider.bodies)
    assert all(body["system"] == system for body in provider.bodies)
    assert bill_of(scrimp)["baseline"]["saved_by_usd"]["provider_caching"] == 0


def test_rows_answered_with_a_cache_are_found_again_without_it_and_say_the_same(scrimp: Scrimp) -> None:
    with fake_provider(ClaudeCache().answer) as provider:
        configure(scrimp, provider.url)
        scrimp.file("rows.jsonl", rows(5))
        kept = scrimp(*RUN, "rows.jsonl", "--system", SYSTEM)
        configure(scrimp, provider.url, 'provider_cache = "off"')
        again = scrimp(*RUN, "rows.jsonl", "--system", SYSTEM, "--cache", "only")

    assert again.status == 0, again.err
    assert len(provider.bodies) == 5
    assert [row["output"] for row in again.rows] == [row["output"] for row in kept.rows]
