"""OpenAI's decisions: the request, and how replies are read (providers' reference, 3.7)."""

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


def test_the_request_has_the_text_and_the_predicate_and_nothing_else() -> None:
    request = DIALECTS["openai"]().to_request(CALL, OPENAI)

    assert request.url == "https://api.openai.com/v1/decisions"
    assert json.loads(request.body) == {
        "model": "gpt-6-luna", "input": "Q: 2+2\n\nA: 4",
        "questions": [{"type": "predicate", "name": "ok", "instructions": "The answer is correct and complete."}],
    }  # fmt: skip


@given(st.floats(1e-9, 1))
def test_the_probability_is_that_of_the_one_token(share: float) -> None:
    result = read(predicate(share))

    assert isinstance(result, Completion)
    assert exp(result.logprobs[0].logprob) == pytest.approx(share)
    assert float(result.text) == share


@pytest.mark.parametrize("share", [0, 1])
def test_certainty_is_a_probability_too(share: int) -> None:
    result = read(predicate(share))

    assert isinstance(result, Completion)
    assert exp(result.logprobs[0].logprob) == pytest.approx(share)


def test_only_input_is_billed_cached_or_not() -> None:
    result = read(predicate(0.93))

    assert isinstance(result, Completion)
    assert result.usage == Usage(input=310)


def test_without_a_count_of_tokens_the_usage_is_unknown_not_zero() -> None:
    for usage in (None, {}, {"input_tokens": "many"}):
        result = read(predicate(0.93), usage=usage)
        assert isinstance(result, Completion)
        assert result.usage is None


def test_a_refusal_is_billed_and_has_no_probability() -> None:
    result = read([{"type": "refusal"}])

    assert isinstance(result, Completion)
    assert (result.stop_reason, result.logprobs, result.usage) == ("refused", (), Usage(input=310))


@pytest.mark.parametrize(
    "answers",
    [[], None, "yes", [3], predicate(None), predicate("0.9"), predicate(1.2), predicate(-0.1), predicate(True)],
)
def test_a_malformed_probability_is_a_failure(answers: Any) -> None:
    result = read(answers)

    assert isinstance(result, Failure)
    assert result.kind == "server"


def test_a_missing_endpoint_is_a_failure() -> None:
    assert isinstance(read([], status=404, error={"message": "no such path"}), Failure)
