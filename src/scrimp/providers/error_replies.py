"""What an error reply means: the kind of failure, whether to retry, and how long to wait first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from msgspec.structs import replace

from scrimp.enums import FailureKind
from scrimp.failures import POLICIES, is_retryable
from scrimp.providers.endpoint import Endpoint, HttpReply
from scrimp.providers.json_access import array, nonempty, number, obj, reply_object, string
from scrimp.providers.models import retirement_of
from scrimp.values import Failure, Json, JsonObject

_MAX_MESSAGE = 300
# Statuses of temporary trouble.
_TRANSIENT = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
_RETRY_HINTS: Mapping[str, bool] = {"true": True, "false": False}
# Error codes that make a 429, a 400 or a 403 a matter of money: waiting does not help.
_OUT_OF_MONEY = frozenset((
    "insufficient_quota", "billing_error", "payment_required", "enforced_spend_limit_reached", "budget_exceeded",
    "insufficient_balance", "billing_hard_limit_reached", "spend_limit_reached",
))  # fmt: skip
_TOO_LONG = (
    "context_length_exceeded",
    "request_too_large",
    "ContextWindowExceededError",
    "string_above_max_length",
    "exceed_context_size_error",
)
_REFUSED = (
    "content_policy_violation", "content_filter", "data_inspection_failed", "ContentPolicyViolationError", "refusal",
)  # fmt: skip
# The status that an error type stands for, where the reply's own status is 200 (OpenRouter, streams).
_STATUS_BY_TYPE: Mapping[str, int] = {
    "rate_limit_exceeded": 429, "provider_overloaded": 503, "provider_unavailable": 502, "server": 500, "timeout": 504,
    "authentication": 401, "payment_required": 402, "permission_denied": 403, "invalid_request": 400,
    "context_length_exceeded": 400, "content_policy_violation": 400, "overloaded_error": 529, "api_error": 500,
    "rate_limit_error": 429, "not_found_error": 404, "authentication_error": 401, "permission_error": 403,
    "billing_error": 402, "invalid_request_error": 400, "timeout_error": 504, "request_too_large": 413,
}  # fmt: skip


def to_failure(reply: HttpReply, endpoint: Endpoint, model: str) -> Failure:
    """Return the failure that an error reply means."""
    body = reply_object(reply) or {}
    error = _error_object(body)
    codes = _error_codes(body, error)
    status = _status(reply.status, error, codes)
    kind = _kind(status, codes, error)
    result = Failure(
        kind=kind, http=reply.status, message=_message(endpoint, model, status, kind, _provider_message(body, error)),
        retry_hint=None if POLICIES[kind].ends_provider else _RETRY_HINTS.get(reply.headers.get("x-should-retry", "")),
    )  # fmt: skip
    return replace(result, retry_after=retry_after(reply.headers, error)) if is_retryable(result) else result


def _error_object(body: JsonObject) -> JsonObject:
    """Return the error object of a reply, nested (OpenAI, Anthropic, Gemini) or flat (Mistral)."""
    return obj(body, "error") or body


def _error_codes(body: JsonObject, error: JsonObject) -> set[str]:
    """Return the machine-readable codes of an error from every place where providers put them."""
    candidates = (
        error.get("code"), error.get("type"), error.get("status"), body.get("code"), body.get("type"),
        obj(error, "details").get("error_code"), obj(error, "metadata").get("error_type"),
    )  # fmt: skip
    return {code for code in candidates if isinstance(code, str)}


def _status(status: int, error: JsonObject, codes: set[str]) -> int:
    """Return the status that counts: an error inside a 200 has a status of its own."""
    if status >= 300:
        return status
    own = error.get("code")
    if isinstance(own, int) and 400 <= own < 600:
        return own
    return next((_STATUS_BY_TYPE[code] for code in sorted(codes) if code in _STATUS_BY_TYPE), 502)


def _kind(status: int, codes: set[str], error: JsonObject) -> FailureKind:  # noqa: PLR0911 - a table of cases
    """Return the kind of failure that a status and the codes of an error mean."""
    message = string(error.get("message")).lower()
    if status == 402 or codes & _OUT_OF_MONEY or (status == 400 and "spend limit" in message) or status == 412:
        return "quota"
    if codes.intersection(_TOO_LONG) or status == 413 or "context length" in message or "maximum context" in message:
        return "too_long"
    if codes.intersection(_REFUSED) or status == 446:
        return "refused"
    if status in (401, 403):
        return "auth"
    if status == 404 or "model_not_found" in codes:
        return "not_found"
    if status == 429:
        return "quota" if _is_daily_quota(error) else "rate_limit"
    if status in _TRANSIENT:
        return "timeout" if status in (408, 504) else "server"
    return "invalid"


def _is_daily_quota(error: JsonObject) -> bool:
    """Return whether Gemini names a daily quota, which is renewed at midnight, not in a minute."""
    return any(
        "PerDay" in string(obj(violation).get("quotaId"))
        for detail in array(error.get("details"))
        for violation in array(obj(detail).get("violations"))
    )


def _provider_message(body: JsonObject, error: JsonObject) -> str:
    """Return the provider's own error message on one line, cut to a readable length."""
    places = (error.get("message"), body.get("message"), body.get("detail"), body.get("error"))
    message = next(filter(None, map(nonempty, places)), None)
    for detail in array(body.get("detail")):
        message = message or nonempty(obj(detail).get("msg"))
    line = " ".join((message or "").split()).rstrip(".")
    return line if len(line) <= _MAX_MESSAGE else line[: _MAX_MESSAGE - 1] + "…"


def _message(endpoint: Endpoint, model: str, status: int, kind: FailureKind, provider_message: str) -> str:
    """Return the sentence a person reads: what the provider refused, why, and what to do about it."""
    name = endpoint.name
    why = f"({status}: {provider_message})" if provider_message else f"({status})"
    sentences: Mapping[str, str] = {
        "auth": f"{name} refused the key {why}; check {endpoint.key_env or 'its key'}",
        "quota": f"{name} has no money or quota left for this key {why}; top up, or use another provider",
        "rate_limit": f"{name} limits the rate {why}; lower -j, or wait",
        "not_found": f"{name} has no model '{model}' {why}; {_replacement_hint(model)}",
        "too_long": f"the prompt is too long for {name}/{model} {why}; shorten it, or choose a larger model",
        "refused": f"{name}/{model} declined the prompt {why}",
        "timeout": f"{name} took too long {why}; try again",
        "server": f"{name} is in trouble {why}; try again later",
    }
    return sentences.get(kind, f"{name}/{model} refused the request {why}; change its parameters")


def _replacement_hint(model: str) -> str:
    """Return what replaces a model that is known to be retired, else where to look."""
    retirement = retirement_of(model)
    if retirement is None:
        return "retired or misspelled? `scrimp models` lists those available"
    return f"retired {retirement.when}: try {retirement.replacement}"


_RETRY_DELAY = re.compile(r"(\d+(?:\.\d+)?)s$")


def retry_after(headers: Mapping[str, str], error: JsonObject, *, now: float | None = None) -> float | None:
    """Return the seconds a provider asks to wait: from retry-after-ms, else retry-after, else Gemini's RetryInfo."""
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    if (value := headers.get("retry-after")) is not None:
        seconds = _seconds(value)
        return seconds if seconds is not None else _seconds_until(value, now)
    for detail in array(error.get("details")):
        if match := _RETRY_DELAY.match(string(obj(detail).get("retryDelay"))):
            return float(match[1])
    return None


def _seconds(value: Json) -> float | None:
    try:
        seconds = float(value) if isinstance(value, str) else number(value)
    except ValueError:
        return None
    return seconds if seconds is not None and 0 <= seconds < float("inf") else None


def _seconds_until(date: str, now: float | None) -> float | None:
    """Return the seconds until an HTTP date, 0 if it is past; None if it is not a date. `now` defaults to the clock."""
    import time  # noqa: PLC0415 - only an HTTP date needs a clock

    try:
        then = parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        return None
    if then.tzinfo is None:  # the oldest form of an HTTP date names no zone; all of them mean GMT
        then = then.replace(tzinfo=UTC)
    return max(0.0, then.timestamp() - (time.time() if now is None else now))
