"""Whose fault an error is: the prompt's, the model's, the key's or the request's; vendors give all of them a 400."""

from __future__ import annotations

from typing import Any

import pytest

from providers.dialect_replies import failed, read
from scrimp.failures import is_retryable, policy_of
from scrimp.providers.replies.error_kinds import kind_of
from scrimp.values import Failure


def error(preset: str, status: int, message: str, **fields: Any) -> Failure:
    return failed(read(preset, {"error": {"message": message} | fields}, status=status, model="m"))


# Messages as vendors and servers send them, each without a code that would tell.
TOO_LONG = [
    "prompt is too long: 210000 tokens > 200000 maximum", "Input is too long for requested model.",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "Range of input length should be [1, 30720]",
    "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000",
    "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.",
    "the request exceeds the available context size. try increasing the context size or enable context shift",
    "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    "input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000, decrease input length",
    "Please reduce the length of the messages or completion.",
    "Input validation error: `inputs` must have less than 4095 tokens: the prompt exceeds the limit",
    "The text is longer than the maximum of 200000 characters",
]  # fmt: skip
DECLINED = [
    "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    "Output blocked by content filtering policy", "Input data may contain inappropriate content.",
    "Request was blocked by guardrail pii", "messages: text content blocks must be non-empty",
    "GenerateContentRequest.contents: contents is not specified",
    "all messages must have non-empty content except for the optional final assistant message",
]  # fmt: skip
NO_MODEL = [
    (400, "Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key."),
    (400, "acme/foo is not a valid model ID"), (400, "The model `gpt-9` does not exist or you do not have access to it."),
    (400, "model gpt-9 not found, try pulling it first"), (400, "There are no healthy deployments for this model."),
    (403, "Project `proj_1` does not have access to model `gpt-9`"), (403, "You don't have access to the model with the specified model ID."),
    (401, "key not allowed to access model. This key can only access models=['a']. Tried to access gpt-9"),
    (403, "Your organization must be verified to stream this model."), (403, "model gpt-9 is in limited preview"),
    (403, "You are not allowed to sample from this model"), (410, "This model has been retired."), (410, ""), (404, ""),
    (400, "Model gpt-9 has been deprecated"), (422, "Unknown model: gpt-9"), (404, "No endpoints found for acme/foo."),
]  # fmt: skip
BAD_KEY = [
    (400, "API key not valid. Please pass a valid API key."), (400, "API key expired. Please renew the API key."),
    (401, "Incorrect API key provided: sk-..."), (401, "invalid x-api-key"), (403, "Your account has been flagged for abuse"),
    (403, "Forbidden"), (403, "Country, region, or territory not supported"), (401, "No cookie auth credentials found"),
]  # fmt: skip
NO_FEATURE = [
    "Your organization must be verified to generate reasoning summaries", "Structured outputs need an approved account",
    "The service_tier 'priority' is not enabled for your account", "logprobs are turned off here",
]  # fmt: skip
BAD_REQUEST = [
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    "Unsupported value: 'temperature' does not support 0 with this model.", "Unrecognized request argument supplied: foo",
    "max_tokens is too large: 100000. This model supports at most 16384 completion tokens.",
    "Invalid schema for response_format 'answer': schema must be of type object", "top_logprobs: invalid",
    "temperature: must be less than or equal to 1", "`tools` is not supported",
]  # fmt: skip


@pytest.mark.parametrize("message", TOO_LONG)
@pytest.mark.parametrize("status", [400, 422])
def test_a_prompt_that_is_too_long_is_a_fault_of_its_row_in_every_wording(message: str, status: int) -> None:
    failure = error("litellm", status, message)

    assert failure.kind == "too_long"
    assert not policy_of(failure).opens_breaker


@pytest.mark.parametrize("message", DECLINED)
@pytest.mark.parametrize("status", [400, 403])
def test_a_prompt_that_is_declined_is_a_fault_of_its_row_in_every_wording(message: str, status: int) -> None:
    assert error("litellm", status, message).kind == "refused"


@pytest.mark.parametrize(("status", "message"), NO_MODEL)
def test_a_model_that_cannot_be_had_ends_that_model_only(status: int, message: str) -> None:
    failure = error("litellm", status, message)

    assert failure.kind == "not_found"
    assert policy_of(failure).opens_breaker
    assert not policy_of(failure).ends_provider


@pytest.mark.parametrize(("status", "message"), BAD_KEY)
def test_a_key_that_is_refused_ends_the_provider(status: int, message: str) -> None:
    assert error("litellm", status, message).kind == "auth"


@pytest.mark.parametrize("message", BAD_REQUEST)
def test_a_parameter_that_is_refused_is_neither_the_prompt_nor_the_model(message: str) -> None:
    assert error("openai", 400, message).kind == "invalid"


def test_gemini_s_bad_key_is_told_by_its_details_in_either_envelope() -> None:
    body = {"error": {"code": 400, "message": "no", "details": [{"reason": "API_KEY_INVALID"}]}}

    assert failed(read("gemini", body, status=400)).kind == "auth"
    assert failed(read("gemini", [body], status=400)).kind == "auth"


@pytest.mark.parametrize("status", [500, 501, 502, 503, 505, 507, *range(520, 531), 529, 561, 599])
def test_every_5xx_is_trouble_that_may_pass(status: int) -> None:
    failure = failed(read("openai", {}, status=status))

    assert failure.kind == ("timeout" if status in (524, 599) else "server")
    assert is_retryable(failure)
    assert policy_of(failure).fails_over


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Request too large for gpt-x on tokens per min (TPM): Limit 30000, Requested 45000.", "too_long"),
        ("Rate limit reached on tokens per min (TPM): Limit 30,000, Requested 45,000.", "too_long"),
        ("Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000, Requested 5000. Try again in 8s.", "rate_limit"),
        ("Rate limit reached on requests per min (RPM): Limit 3, Used 3, Requested 1.", "rate_limit"), ("", "rate_limit"),
    ],
)  # fmt: skip
def test_a_429_that_no_wait_helps_is_a_fault_of_its_row(message: str, kind: str) -> None:
    assert error("openai", 429, message).kind == kind


@pytest.mark.parametrize(
    ("status", "body", "headers", "words"),
    [
        (308, b"", {"location": "https://me:secret@llm.example/v2?key=secret"}, "to https://llm.example/v2"),
        (404, b"<html><title>404 Not Found</title></html>", {}, "has nothing at"), (404, {"detail": "Not Found"}, {}, "has nothing at"),
    ],
)  # fmt: skip
def test_a_wrong_address_is_not_told_as_a_fault_of_the_model(status: int, body: Any, headers: Any, words: str) -> None:
    message = failed(read("litellm", body, status=status, headers=headers)).message

    assert words in message
    assert "check base_url" in message
    assert "secret" not in message
    assert "model" not in message


@pytest.mark.parametrize(
    "body", [{"error": "overloaded, come back"}, {"object": "error", "message": "overloaded, come back"}]
)
def test_an_error_in_a_200_is_shown(body: Any) -> None:
    failure = failed(read("vllm", body))

    assert "overloaded, come back" in failure.message
    assert is_retryable(failure)


@pytest.mark.parametrize("words", NO_FEATURE)
def test_a_403_about_a_feature_ends_neither_the_key_nor_the_provider(words: str) -> None:
    assert kind_of(403, set(), {}, words) == "invalid"
