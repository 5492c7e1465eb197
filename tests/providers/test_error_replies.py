"""What error replies mean: the kind of failure, whether to retry, and how long to wait."""

from __future__ import annotations

from typing import Any

import pytest

from providers.replies import failed, read
from scrimp.failures import is_retryable, policy_of
from scrimp.providers.error_replies import retry_after


@pytest.mark.parametrize(
    ("preset", "status", "body", "kind", "retryable", "final"),
    [
        ("openai", 401, {"error": {"code": "invalid_api_key"}}, "auth", False, True),
        ("openai", 429, {"error": {"code": "rate_limit_exceeded"}}, "rate_limit", True, False),
        ("openai", 429, {"error": {"code": "insufficient_quota"}}, "quota", False, True),
        ("openai", 400, {"error": {"code": "context_length_exceeded"}}, "too_long", False, False),
        ("openai", 404, {"error": {"code": "model_not_found"}}, "not_found", False, False),
        ("deepseek", 402, {"error": {"message": "Insufficient Balance"}}, "quota", False, True),
        ("mistral", 401, {"detail": "Unauthorized"}, "auth", False, True),
        ("mistral", 422, {"detail": [{"loc": ["body"], "msg": "bad"}]}, "invalid", False, False),
        ("anthropic", 529, {"type": "error", "error": {"type": "overloaded_error"}}, "server", True, False),
        ("anthropic", 429, {"type": "error", "error": {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}}}, "quota", False, True),
        ("gemini", 429, {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"violations": [{"quotaId": "RequestsPerDayPerProject"}]}]}}, "quota", False, True),
        ("gemini", 429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, "rate_limit", True, False),
        ("openrouter", 200, {"error": {"code": 502, "message": "provider failed"}}, "server", True, False),
        ("qwen", 400, {"error": {"code": "data_inspection_failed"}}, "refused", False, False),
        ("openai", 500, b"<html>", "server", True, False),
    ],
)  # fmt: skip
def test_the_kind_of_an_error_comes_from_its_codes_before_its_status(
    preset: str, status: int, body: Any, kind: str, retryable: bool, final: bool
) -> None:
    result = failed(read(preset, body, status=status))

    assert (result.kind, is_retryable(result), policy_of(result).ends_provider) == (kind, retryable, final)
    assert preset in result.message


def test_x_should_retry_overrides_the_status() -> None:
    assert not is_retryable(failed(read("openai", {}, status=500, headers={"x-should-retry": "false"})))
    assert is_retryable(failed(read("openai", {}, status=400, headers={"x-should-retry": "true"})))


@pytest.mark.parametrize(
    ("headers", "error", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, {}, 1.5),
        ({"retry-after": "2.5"}, {}, 2.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, {}, 40.0),
        ({}, {"details": [{"retryDelay": "34s"}]}, 34.0),
        ({"retry-after": "soon"}, {}, None),
    ],
)
def test_the_requested_wait_is_found_in_header_or_body(
    headers: dict[str, str], error: Any, seconds: float | None
) -> None:
    assert retry_after(headers, error, now=60.0) == seconds


def test_a_retired_model_is_named_with_its_replacement() -> None:
    assert "gpt-6-luna" in failed(read("openai", {}, status=404, model="gpt-5-nano")).message
