"""The rate limits that a reply's headers state (providers' reference, 3.5 and 5: from memory).

OpenAI and compatible providers send `x-ratelimit-limit-requests` and the like, Anthropic
`anthropic-ratelimit-requests-limit` and the like. Both count per minute. Others send nothing, and nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class StatedLimits(Struct, frozen=True):
    """Requests and tokens per minute, and how many of them remain; None if the reply states nothing."""

    requests: int | None = None
    requests_remaining: int | None = None
    tokens: int | None = None
    tokens_remaining: int | None = None


_OPENAI = (
    "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-tokens",
)  # fmt: skip
# The plain token limit counts input and output together and is the most restrictive one in force.
_ANTHROPIC = (
    "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-tokens-limit",
    "anthropic-ratelimit-tokens-remaining",
)  # fmt: skip

_MAX_DIGITS = 15  # a longer number is not a limit


def stated_limits(headers: Mapping[str, str]) -> StatedLimits | None:
    """Return the limits a reply states; None if it states none."""
    for names in (_OPENAI, _ANTHROPIC):
        if names[0] in headers or names[2] in headers:
            requests, requests_remaining, tokens, tokens_remaining = (_integer(headers.get(name)) for name in names)
            # A limit of 0 would stop everything: it is an empty field of a compatible provider, not a limit.
            return StatedLimits(requests or None, requests_remaining if requests else None,
                             tokens or None, tokens_remaining if tokens else None)  # fmt: skip
    return None


def _integer(text: str | None) -> int | None:
    if text is None or len(text) > _MAX_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return int(text)
