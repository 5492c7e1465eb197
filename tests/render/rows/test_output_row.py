from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outcomes import answer, answered, entry, failed
from scrimp.billing.row_cost import cost_in_run
from scrimp.render.decimal_json import decimal_number, encode_json
from scrimp.render.rows.output_row import output_row
from scrimp.values import Compression, Outcome, Usage


def shown(outcome: Outcome) -> str:
    return msgspec.json.encode(output_row(outcome)).decode()


def test_a_row_is_written_as_the_design_says() -> None:
    kept = msgspec.structs.replace(
        answer(tier="simple", confidence=0.94, why="choices"),
        usage=Usage(input=212, output=3),
        compressed=Compression(before=391, after=212, level="lossless"),
    )

    assert shown(answered(kept, index=41, name="t-41", row={"ticket": "..."})) == (
        '{"v":1,"index":41,"id":"t-41","status":"ok","output":"billing","parsed":null,"model":"gpt-6-luna",'
        '"provider":"openai","tier":"simple","chain":null,"escalated":false,"confidence":0.94,"why":"choices",'
        '"cache":"miss","finish_reason":"stop",'
        '"usage":{"input":212,"cache_read":0,"cache_write":0,"output":3,"reasoning":0},"cost_usd":0.0000118,'
        '"price":"2026-11-09","compressed":{"before":391,"after":212,"level":"lossless"},"attempts":1,"error":null,'
        '"input":{"ticket":"..."}}'
    )


def test_a_failed_row_says_why_and_has_no_output() -> None:
    row = msgspec.json.decode(shown(failed(entries=[entry(status="failed", cost="0")], row={"a": 1})))

    assert row["error"] == {"kind": "server", "http": 500, "retryable": True, "message": "openai had an error"}
    assert (row["status"], row["output"], row["input"]) == ("error", None, {"a": 1})
    assert (row["model"], row["provider"], row["attempts"]) == ("gpt-6-luna", "openai", 1)


def test_a_truncated_row_shows_what_there_was_of_it() -> None:
    row = output_row(failed("truncated", kind="schema", kept=answer("bill"), entries=[entry(status="truncated")]))

    assert (row.status, row.output) == ("truncated", "bill")


def test_a_failed_row_is_never_an_empty_completion() -> None:
    assert output_row(failed(kept=answer(""))).output is None


def test_an_empty_completion_that_was_accepted_stays_one() -> None:
    assert output_row(answered(answer(""))).output == ""


@pytest.mark.parametrize("cache", ["hit", "dup"])
def test_a_completion_we_already_had_costs_nothing_now(cache: str) -> None:
    outcome = answered(cache=cache)  # type: ignore[arg-type]  # a parameter

    assert cost_in_run(outcome) == 0
    assert '"cost_usd":0,' in shown(outcome)


def test_every_attempt_is_in_the_cost_of_a_row() -> None:
    cheap, dear = entry(cost="0.00001"), entry("anthropic/claude-sonnet-5-5", "0.0043", step=1)

    assert cost_in_run(answered(entries=[cheap, dear])) == Decimal("0.00431")


def test_an_unknown_cost_is_null_and_never_zero() -> None:
    assert '"cost_usd":null' in shown(answered(answer(cost=None), entries=[entry(cost="0.1"), entry(cost=None)]))
    assert '"cost_usd":null' in shown(failed(entries=[entry(status="lost", cost=None)]))


def test_a_row_nothing_was_sent_for_cost_nothing() -> None:
    assert cost_in_run(failed("skipped", kind="budget")) == 0


def test_a_row_that_failed_after_a_billed_error_has_the_tokens_of_its_cost() -> None:
    billed = msgspec.structs.replace(entry(status="failed", cost="0.25"), usage=Usage(input=100, output=7))
    unbilled = msgspec.structs.replace(entry(status="failed", cost="0"), price=None)

    for calls in ([billed], [billed, unbilled]):
        row = msgspec.json.decode(shown(failed(entries=calls)))
        assert (row["usage"]["input"], row["usage"]["output"], row["cost_usd"]) == (100, 7, 0.25)
        assert row["price"] == billed.price
    assert msgspec.json.decode(shown(failed(entries=[unbilled])))["usage"] is None


def test_only_an_estimate_is_called_one() -> None:
    assert "estimated" not in shown(answered())
    assert shown(answered(entries=[entry(estimated=True)])).endswith('"estimated":true}')


@given(st.decimals(min_value=0, max_value=10**6, places=9))
def test_dollars_keep_their_digits_and_take_no_exponent(dollars: Decimal) -> None:
    digits = bytes(decimal_number(dollars)).decode()

    assert Decimal(digits) == dollars
    assert "e" not in digits.lower()


def test_documents_are_written_with_exact_dollars() -> None:
    assert encode_json({"a": [Decimal("1E-9"), None], "b": Decimal(100)}) == b'{"a":[0.000000001,null],"b":100}'
