from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from command import Scrimp, provider_table
from fake_provider import FakeProvider, completion, echo, error
from terminal import at_terminal

ROWS = "".join(json.dumps({"id": f"t-{n}", "text": f"prompt {n}"}) + "\n" for n in range(10))


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("rows.jsonl", ROWS)
    return scrimp


def test_every_row_is_answered_in_the_order_of_the_input(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl")

    assert ran.status == 0, ran.err
    assert [row["output"] for row in ran.rows] == [f"echo: prompt {n}" for n in range(10)]
    assert [(row["index"], row["id"]) for row in ran.rows] == [(n, f"t-{n}") for n in range(10)]


def test_a_row_says_what_happened_to_it(ready: Scrimp) -> None:
    row = ready("run", "rows.jsonl", "--limit", "1").rows[0]

    assert row.items() >= {
        "v": 1, "status": "ok", "model": "test-model", "provider": "fake", "cache": "miss", "finish_reason": "stop",
        "cost_usd": 0.00003, "price": "user", "attempts": 1, "error": None, "escalated": False,
    }.items()  # fmt: skip
    assert row["usage"] == {"input": 10, "cache_read": 0, "cache_write": 0, "output": 2, "reasoning": 0}
    assert row["input"] == {"id": "t-0", "text": "prompt 0"}


def test_asking_twice_is_billed_once(ready: Scrimp, provider: FakeProvider) -> None:
    first, second = ready("run", "rows.jsonl"), ready("run", "rows.jsonl")

    assert len(provider.bodies) == 10
    assert {row["cache"] for row in second.rows} == {"hit"}
    assert [row["output"] for row in second.rows] == [row["output"] for row in first.rows]
    assert sum(row["cost_usd"] for row in second.rows) == 0


def imports_of(scrimp: Scrimp, *words: str) -> set[str]:
    """Run a command in a process of its own and return the modules it imported."""
    scrimp.env["PYTHONPROFILEIMPORTTIME"] = "1"
    ran = scrimp.process(*words)
    assert ran.status == 0, ran.err
    return {line.rpartition("|")[2].strip() for line in ran.err.splitlines() if line.startswith("import time:")}


def test_a_run_from_the_cache_imports_no_client_no_tokenizer_and_no_price_table(ready: Scrimp) -> None:
    ready("run", "rows.jsonl")
    imported = imports_of(ready, "run", "rows.jsonl")

    slow = {"httpx", "pyreqwest", "tiktoken", "rich", "asyncio", "scrimp.prices.book", "scrimp.prices.table"}
    assert "scrimp.store.cache" in imported
    assert not imported & slow


def test_a_run_that_calls_a_provider_imports_no_httpx(ready: Scrimp, provider: FakeProvider) -> None:
    imported = imports_of(ready, "run", "rows.jsonl")

    assert len(provider.bodies) == 10
    assert "pyreqwest.client" in imported
    assert "httpx" not in imported


def test_only_a_text_that_is_given_out_as_it_is_is_streamed(ready: Scrimp, provider: FakeProvider) -> None:
    assert "httpx" not in imports_of(ready, "ask", "hello", "--choices", "echo: hello,other")
    ready("ask", "hello to a pipe")
    at_terminal(ready, "ask", "hello to a terminal")

    assert [body.get("stream", False) for body in provider.bodies] == [False, True, True]


def test_a_streamed_completion_is_read_whoever_asked_for_it(ready: Scrimp, provider: FakeProvider) -> None:
    chunk = {"choices": [{"delta": {"content": "hi"}, "finish_reason": "stop"}]}
    events = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
    provider.answer = lambda _: (200, {"content-type": "text/event-stream"}, events)

    piped, shown = ready("ask", "hello"), at_terminal(ready, "ask", "hello to a terminal")

    assert (piped.out, shown) == ("hi\n", "hi\n")


def test_equal_rows_are_called_once(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("same.jsonl", '{"text": "x"}\n' * 50)
    ran = ready("run", "same.jsonl")

    assert len(provider.bodies) == 1
    assert [row["cache"] for row in ran.rows] == ["miss"] + ["dup"] * 49


@pytest.mark.parametrize("mode", ["off", "refresh"])
def test_without_the_cache_equal_rows_are_still_called_once(ready: Scrimp, provider: FakeProvider, mode: str) -> None:
    ready("run", "rows.jsonl", "--limit", "1")
    ready.file("same.jsonl", '{"text": "prompt 0"}\n' * 5)
    ready("run", "same.jsonl", "--cache", mode)

    assert len(provider.bodies) == 2


def test_cache_only_calls_nobody_and_exits_7_on_a_miss(ready: Scrimp, provider: FakeProvider) -> None:
    ready("run", "rows.jsonl", "--limit", "4")
    ran = ready("run", "rows.jsonl", "--cache", "only")

    assert (ran.status, len(provider.bodies)) == (7, 4)
    assert [row["status"] for row in ran.rows] == ["ok"] * 4 + ["skipped"] * 6


def test_a_cached_completion_too_old_is_asked_for_again(ready: Scrimp, provider: FakeProvider) -> None:
    ready("run", "rows.jsonl", "--limit", "1")
    ready("run", "rows.jsonl", "--limit", "1", "--cache-ttl", "0s")

    assert len(provider.bodies) == 2


def test_the_ledger_sums_to_the_bill(ready: Scrimp) -> None:
    ready("run", "rows.jsonl", "--summary-file", "bill.json")
    bill = json.loads((ready.cwd / "bill.json").read_bytes(), parse_float=Decimal)
    ledger = json.loads(ready("cost", "--json").out, parse_float=Decimal)

    # Ten calls of 10 tokens in at $1 a million and 2 out at $10.
    assert [entry["cost_usd"] for entry in ledger] == [Decimal("0.0003")]
    assert bill["cost_usd"] == Decimal("0.0003")


def test_the_bill_goes_to_stdout_where_rows_go_to_a_file(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl", "-q", "-o", "out.jsonl", "--summary-file", "-")

    assert (ran.status, json.loads(ran.out)["rows"]["ok"], (ready.cwd / "-").exists()) == (0, 10, False)


def test_labels_can_be_asked_of_the_ledger(ready: Scrimp) -> None:
    ready("run", "rows.jsonl", "--user", "ada", "--tag", "team=blue", "--route", "triage")

    for by, name in (("user", "ada"), ("tag:team", "blue"), ("route", "triage")):
        assert json.loads(ready("cost", "--json", "--by", by).out)[0][by] == name


def test_the_next_model_of_a_tier_takes_over(ready: Scrimp, provider: FakeProvider) -> None:
    ready.config(
        f"{provider_table(provider.url)}"
        '[providers.dead]\ndialect = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nkey_env = "FAKE_KEY"\n'
        '[tiers]\nsimple = ["dead/x", "fake/test-model"]\n'
    )
    ran = ready("run", "rows.jsonl", "--tier", "simple", "--retries", "0")

    assert ran.status == 0, ran.err
    assert {row["provider"] for row in ran.rows} == {"fake"}


def test_a_server_in_trouble_is_asked_again(ready: Scrimp, provider: FakeProvider) -> None:
    def flaky(body: dict[str, Any]) -> Any:
        return error(503, headers={"retry-after": "0"}) if len(provider.bodies) < 3 else echo(body)

    provider.answer = flaky
    ran = ready("run", "rows.jsonl", "--limit", "1")

    assert (ran.status, len(provider.bodies)) == (0, 3)
    assert {entry["status"] for entry in json.loads(ready("cost", "--json", "--by", "status").out)} == {
        "failed",
        "paid",
    }


def test_choices_are_kept_or_the_row_fails(ready: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: completion("Billing." if "0" in body["messages"][-1]["content"] else "no idea")
    ran = ready("run", "rows.jsonl", "--limit", "2", "--choices", "billing,other")

    assert ran.status == 3
    assert ran.rows[0]["parsed"] == "billing"
    assert (ran.rows[1]["status"], ran.rows[1]["error"]["kind"]) == ("error", "schema")


def test_a_schema_is_sent_and_checked(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("s.json", '{"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}')
    provider.answer = lambda body: completion('{"n": 3}' if "0" in body["messages"][-1]["content"] else '{"n": "x"}')
    ran = ready("run", "rows.jsonl", "--limit", "2", "--schema", "s.json")

    assert provider.bodies[0]["response_format"]["type"] == "json_schema"
    assert ran.rows[0]["parsed"] == {"n": 3}
    assert ran.rows[1]["error"]["kind"] == "schema"


def test_a_check_decides_by_its_exit_status(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl", "--check", "grep -q 'prompt [0-4]'")

    assert [row["status"] for row in ran.rows] == ["ok"] * 5 + ["error"] * 5


def test_a_chain_climbs_only_where_it_must(ready: Scrimp, provider: FakeProvider) -> None:
    ready.config(
        f"{provider_table(provider.url)}"
        '[chains.up]\nsteps = ["fake/cheap", "fake/dear"]\nsignal = "choices"\n'
        '[models."fake/cheap"]\nprice = { input = 1.0, output = 1.0 }\n'
        '[models."fake/dear"]\nprice = { input = 10.0, output = 10.0 }\n'
    )

    def answer(body: dict[str, Any]) -> Any:
        sure = body["model"] == "dear" or body["messages"][-1]["content"].endswith(("0", "1"))
        return completion("yes" if sure else "who knows", model=body["model"])

    provider.answer = answer
    ran = ready("run", "rows.jsonl", "--chain", "up", "--choices", "yes,no")

    assert ran.status == 0, ran.err
    assert [row["escalated"] for row in ran.rows] == [False] * 2 + [True] * 8
    assert len(provider.bodies) == 18
    assert ran.rows[9]["cost_usd"] == pytest.approx(0.000012 + 0.00012)


def test_the_cap_is_kept(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl", "--max-cost", "0.0002", "--max-output", "5", "-j", "4")

    assert ran.status == 5, ran.err
    assert 0 < sum(row["cost_usd"] for row in ran.rows if row["cost_usd"]) <= 0.0002
    assert "--max-cost" in ran.err


def test_a_provider_that_bills_more_than_a_call_can_cost_passes_the_cap_once_and_it_is_said(
    ready: Scrimp, provider: FakeProvider
) -> None:
    hidden = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 500}  # reasoning outside max_tokens
    provider.answer = lambda _: completion("hi", usage=hidden)
    ran = ready("run", "rows.jsonl", "--max-cost", "0.0005", "--max-output", "5", "-j", "10")

    assert ran.status == 5, ran.err
    assert len(provider.bodies) == 1  # the first call of a model goes alone
    assert sum(row["cost_usd"] or 0 for row in ran.rows) == pytest.approx(0.00491)
    assert "as much is reserved for those that follow" in ran.err
    assert "--max-cost was passed by $0.00441" in ran.err


def test_a_call_that_a_gateway_passed_to_another_model_is_not_priced_by_the_one_asked_for(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer = lambda _: completion("hi", model="another-vendor/dear-1")
    ran = ready("run", "rows.jsonl", "--limit", "3", "--model", "fake/other")

    assert [row["cost_usd"] for row in ran.rows] == [None] * 3
    assert ran.err.count("fake/other was answered by another-vendor/dear-1") == 1


@pytest.mark.parametrize("flag", ["--fields", "--tier", "-o", "--summary-file", "--choices"])
def test_a_flag_whose_variable_is_not_set_ends_the_run_before_a_call(
    ready: Scrimp, provider: FakeProvider, flag: str
) -> None:
    ran = ready("run", "rows.jsonl", flag, "")

    assert (ran.status, ran.out, provider.bodies) == (2, "", [])
    assert ran.err.startswith((f"scrimp: {flag} is empty, perhaps an unset", f"scrimp: {flag} '' names nothing: "))


def test_an_unpriced_model_is_refused_under_a_cap(ready: Scrimp, provider: FakeProvider) -> None:
    ran = ready("run", "rows.jsonl", "--model", "fake/other", "--max-cost", "1")

    assert (ran.status, provider.bodies) == (2, [])
    assert "--allow-unpriced" in ran.err


def test_an_unknown_cost_is_null_and_not_zero(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl", "--limit", "1", "--model", "fake/other")

    assert ran.rows[0]["cost_usd"] is None


def test_prompts_can_be_piped_in_and_completions_piped_on(ready: Scrimp) -> None:
    ran = ready("run", "-", "--format", "lines", "--out", "text", stdin="one\ntwo\n")

    assert ran.out == "echo: one\necho: two\n"


def test_no_input_at_all_is_not_an_error(ready: Scrimp) -> None:
    assert ready("run", "-").status == 0


def test_one_prompt_is_answered_and_answered_again_from_the_cache(ready: Scrimp, provider: FakeProvider) -> None:
    first, second = (
        ready("ask", "hello", "--choices", "echo: hello,no"),
        ready("ask", "hello", "--choices", "echo: hello,no"),
    )

    assert (first.out, second.out, first.status) == ("echo: hello\n", "echo: hello\n", 0)
    assert len(provider.bodies) == 1


def test_commands_that_only_look_call_no_api(ready: Scrimp, provider: FakeProvider) -> None:
    looks = [
        ready("estimate", "rows.jsonl"), ready("route", "rows.jsonl"), ready("models", "--all"), ready("doctor"),
        ready("prices", "check", "openai/gpt-6-luna"), ready("config", "check"), ready("cache", "stats"), ready("cost"),
    ]  # fmt: skip

    assert [ran.status for ran in looks] == [0] * 8, [ran.err for ran in looks]
    assert "10 to call" in looks[0].out
    assert provider.bodies == []


def test_an_exported_cache_answers_elsewhere(ready: Scrimp, provider: FakeProvider) -> None:
    ready("run", "rows.jsonl")
    assert ready("cache", "export", "kept.jsonl").status == 0
    (ready.home / "cache.db").unlink()
    assert "10" in ready("cache", "import", "kept.jsonl").out
    ready("run", "rows.jsonl")

    assert len(provider.bodies) == 10


def test_a_rule_decides_before_the_kind_of_task_does(ready: Scrimp, provider: FakeProvider) -> None:
    ready.provider(provider.url, more='[[rules]]\nmatch = "prompt [0-4]"\ntier = "high"\n')
    routes = [json.loads(line) for line in ready("route", "rows.jsonl", "--json").out.splitlines()]

    assert [route["tier"] for route in routes[:5]] == ["high"] * 5
    assert all(route["why"].startswith("rule 1") for route in routes[:5])
    assert not any(route["why"].startswith("rule") for route in routes[5:])


def test_a_proxy_of_the_environment_is_used(ready: Scrimp, provider: FakeProvider) -> None:
    ready.provider("http://llm.example.invalid/v1")
    ready.env["HTTP_PROXY"] = ready.env["http_proxy"] = provider.url.removesuffix("/v1")
    ran = ready("run", "rows.jsonl", "--limit", "1")

    assert ran.status == 0, ran.err
    assert provider.headers[0]["host"] == "llm.example.invalid"


def test_quiet_leaves_only_errors_on_stderr(ready: Scrimp) -> None:
    words = ("run", "rows.jsonl", "--fields", "output,input.nope")
    loud, quiet = ready(*words), ready(*words, "-q")

    assert "warning: row 0 has no input column 'nope'" in loud.err
    assert (quiet.status, quiet.out, quiet.err) == (loud.status, loud.out, "")


def test_only_the_failed_rows_of_a_former_output_are_run_and_it_is_not_written_over(
    ready: Scrimp, provider: FakeProvider
) -> None:
    rows = ready.file("in.jsonl", '{"text": "a"}\n{"text": "b"}\n{"text": "c"}\n')
    ready.file("out.jsonl", '{"index": 0, "id": null, "status": "ok"}\n{"index": 1, "id": null, "status": "error"}\n')

    ran = ready("run", str(rows), "--only-failed", "out.jsonl")
    refused = ready("run", str(rows), "--only-failed", "out.jsonl", "-o", "out.jsonl")

    assert [(row["index"], row["output"]) for row in ran.rows] == [(1, "echo: b"), (2, "echo: c")]
    assert "out.jsonl: 1 row answered and left out; 1 not ok" in ran.err
    assert refused.status == 2
    assert "--only-failed" in refused.err
