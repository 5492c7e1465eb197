"""What error replies mean: the kind of failure, whether to retry, and how long to wait."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from providers.dialect_replies import failed, read, streamed
from scrimp.failures import is_retryable, policy_of
from scrimp.providers.replies.error_replies import retry_after


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


OPENAI_ERROR: dict[str, Any] = {"error": {"message": "why", "type": None, "param": None, "code": None}}


def anthropic_error(kind: str, **details: str) -> dict[str, Any]:
    return {
        "type": "error",
        "error": {"type": kind, "message": "why", "details": details or None},
        "request_id": "req_1",
    }


def gemini_error(status: str) -> dict[str, Any]:
    return {"error": {"code": 1, "message": "why", "status": status, "details": []}}


def openrouter_error(kind: str, code: int) -> dict[str, Any]:
    return {"error": {"code": code, "message": "why", "metadata": {"error_type": kind, "provider_code": None}}}


# Reference 2.3, row by row: what may be tried again, what ends the provider, what is only this prompt.
RETRY, STOP, NEITHER = (True, False), (False, True), (False, False)
STATUSES = [
    *[("openai", status, OPENAI_ERROR, NEITHER) for status in (400, 404, 413, 422)],
    *[("openai", status, OPENAI_ERROR, RETRY) for status in (408, 409, 429, 500, 502, 503, 504)],
    *[("openai", status, OPENAI_ERROR, STOP) for status in (401, 402, 403)],
    ("openai", 407, {"error": {"message": "the model `x` does not exist"}}, STOP),
    *[(preset, 402, OPENAI_ERROR, STOP) for preset in ("deepseek", "openrouter", "tokenmix")],
    *[(preset, 422, OPENAI_ERROR, NEITHER) for preset in ("deepseek", "mistral")],
    *[("mistral", status, {"object": "error", "message": "why", "type": "x", "param": None, "code": "3051"}, RETRY) for status in (429, 500, 502, 503, 504)],
    ("anthropic", 400, anthropic_error("invalid_request_error"), NEITHER),
    ("anthropic", 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "spend limit you set reached"}}, STOP),
    ("anthropic", 401, anthropic_error("authentication_error"), STOP),
    ("anthropic", 402, anthropic_error("billing_error"), STOP),
    ("anthropic", 403, anthropic_error("permission_error"), STOP),
    ("anthropic", 404, anthropic_error("not_found_error"), NEITHER),
    ("anthropic", 409, anthropic_error("conflict_error"), RETRY),
    ("anthropic", 413, anthropic_error("request_too_large"), NEITHER),
    ("anthropic", 429, anthropic_error("rate_limit_error"), RETRY),
    ("anthropic", 429, anthropic_error("rate_limit_error", error_code="ramp_limit_exceeded"), RETRY),
    ("anthropic", 429, anthropic_error("rate_limit_error", error_code="never_seen_before"), RETRY),
    ("anthropic", 500, anthropic_error("api_error"), RETRY),
    ("anthropic", 504, anthropic_error("timeout_error"), RETRY),
    ("gemini", 400, gemini_error("INVALID_ARGUMENT"), NEITHER),
    ("gemini", 400, gemini_error("FAILED_PRECONDITION"), NEITHER),
    ("gemini", 401, gemini_error("UNAUTHENTICATED"), STOP),
    ("gemini", 403, gemini_error("PERMISSION_DENIED"), STOP),
    ("gemini", 404, gemini_error("NOT_FOUND"), NEITHER),
    ("gemini", 500, gemini_error("INTERNAL"), RETRY),
    ("gemini", 503, gemini_error("UNAVAILABLE"), RETRY),
    ("gemini", 504, gemini_error("DEADLINE_EXCEEDED"), RETRY),
    ("qwen", 429, {"error": {"message": "why", "type": "x", "param": None, "code": "Throttling.RateQuota"}}, RETRY),
    ("qwen", 429, {"error": {"message": "why", "type": "x", "param": None, "code": "insufficient_quota"}}, STOP),
    ("portkey", 412, {"error": {"message": "budget spent"}}, STOP),
    ("portkey", 446, {"error": {"message": "guardrail denied"}}, NEITHER),
    ("litellm", 400, {"error": {"message": "why", "type": "budget_exceeded", "code": "400"}}, STOP),
    ("litellm", 400, {"error": {"message": "why", "type": "ContextWindowExceededError", "code": "400"}}, NEITHER),
]  # fmt: skip


@pytest.mark.parametrize(("preset", "status", "body", "consequence"), STATUSES)
def test_a_status_has_the_consequence_of_the_reference(
    preset: str, status: int, body: Any, consequence: tuple[bool, bool]
) -> None:
    result = failed(read(preset, body, status=status))

    assert (is_retryable(result), policy_of(result).ends_provider) == consequence
    assert result.http == status
    assert f"({status}" in result.message


# Reference 11: the error types of OpenRouter, with the status that each has.
ERROR_TYPES = [
    ("rate_limit_exceeded", 429, RETRY), ("provider_overloaded", 503, RETRY), ("provider_unavailable", 502, RETRY),
    ("server", 500, RETRY), ("timeout", 504, RETRY), ("authentication", 401, STOP), ("payment_required", 402, STOP),
    ("permission_denied", 403, STOP), ("invalid_request", 400, NEITHER), ("content_policy_violation", 403, NEITHER),
    ("refusal", 400, NEITHER), ("context_length_exceeded", 400, NEITHER),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code", "consequence"), ERROR_TYPES)
@pytest.mark.parametrize("status", [200, None])
def test_an_error_means_the_same_inside_a_reply_of_200(
    kind: str, code: int, consequence: tuple[bool, bool], status: int | None
) -> None:
    result = failed(read("openrouter", openrouter_error(kind, code), status=status or code))
    event, _ = streamed("openrouter", [openrouter_error(kind, code)])
    by_type = read("openrouter", {"error": {"code": kind, "message": "why"}})
    by_code = read("openrouter", {"error": {"code": code, "message": "why"}})

    assert (is_retryable(result), policy_of(result).ends_provider) == consequence
    assert failed(event).kind == failed(by_type).kind == result.kind
    if result.kind not in ("refused", "too_long"):  # these have no status of their own
        assert failed(by_code).kind == result.kind


# Each code as its vendor sends it, with its status: the same without one.
CODES = [
    ("insufficient_quota", 429), ("insufficient_balance", 402), ("invalid_api_key", 401), ("model_not_found", 404),
    ("string_above_max_length", 400), ("data_inspection_failed", 400),
]  # fmt: skip


@pytest.mark.parametrize(("code", "status"), CODES)
def test_a_code_means_the_same_where_no_status_comes_with_it(code: str, status: int) -> None:
    body = {"error": {"message": "why", "type": "error", "code": code}}
    result = failed(read("openai", body, status=status))

    assert failed(read("openai", body, status=200)).kind == failed(streamed("openai", [body])[0]).kind == result.kind
    assert result.kind not in ("server", "invalid")


# Reference 5.4: an error event of a stream has a type and no status.
@pytest.mark.parametrize(
    ("kind", "status", "consequence"),
    [
        ("overloaded_error", 529, RETRY), ("api_error", 500, RETRY), ("timeout_error", 504, RETRY), ("rate_limit_error", 429, RETRY),
        ("authentication_error", 401, STOP), ("permission_error", 403, STOP), ("billing_error", 402, STOP),
        ("not_found_error", 404, NEITHER), ("invalid_request_error", 400, NEITHER), ("request_too_large", 413, NEITHER),
        ("never_seen_before", None, RETRY),
    ],
)  # fmt: skip
def test_the_type_of_a_stream_s_error_stands_for_its_status(
    kind: str, status: int | None, consequence: tuple[bool, bool]
) -> None:
    result = failed(streamed("anthropic", [anthropic_error(kind)])[0])

    assert (is_retryable(result), policy_of(result).ends_provider) == consequence
    assert ("(why)" if status is None else f"({status}: why)") in result.message  # none that nobody told
    assert result.http == 200


@pytest.mark.parametrize(
    ("preset", "status", "error", "kind"),
    [
        ("openai", 400, {"code": "context_length_exceeded"}, "too_long"),
        ("openai", 400, {"message": "This model's maximum context length is 400000 tokens."}, "too_long"),
        ("llamacpp", 400, {"type": "exceed_context_size_error", "code": 400}, "too_long"),
        ("litellm", 400, {"type": "ContentPolicyViolationError"}, "refused"),
        ("portkey", 446, {"message": "guardrail denied"}, "refused"),
        ("openai", 400, {"code": "unsupported_value", "param": "temperature"}, "invalid"),
        ("openai", 400, {"code": "model_not_found"}, "not_found"),
        ("openai", 408, {}, "timeout"), ("openai", 504, {}, "timeout"), ("openai", 425, {}, "server"), ("openai", 302, {}, "not_found"),
        ("openai", 418, {}, "invalid"), ("gemini", 429, {"details": [{"violations": [{"quotaId": "RequestsPerMinute"}]}]}, "rate_limit"),
    ],
)  # fmt: skip
def test_a_code_tells_more_than_the_status(preset: str, status: int, error: Any, kind: str) -> None:
    assert failed(read(preset, {"error": error}, status=status)).kind == kind


@pytest.mark.parametrize("status", [401, 402, 403])
def test_a_provider_cannot_have_its_own_end_overridden(status: int) -> None:
    assert not is_retryable(failed(read("openai", {}, status=status, headers={"x-should-retry": "true"})))


def test_a_wait_is_told_only_where_a_retry_makes_sense() -> None:
    headers = {"retry-after": "7"}

    assert failed(read("openai", {}, status=429, headers=headers)).retry_after == 7
    assert failed(read("openai", {}, status=529, headers=headers)).retry_after == 7
    assert failed(read("openai", {}, status=400, headers=headers)).retry_after is None
    assert failed(read("openai", {}, status=400, headers=headers | {"x-should-retry": "true"})).retry_after == 7
    assert failed(read("openai", {}, status=429, headers=headers | {"x-should-retry": "false"})).retry_after is None


@pytest.mark.parametrize(
    ("status", "asked", "told"),
    [(429, "86400", "; wait 24 hours, or use another provider"), (429, "60", "; lower -j, or wait"),
     (429, "1e12", "; lower -j, or wait"), (503, "3600", "; try again in 60 minutes"), (503, "9", "; try again later")],
)  # fmt: skip
def test_a_wait_that_no_run_waits_for_is_told_to_the_person(status: int, asked: str, told: str) -> None:
    assert failed(read("openai", {}, status=status, headers={"retry-after": asked})).message.endswith(told)


NOVEMBER_1994 = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110, 5.6.7


@pytest.mark.parametrize(
    "date", ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_each_form_of_an_http_date_means_gmt_wherever_scrimp_runs(
    date: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert retry_after({"retry-after": date}, {}, now=NOVEMBER_1994 - 90) == 90
        assert retry_after({"retry-after": date}, {}, now=NOVEMBER_1994 + 90) == 0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_date_is_read_against_the_reply_s_own_clock() -> None:
    headers = {"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT", "date": "Sun, 06 Nov 1994 08:49:07 GMT"}

    assert retry_after(headers, {}, now=NOVEMBER_1994 - 3600) == 30
    assert retry_after(headers | {"date": "today"}, {}, now=NOVEMBER_1994 - 90) == 90


@given(
    st.text(max_size=40)
    | st.from_regex(r"\w{3}, \d{1,3} (Jan|Feb|Foo) \d{1,20} \d{2}:\d{2}(:\d{1,9})? ([+-]\d{4,9}|GMT|)", fullmatch=True)
)
@example("Thu, 01 Jan 99999999999999 00:00:00 GMT")
@example("9" * 400)
@example("nan")
@example("-1")
def test_no_header_raises_an_exception_or_gives_a_negative_wait(value: str) -> None:
    for name in ("retry-after", "retry-after-ms"):
        seconds = retry_after({name: value}, {}, now=NOVEMBER_1994)
        assert seconds is None or 0 <= seconds < float("inf")


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [("34s", 34.0), ("0.25s", 0.25), ("34.074824224s", 34.074824224), ("34", None), ("1m", None), ("-3s", None), (34, None), (None, None)],
)  # fmt: skip
def test_geminis_delay_is_a_duration_in_seconds(delay: Any, seconds: float | None) -> None:
    details = [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure"},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay},
    ]

    assert failed(read("gemini", {"error": {"code": 429, "details": details}}, status=429)).retry_after == seconds


@given(st.text(max_size=1000), st.sampled_from([400, 401, 404, 429, 500]))
@example("x" * 1000, 400)
def test_a_message_is_one_line_of_bounded_length_that_names_the_provider(text: str, status: int) -> None:
    message = failed(read("mistral", {"message": text}, status=status, model="mistral-large-4")).message

    assert message.startswith("mistral") or "mistral" in message[:40]
    assert len(message.splitlines()) == 1
    assert len(message) < 450


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "Bad  things\nhappened."}}, "(400: Bad things happened)"), ({"message": "flat"}, "(400: flat)"),
        ({"detail": "Unauthorized"}, "(400: Unauthorized)"), ({"detail": [{"loc": ["body"]}, {"msg": "field required"}]}, "(400: field required)"),
        ({"error": "model not loaded"}, "(400: model not loaded)"), (b"<html>Bad Gateway</html>", "(400: Bad Gateway)"), ({}, "(400)"), ([], "(400)"),
        ({"detail": {"message": "why"}}, "(400: why)"), ({"errors": [{"code": 7}, {"message": "why"}]}, "(400: why)"), ([{"error": {"message": "why"}}], "(400: why)"),
        ({"error": {"error": {"message": "why"}}}, "(400: why)"), (b"upstream\n  is gone", "(400: upstream is gone)"), (b"\xff\xfe", "(400: "),
        (b"<html><head><title>502\nBad Gateway</title><style>p {}</style></head><body>nginx</body></html>", "(400: 502 Bad Gateway)"),
        ({"error": "invalid_request", "error_description": "why"}, "(400: why)"), ({"type": "about:blank", "title": "Gone", "detail": "why"}, "(400: why)"),
    ],
)  # fmt: skip
def test_the_provider_s_own_words_are_repeated_wherever_it_puts_them(body: Any, words: str) -> None:
    assert words in failed(read("mistral", body, status=400)).message


def test_words_are_not_looked_for_without_end() -> None:
    deep: Any = "why"
    for place in ("message", "error", "detail", "errors", "reason") * 40:
        deep = {place: [deep, None, {}]}

    assert "why" not in failed(read("mistral", {"error": deep}, status=400)).message
    assert "(400: why)" in failed(read("mistral", {"error": {"detail": ["", {}, {"msg": "why"}]}}, status=400)).message


@pytest.mark.parametrize(
    ("preset", "status", "words"),
    [
        ("deepseek", 401, "check DEEPSEEK_API_KEY"),
        ("openai", 407, "the proxy before openai wants a user and a password (407); put USER:PASSWORD@ before its host"),
        ("vllm", 401, "check its key"), ("openai", 402, "top up, or use another provider"),
        ("openai", 429, "lower -j, or wait"), ("openai", 404, "`scrimp models`"), ("openai", 413, "shorten it"), ("openai", 400, "change its parameters"),
    ],
)  # fmt: skip
def test_a_message_says_what_to_do(preset: str, status: int, words: str) -> None:
    assert words in failed(read(preset, {}, status=status)).message
