"""Completions that hit their cap with no text, which hidden thought leaves: the cap is raised once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from command import Scrimp
from fake_provider import FakeProvider, Reply, completion, fake_provider
from scrimp.flows.answer.calls.call_parameters import CallParameters
from scrimp.flows.plan.run_options import RunOptions
from scrimp.providers.presets import PRESETS
from scrimp.values import ModelRef, Parameters

CONFIG = """
[defaults]
retries = 0
progress = "none"
[providers.fake]
dialect = "openai"
flavour = "openai"
base_url = "{url}"
key_env = "FAKE_KEY"
[models."fake/a"]
price = {{ input = 1, output = 1 }}
[models."fake/top"]
price = {{ input = 1, output = 20 }}
{more}
"""
NEEDED = 1000  # tokens of thought, before any text


def thinks_first(body: dict[str, Any]) -> Reply:
    """Answer as a model that thinks for so many tokens, which its cap has to hold, too."""
    cap = body.get("max_completion_tokens", 10**9)
    short = cap <= NEEDED
    text, usage = ("", cap) if short else ("geese", NEEDED + 2)
    counts = {
        "prompt_tokens": 10, "completion_tokens": usage, "total_tokens": usage + 10,
        "completion_tokens_details": {"reasoning_tokens": min(usage, NEEDED)},
    }  # fmt: skip
    return completion(text, model=body["model"], finish="length" if short else "stop", usage=counts)


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(thinks_first) as provider:
        yield provider


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.config(CONFIG.format(url=provider.url, more='[chains.c]\nsteps = ["fake/a", "fake/top"]\n'))
    scrimp.env["FAKE_KEY"] = "sk-test-0123456789abcdef"
    scrimp.file("rows.jsonl", "".join(json.dumps({"text": f"Which birds? {n}"}) + "\n" for n in range(8)))
    return scrimp


def caps(provider: FakeProvider) -> list[int | None]:
    return [body.get("max_completion_tokens") for body in provider.bodies]


def test_a_cap_that_left_no_text_is_raised_once_and_both_calls_are_paid_for(
    ready: Scrimp, provider: FakeProvider
) -> None:
    ran = ready("run", "rows.jsonl", "--limit", "1", "--model", "fake/a", "--max-output", "20")
    (row,) = ran.rows
    (entry,) = json.loads(ready("cost", "--json").out)

    assert (ran.status, row["status"], row["output"], row["attempts"]) == (0, "ok", "geese", 2), ran.err
    assert caps(provider) == [20, 4116]
    assert row["climb"][0]["why"] == "its cap left no text: asked again under a higher one"
    assert (entry["calls"], entry["cost_usd"]) == (2, row["cost_usd"]) == (2, (10 + 20 + 10 + NEEDED + 2) / 1e6)


def test_the_same_model_is_asked_again_before_a_chain_goes_up(ready: Scrimp, provider: FakeProvider) -> None:
    (row,) = ready("run", "rows.jsonl", "--limit", "1", "--chain", "c", "--max-output", "20", "--check", "true").rows

    assert (row["output"], row["escalated"], row["model"]) == ("geese", False, "a")
    assert [body["model"] for body in provider.bodies] == ["a", "a"]


def test_a_raised_cap_that_leaves_no_text_either_fails_the_row_with_the_next_move(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer = lambda _: completion("", finish="length")
    ran = ready("run", "rows.jsonl", "--limit", "1", "--model", "fake/a", "--max-output", "20")
    (row,) = ran.rows

    assert (row["status"], row["error"]["kind"], caps(provider)) == ("truncated", "too_long", [20, 4116])
    assert "before any text came: raise --max-output, or lower --effort" in row["error"]["message"]


@pytest.mark.parametrize(
    ("words", "text"), [((), ""), (("--max-output", "20"), "half a"), (("--max-output", "40000"), "")]
)
def test_nothing_is_asked_twice_without_a_cap_or_with_some_text_or_under_a_huge_cap(
    ready: Scrimp, provider: FakeProvider, words: tuple[str, ...], text: str
) -> None:
    provider.answer = lambda _: completion(text, finish="length")
    (row,) = ready("run", "rows.jsonl", "--limit", "1", "--model", "fake/a", *words).rows

    assert (row["status"], len(provider.bodies)) == ("truncated", 1)


def test_a_raised_cap_does_not_pass_the_cap_of_the_run(ready: Scrimp, provider: FakeProvider) -> None:
    # The first call can cost 0.0015 at most, the second 0.082: 4116 tokens at $20 a million.
    words = ("--model", "fake/top", "--max-output", "20", "--max-cost", "0.01")
    ran = ready("run", "rows.jsonl", "--limit", "1", *words)
    (row,) = ran.rows

    assert (ran.status, row["status"], len(provider.bodies)) == (5, "skipped", 1), ran.err
    assert "4,116 output tokens" in row["error"]["message"]
    assert row["cost_usd"] == (10 + 20 * 20) / 1e6


def test_after_a_few_rows_calls_begin_with_the_cap_that_left_room() -> None:
    model, warnings = ModelRef("openai", "gpt-6-luna"), list[str]()
    options = RunOptions(parameters=Parameters(max_output=20))
    parameters = CallParameters(options, PRESETS, warnings.append)
    raised = parameters.with_room(parameters.as_given(model), model)
    assert raised is not None
    begun = []
    for _ in range(4):
        begun.append(parameters.of(model).max_output)
        parameters.learn_room(model, raised.max_output or 0)

    assert begun == [20, 20, 20, 4116]
    # A call that begins with the higher cap is not raised above it.
    assert parameters.with_room(parameters.as_given(model), model) == raised
    assert [warning.partition(":")[0] for warning in warnings] == [
        "hidden thought of openai/gpt-6-luna took all that --max-output allows, and no text came"
    ]
