"""What an error reply means: the kind of failure, whether to retry, and how long to wait first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

from msgspec.structs import replace

from scrimp.enums import FailureKind
from scrimp.failures import POLICIES, is_retryable
from scrimp.providers.endpoint import Endpoint, HttpReply, without_secrets
from scrimp.providers.json_access import array, number, obj, string
from scrimp.providers.models import retirement_of
from scrimp.providers.replies.error_kinds import BAD_KEY, NO_MODEL, OUT_OF_MONEY, REFUSED, TOO_LONG, kind_of
from scrimp.providers.replies.error_words import code_number, error_codes, error_object, provider_words
from scrimp.units import format_duration
from scrimp.values import Completion, Failure, Json, JsonObject

_LONG_WAITS = (120.0, 1e9)  # seconds: shorter ones are waited for, and longer ones tell a person nothing
_UNTOLD = 502  # counts where an error in a 200 tells no status; no message names it
# What LiteLLM's proxy puts before the headers of the provider it called.
_LITELLM = "llm_provider-"
_RETRY_HINTS: Mapping[str, bool] = {"true": True, "false": False}
# The status that an error's type or code stands for, where the reply's own status is 200 (OpenRouter, streams).
_STATUS_BY_CODE: Mapping[str, int] = {
    **dict.fromkeys(OUT_OF_MONEY, 402), **dict.fromkeys(BAD_KEY, 401), **dict.fromkeys(NO_MODEL, 404),
    **dict.fromkeys(TOO_LONG | REFUSED, 400),
    "rate_limit_exceeded": 429, "provider_overloaded": 503, "provider_unavailable": 502, "server": 500, "timeout": 504,
    "authentication": 401, "payment_required": 402, "permission_denied": 403, "invalid_request": 400,
    "context_length_exceeded": 400, "content_policy_violation": 400, "overloaded_error": 529, "api_error": 500,
    "rate_limit_error": 429, "not_found_error": 404, "authentication_error": 401, "permission_error": 403,
    "billing_error": 402, "invalid_request_error": 400, "timeout_error": 504, "request_too_large": 413,
}  # fmt: skip


def to_failure(reply: HttpReply, endpoint: Endpoint, model: str) -> Failure:
    """Return the failure that an error reply means."""
    body, error = error_object(reply)
    codes, words = error_codes(body, error), provider_words(reply)
    told = _told_status(reply.status, error, codes)
    kind = kind_of(told or _UNTOLD, codes, error, words)
    asked = retry_after(reply.headers, error)
    result = Failure(
        kind=kind, http=reply.status, message=_message(endpoint, model, told, kind, words, reply, asked),
        retry_hint=None if POLICIES[kind].ends_provider else _RETRY_HINTS.get(reply.headers.get("x-should-retry", "")),
    )  # fmt: skip
    return replace(result, retry_after=asked) if is_retryable(result) else result


def with_billed(failure: Failure, completion: Completion) -> Failure:
    """Return the failure of a call, with what its reply has of a completion where it tells what that cost."""
    counted = completion.usage is not None or completion.reported_cost is not None
    return replace(failure, billed=completion) if counted else failure


def status_of_envelope(body: bytes) -> int:
    """Return the status of the reply that an error would have come with, had it not come in a file or a stream."""
    envelope, error = error_object(HttpReply(status=200, body=body))
    return _told_status(200, error, error_codes(envelope, error)) or _UNTOLD


def _told_status(status: int, error: JsonObject, codes: set[str]) -> int | None:
    """Return the status that counts: an error inside a 200 has a status of its own, or tells none."""
    if status >= 300:
        return status
    known = (_STATUS_BY_CODE[code] for code in sorted(codes) if code in _STATUS_BY_CODE)
    return code_number(error) or next(known, None)


def _message(
    endpoint: Endpoint, model: str, status: int | None, kind: FailureKind, words: str, reply: HttpReply,
    asked: float | None,
) -> str:  # fmt: skip
    """Return the sentence a person reads: what the provider refused, why, and what to do about it.

    `asked` is the wait in seconds that the provider asks for: what no run waits for is said.
    """
    long = format_duration(asked) if asked is not None and _LONG_WAITS[0] < asked < _LONG_WAITS[1] else None
    name = endpoint.name
    why = f"({': '.join(filter(None, (str(status or ''), words))) or reply.status})"
    if address := _wrong_address(endpoint, status or _UNTOLD, words, reply.headers):
        return f"{name} {address} {why}; check base_url"
    if status == 407:
        return f"the proxy before {name} wants a user and a password {why}; put USER:PASSWORD@ before its host"
    if status == 403 and kind == "not_found":
        return f"{name} does not let this key use the model '{model}' {why}; choose another one, or ask for access"
    wait = f"wait {long}, or use another provider" if long else "lower -j, or wait"
    sentences: Mapping[str, str] = {
        "auth": f"{name} refused the key {why}; check {endpoint.key_env or 'its key'}",
        "quota": f"{name} has no money or quota left for this key {why}; top up, or use another provider",
        "rate_limit": f"{name} limits the rate {why}; {wait}",
        "not_found": f"{name} has no model '{model}' {why}; {_replacement_hint(model)}",
        "too_long": f"the prompt is too long for {name}/{model} {why}; shorten it, or choose a larger model",
        "refused": f"{name}/{model} declined the prompt {why}",
        "timeout": f"{name} took too long {why}; try again",
        "server": f"{name} is in trouble {why}; try again {f'in {long}' if long else 'later'}",
    }
    return sentences.get(kind, f"{name}/{model} refused the request {why}; change its parameters")


def _wrong_address(endpoint: Endpoint, status: int, words: str, headers: Mapping[str, str]) -> str:
    """Return what is wrong with the address that was called, "" if nothing is: it redirects, or nothing is there."""
    if 300 <= status < 400:
        location = without_secrets(headers.get("location", "")) or "another address"
        return f"redirects from {without_secrets(endpoint.base_url)} to {location}"
    # A 404 is about the model only if it says so; `{}` says nothing, and a model is the likelier mistake.
    if status == 404 and words and not re.search(r"model|deployment", words, re.IGNORECASE):
        return f"has nothing at {without_secrets(endpoint.base_url)}"
    return ""


def _replacement_hint(model: str) -> str:
    """Return what replaces a model that is known to be retired, else where to look."""
    retirement = retirement_of(model)
    if retirement is None:
        return "retired or misspelled? `scrimp models` lists those available"
    return f"retired {retirement.when}: try {retirement.replacement}"


_RETRY_DELAY = re.compile(r"(\d+(?:\.\d+)?)s$")


def retry_after(headers: Mapping[str, str], error: JsonObject, *, now: float | None = None) -> float | None:
    """Return the seconds a provider asks to wait: from retry-after-ms, else retry-after, else Gemini's RetryInfo.

    LiteLLM passes on the headers of the provider behind it under names of its own; its own come first.
    """
    for prefix in ("", _LITELLM):
        milliseconds = _seconds(headers.get(f"{prefix}retry-after-ms"))
        if milliseconds is not None:
            return milliseconds / 1000
        if (value := headers.get(f"{prefix}retry-after")) is not None:
            seconds = _seconds(value)
            return seconds if seconds is not None else _seconds_until(value, headers.get("date"), now)
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


def _seconds_until(date: str, sent: str | None, now: float | None) -> float | None:
    """Return the seconds from when a reply was sent until an HTTP date, 0 if it is past; None if it is not a date.

    The reply's own Date tells when it was sent, so that a wrong clock on this machine does not matter.
    """
    import time  # only an HTTP date needs a clock

    then = _timestamp(date)
    began = _timestamp(sent) if sent else None
    if then is None:
        return None
    return max(0.0, then - (began if began is not None else time.time() if now is None else now))


def _timestamp(date: str) -> float | None:
    """Return an HTTP date as seconds since the epoch; the oldest form names no zone: all of them mean GMT."""
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
