"""OpenAI's decisions: what is sent, and what its replies are taken for (providers' reference, 3.7)."""

from __future__ import annotations

import json
from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.presets import PRESETS
from scrimp.values import Call, Completion, Failure, Usage

OPENAI = PRESETS["openai"]
CALL = Call(
    provider="openai", model="gpt-6-luna", text="Q: 2+2\n\nA: 4", predicate="The answer is correct and complete."
)
USAGE = {
    "input_tokens": 310, "input_tokens_details": {"cached_tokens": 256, "cache_write_tokens": 0}, "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 312,
}  # fmt: skip


def read(answers: Any, *, status: int = 200, **more: Any) -> Completion | Failure:
    body = {"model": "gpt-6-luna", "answers": answers, "usage": USAGE} | more
    return DIALECTS["openai"]().to_completion(HttpReply(status=status, body=json.dumps(body).encode()), CALL, OPENAI)


def predicate(probability: Any) -> list[dict[str, Any]]:
    return [{"type": "predicate", "name": "ok", "probability": probability}]


def test_a_predicate_is_asked_of_the_text_and_nothing_else_is_sent() -> None:
    request = DIALECTS["openai"]().to_request(CALL, OPENAI)

    assert request.url == "https://api.openai.com/v1/decisions"
    assert json.loads(request.body) == {
        "model": "gpt-6-luna", "input": "Q: 2+2\n\nA: 4",
        "questions": [{"type": "predicate", "name": "ok", "instructions": "The answer is correct and complete."}],
    }  # fmt: skip


@given(st.floats(1e-9, 1))
def test_the_probability_is_that_of_the_one_token(share: float) -> None:
    found = read(predicate(share))

    assert isinstance(found, Completion)
    assert exp(found.logprobs[0].logprob) == pytest.approx(share)
    assert float(found.text) == share


@pytest.mark.parametrize("share", [0, 1])
def test_certainty_is_a_probability_too(share: int) -> None:
    found = read(predicate(share))

    assert isinstance(found, Completion)
    assert exp(found.logprobs[0].logprob) == pytest.approx(share)


def test_it_is_billed_as_input_alone_cached_or_not() -> None:
    found = read(predicate(0.93))

    assert isinstance(found, Completion)
    assert found.usage == Usage(input=310)


def test_without_a_count_of_tokens_the_usage_is_unknown_and_not_nothing() -> None:
    for usage in (None, {}, {"input_tokens": "many"}):
        found = read(predicate(0.93), usage=usage)
        assert isinstance(found, Completion)
        assert found.usage is None


def test_a_refusal_was_billed_and_says_nothing() -> None:
    found = read([{"type": "refusal"}])

    assert isinstance(found, Completion)
    assert (found.stop_reason, found.logprobs, found.usage) == ("refused", (), Usage(input=310))


@pytest.mark.parametrize(
    "answers",
    [[], None, "yes", [3], predicate(None), predicate("0.9"), predicate(1.2), predicate(-0.1), predicate(True)],
)
def test_what_is_no_probability_is_a_failure(answers: Any) -> None:
    found = read(answers)

    assert isinstance(found, Failure)
    assert found.kind == "server"


def test_an_endpoint_that_is_not_there_is_a_failure() -> None:
    assert isinstance(read([], status=404, error={"message": "no such path"}), Failure)
