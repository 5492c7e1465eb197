"""What a reply's headers say of the rate limits it counted against (providers' reference, 3.5 and 5: from memory).

OpenAI and those who imitate it send `x-ratelimit-limit-requests` and its kin, Anthropic `anthropic-ratelimit-requests-
limit` and its. Both count a minute. Others send nothing, and nothing is made up for them.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class StatedLimits(Struct, frozen=True):
    """Requests and tokens a minute, and how many of them are left; None where nothing was said."""

    requests: int | None = None
    requests_left: int | None = None
    tokens: int | None = None
    tokens_left: int | None = None


_OPENAI = (
    "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-limit-tokens",
    "x-ratelimit-remaining-tokens",
)  # fmt: skip
# The plain token limit is of input and output together, and the most restrictive in force.
_ANTHROPIC = (
    "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-tokens-limit",
    "anthropic-ratelimit-tokens-remaining",
)  # fmt: skip

_LONGEST = 15  # digits: more are no limit


def stated_limits(headers: Mapping[str, str]) -> StatedLimits | None:
    """Return the limits a reply states; None where it states none."""
    for names in (_OPENAI, _ANTHROPIC):
        if names[0] in headers or names[2] in headers:
            requests, requests_left, tokens, tokens_left = (_whole(headers.get(name)) for name in names)
            # A limit of nothing would stop everything: it is no limit but an imitator's empty field.
            return StatedLimits(requests or None, requests_left if requests else None,
                             tokens or None, tokens_left if tokens else None)  # fmt: skip
    return None


def _whole(text: str | None) -> int | None:
    known = text is not None and len(text) <= _LONGEST and text.isascii() and text.isdigit()
    return int(text) if known and text is not None else None
