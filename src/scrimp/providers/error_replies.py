"""What a reply that is no completion means: the kind of failure, whether to try again, and how long to wait first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from msgspec.structs import replace

from scrimp.enums import FailureKind
from scrimp.failures import POLICIES, is_retryable
from scrimp.providers.endpoint import Endpoint, HttpReply
from scrimp.providers.json_access import items, number, obj, parsed, text, word
from scrimp.providers.models import retired
from scrimp.values import Failure, Json, JsonObject

_LONGEST_MESSAGE = 300
# Statuses of trouble that passes.
_RETRY = frozenset((408, 409, 425, 429, 500, 502, 503, 504, 529))
_RETRY_HINTS: Mapping[str, bool] = {"true": True, "false": False}
# Words that make a 429, a 400 or a 403 a matter of money: no waiting helps.
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
# OpenRouter's word for what went wrong, where it differs from the status (200 with an error inside).
_ERROR_TYPES: Mapping[str, int] = {
    "rate_limit_exceeded": 429, "provider_overloaded": 503, "provider_unavailable": 502, "server": 500, "timeout": 504,
    "authentication": 401, "payment_required": 402, "permission_denied": 403, "invalid_request": 400,
    "context_length_exceeded": 400, "content_policy_violation": 400, "overloaded_error": 529, "api_error": 500,
    "rate_limit_error": 429, "not_found_error": 404, "authentication_error": 401, "permission_error": 403,
    "billing_error": 402, "invalid_request_error": 400, "timeout_error": 504, "request_too_large": 413,
}  # fmt: skip


def failure(reply: HttpReply, endpoint: Endpoint, model: str) -> Failure:
    """Return what a reply with an error means."""
    body = parsed(reply) or {}
    error = _error(body)
    words = _words(body, error)
    status = _status(reply.status, error, words)
    kind = _kind(status, words, error)
    found = Failure(
        kind=kind, http=reply.status, message=_sentence(endpoint, model, status, kind, _said(body, error)),
        retry_hint=None if POLICIES[kind].ends_provider else _RETRY_HINTS.get(reply.headers.get("x-should-retry", "")),
    )  # fmt: skip
    return replace(found, retry_after=retry_after(reply.headers, error)) if is_retryable(found) else found


def _error(body: JsonObject) -> JsonObject:
    """Return the error object of any of the envelopes: nested (OpenAI, Anthropic, Gemini) or flat (Mistral)."""
    return obj(body, "error") or body


def _words(body: JsonObject, error: JsonObject) -> set[str]:
    """Return the machine-readable words of an error, wherever a provider puts them."""
    places = (
        error.get("code"), error.get("type"), error.get("status"), body.get("code"), body.get("type"),
        obj(error, "details").get("error_code"), obj(error, "metadata").get("error_type"),
    )  # fmt: skip
    return {place for place in places if isinstance(place, str)}


def _status(status: int, error: JsonObject, words: set[str]) -> int:
    """Return the status that counts: an error inside a 200 has its own."""
    if status >= 300:
        return status
    code = error.get("code")
    if isinstance(code, int) and 400 <= code < 600:
        return code
    return next((_ERROR_TYPES[each] for each in sorted(words) if each in _ERROR_TYPES), 502)


def _kind(status: int, words: set[str], error: JsonObject) -> FailureKind:  # noqa: PLR0911 - a table of cases
    """Return the kind of failure a status and the words of an error mean."""
    message = text(error.get("message")).lower()
    if status == 402 or words & _OUT_OF_MONEY or (status == 400 and "spend limit" in message) or status == 412:
        return "quota"
    if words.intersection(_TOO_LONG) or status == 413 or "context length" in message or "maximum context" in message:
        return "too_long"
    if words.intersection(_REFUSED) or status == 446:
        return "refused"
    if status in (401, 403):
        return "auth"
    if status == 404 or "model_not_found" in words:
        return "not_found"
    if status == 429:
        return "quota" if _daily_quota(error) else "rate_limit"
    if status in _RETRY:
        return "timeout" if status in (408, 504) else "server"
    return "invalid"


def _daily_quota(error: JsonObject) -> bool:
    """Say whether Gemini names a quota of the day: it comes back at midnight, not in a minute."""
    return any(
        "PerDay" in text(obj(violation).get("quotaId"))
        for detail in items(error.get("details"))
        for violation in items(obj(detail).get("violations"))
    )


def _said(body: JsonObject, error: JsonObject) -> str:
    """Return the provider's own sentence, cut to a length one can read."""
    said = word(error.get("message")) or word(body.get("message")) or word(body.get("detail"))
    for detail in items(body.get("detail")):
        said = said or word(obj(detail).get("msg"))
    flat = " ".join((said or "").split()).rstrip(".")
    return flat if len(flat) <= _LONGEST_MESSAGE else flat[: _LONGEST_MESSAGE - 1] + "…"


def _sentence(endpoint: Endpoint, model: str, status: int, kind: FailureKind, said: str) -> str:
    who, own = endpoint.name, f": {said}" if said else ""
    key = endpoint.key_env or "its key"
    sentences: Mapping[str, str] = {
        "auth": f"{who} refused the key ({status}{own}); check {key}",
        "quota": f"{who} has no money or quota left for this key ({status}{own}); top up, or use another provider",
        "rate_limit": f"{who} limits the rate ({status}{own}); lower -j, or wait",
        "not_found": f"{who} has no model '{model}' ({status}{own}); {_gone(model)}",
        "too_long": f"the prompt is too long for {who}/{model} ({status}{own}); shorten it, or use one with more room",
        "refused": f"{who}/{model} declined the prompt ({status}{own})",
        "timeout": f"{who} took too long ({status}{own}); try again",
        "server": f"{who} is in trouble ({status}{own}); try again later",
    }
    return sentences.get(kind, f"{who}/{model} refused the request ({status}{own}); change what was asked")


def _gone(model: str) -> str:
    """Say whether a model is known to be retired, and what took its place."""
    known = retired(model)
    if known is None:
        return "retired or misspelt? `scrimp models` lists those alive"
    return f"retired {known.when}: try {known.replacement}"


_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s$")


def retry_after(headers: Mapping[str, str], error: JsonObject, *, now: float | None = None) -> float | None:
    """Return the seconds a provider asks to wait: retry-after-ms, retry-after, Gemini's RetryInfo, in this order."""
    milliseconds = _float(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    if (given := headers.get("retry-after")) is not None:
        seconds = _float(given)
        return seconds if seconds is not None else _until(given, now)
    for detail in items(error.get("details")):
        if match := _SECONDS.match(text(obj(detail).get("retryDelay"))):
            return float(match[1])
    return None


def _float(value: Json) -> float | None:
    try:
        seconds = float(value) if isinstance(value, str) else number(value)
    except ValueError:
        return None
    return seconds if seconds is not None and 0 <= seconds < float("inf") else None


def _until(date: str, now: float | None) -> float | None:
    """Return the seconds until an HTTP date; the clock is asked only where one is given."""
    import time  # noqa: PLC0415 - only an HTTP date needs a clock

    try:
        then = parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return None
    return max(0.0, then - (time.time() if now is None else now))
