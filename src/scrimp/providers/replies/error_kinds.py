"""The kind of failure that an error reply means: by its codes, by its wording where codes say nothing, by its status.

A fault of one prompt (too long, declined) must not end a model, and a fault of the key must not be laid at a prompt's
door; vendors give all of them status 400. The wordings are those of OpenAI, Azure, Anthropic, Gemini, Qwen,
Bedrock, Cohere, Mistral, Groq, vLLM, llama.cpp, LiteLLM and OpenRouter.
"""

from __future__ import annotations

import re

from scrimp.enums import FailureKind
from scrimp.providers.json_access import array, obj, string
from scrimp.values import JsonObject

# Temporary trouble below 500; every 5xx is.
_PROXY_AUTHENTICATION = 407  # never from a provider itself
_TRANSIENT = frozenset((408, 409, 425))
_TIMEOUTS = frozenset((408, 504, 524, 598, 599))  # 524: Cloudflare gave up on the origin
# Error codes that make a 429, a 400 or a 403 a matter of money: waiting does not help.
OUT_OF_MONEY = frozenset((
    "insufficient_quota", "billing_error", "payment_required", "enforced_spend_limit_reached", "budget_exceeded",
    "insufficient_balance", "billing_hard_limit_reached", "spend_limit_reached",
))  # fmt: skip
TOO_LONG = frozenset((
    "context_length_exceeded", "request_too_large", "ContextWindowExceededError", "string_above_max_length",
    "exceed_context_size_error",
))  # fmt: skip
REFUSED = frozenset((
    "content_policy_violation", "content_filter", "data_inspection_failed", "ContentPolicyViolationError", "refusal",
    "invalid_prompt", "DataInspectionFailed",
))  # fmt: skip
BAD_KEY = frozenset(("API_KEY_INVALID", "invalid_api_key", "API_KEY_SERVICE_BLOCKED", "ACCESS_TOKEN_EXPIRED"))
NO_MODEL = frozenset((
    "model_not_found", "key_model_access_denied", "team_model_access_denied", "DeploymentNotFound",
    "model_not_available", "model_not_supported", "invalid_model", "ModelNotFound",
))  # fmt: skip

_TOO_LONG_WORDS = re.compile(
    r"context (?:length|window|size)|maximum context|\btoo long\b|too many (?:input )?tokens"
    r"|request too large|must be reduced in order to run|reduce (?:the length|your message|your prompt)"
    r"|(?:prompt|input|text|message|request)s?\b[^.]{0,40}"
    r"\b(?:exceeds?|exceeded|longer than|larger than|greater than)\b[^.]{0,60}"
    r"(?:token|context|length|limit|maximum|character)"
    r"|range of input length|token (?:count|limit)[^.]{0,40}exceed|exceed[^.]{0,60}\b(?:number of )?tokens\b",
    re.IGNORECASE,
)
_REFUSED_WORDS = re.compile(
    r"\binvalid prompt\b|\b(?:prompt|input|content|request|message)s?\b[^.]{0,60}\bflagged\b"
    r"|(?:content|safety|usage|moderation)[ _](?:polic|filter|management)"
    r"|inappropriate content|prohibited content|\b(?:prompt|content|input|request)\b[^.]{0,30}\bblocked\b"
    r"|blocked by (?:a |the |your )?(?:guardrail|content|safety)|requires moderation"
    r"|must (?:be non-empty|not be empty)|non-empty content|(?:can ?not|may not|must not) be (?:empty|blank)"
    r"|contents? (?:is|are) not specified|at least one message",
    re.IGNORECASE,
)
_BAD_KEY_WORDS = re.compile(
    r"api[ _-]?key (?:not valid|expired|is invalid|invalid)|invalid api[ _-]?key", re.IGNORECASE
)
# The model is named before what is wrong with it; "is not supported with this model" is about a parameter.
_NO_MODEL_WORDS = re.compile(
    r"\bmodels?\b.{0,80}?\b(?:not found|(?:does|do) not exist|doesn't exist|is not available|is unavailable"
    r"|is not supported|is not a valid|not enabled|not allowed|has been (?:retired|deprecated|removed|shut ?down)"
    r"|no longer (?:available|supported)|access denied)"
    r"|(?:unknown|invalid|no such|unrecognized|unsupported) model\b(?! (?:parameter|output|input))"
    r"|is not a valid model|no (?:healthy )?(?:deployments?|endpoints?) (?:\w+ )?(?:for|with|that)"
    r"|(?:access|permission|allowed|authorized)\b.{0,60}?\b(?:to|for|use|from|of|access)\b.{0,30}?\bmodel\b",
    re.IGNORECASE,
)
# A 403 that is about a model or a feature, and not about the key.
_FEATURE_WORDS = re.compile(
    r"\b(?:models?|features?|parameters?|stream(?:ed|ing)?|structured outputs?|json_schema|response_format|reasoning"
    r"|service_tier|priority|logprobs|tools?|images?|batch(?:es)?)\b",
    re.IGNORECASE,
)
_LIMIT_AND_REQUESTED = re.compile(r"limit:?\s*([\d,]+).{0,80}requested:?\s*([\d,]+)", re.IGNORECASE)


def kind_of(status: int, codes: set[str], error: JsonObject, words: str) -> FailureKind:
    """Return the kind of failure that a status, the codes of an error and the provider's words mean."""
    if status >= 500:
        return "timeout" if status in _TIMEOUTS else _of_prompt(codes, "") or "server"
    if status == 429:
        return _of_rate_limit(codes, error, words)
    if status in (402, 412) or codes & OUT_OF_MONEY or (status == 400 and "spend limit" in words.lower()):
        return "quota"
    if status in _TRANSIENT:
        return "timeout" if status in _TIMEOUTS else "server"
    return "not_found" if status == 410 or status < 400 else _of_request(status, codes, words)


def _of_request(status: int, codes: set[str], words: str) -> FailureKind:
    """Return the kind of a 4xx that no wait helps: of this prompt, of the model, of the key or of the request."""
    if status == _PROXY_AUTHENTICATION or codes & BAD_KEY or _BAD_KEY_WORDS.search(words):
        return "auth"
    if status in (413, 446):
        return "too_long" if status == 413 else "refused"
    if status != 404 and (kind := _of_prompt(codes, "" if status == 401 else words)):
        return kind
    if codes & NO_MODEL or status == 404 or (status in (400, 401, 403, 422) and _NO_MODEL_WORDS.search(words)):
        return "not_found"
    if status == 403 and _FEATURE_WORDS.search(words):
        return "not_found" if re.search(r"\bmodel\b", words, re.IGNORECASE) else "invalid"
    return "auth" if status in (401, 403) else "invalid"


def _of_prompt(codes: set[str], words: str) -> FailureKind | None:
    """Return the kind of a fault that is this prompt's alone; None for any other."""
    if codes & TOO_LONG or (not codes & REFUSED and _TOO_LONG_WORDS.search(words)):
        return "too_long"
    return "refused" if codes & REFUSED or _REFUSED_WORDS.search(words) else None


def _of_rate_limit(codes: set[str], error: JsonObject, words: str) -> FailureKind:
    """Return the kind of a 429: a limit that a wait lifts, one that no wait lifts for this prompt, or the balance."""
    if codes & OUT_OF_MONEY or _is_daily_quota(error):
        return "quota"
    return "too_long" if codes & TOO_LONG or _exceeds_any_minute(words) else "rate_limit"


def _exceeds_any_minute(words: str) -> bool:
    """Return whether one request is larger than what a whole minute allows."""
    if re.search(r"request too large", words, re.IGNORECASE):
        return True
    figures = _LIMIT_AND_REQUESTED.search(words)
    if figures is None:
        return False
    limit, requested = (int(figure.replace(",", "") or 0) for figure in figures.groups())
    return requested > limit > 0


def _is_daily_quota(error: JsonObject) -> bool:
    """Return whether Gemini names a daily quota, which is renewed at midnight, not in a minute."""
    return any(
        "PerDay" in string(obj(violation).get("quotaId"))
        for detail in array(error.get("details"))
        for violation in array(obj(detail).get("violations"))
    )
