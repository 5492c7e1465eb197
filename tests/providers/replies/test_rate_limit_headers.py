from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers.replies.rate_limit_headers import StatedLimits, stated_limits

OPENAI = {
    "x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499", "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-limit-tokens": "30000", "x-ratelimit-remaining-tokens": "29980", "x-ratelimit-reset-tokens": "40ms",
}  # fmt: skip
ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": "2026-11-09T12:00:00Z", "anthropic-ratelimit-tokens-limit": "90000",
    "anthropic-ratelimit-tokens-remaining": "85000", "anthropic-ratelimit-input-tokens-limit": "80000",
}  # fmt: skip
NAMES = [*OPENAI, *ANTHROPIC]


def test_headers_of_openai_and_compatible_providers_are_read() -> None:
    assert stated_limits(OPENAI) == StatedLimits(
        requests=500, requests_remaining=499, tokens=30_000, tokens_remaining=29_980
    )


def test_headers_of_anthropic_are_read() -> None:
    assert stated_limits(ANTHROPIC) == StatedLimits(
        requests=50, requests_remaining=49, tokens=90_000, tokens_remaining=85_000
    )


def test_without_headers_no_limit_is_assumed() -> None:
    assert stated_limits({"content-type": "application/json", "retry-after": "3"}) is None


def test_a_remaining_count_without_its_limit_is_ignored() -> None:
    assert stated_limits({"x-ratelimit-remaining-requests": "0", "x-ratelimit-limit-tokens": "9"}) == StatedLimits(
        tokens=9
    )


def test_one_of_the_two_limits_may_be_stated_alone() -> None:
    assert stated_limits({"x-ratelimit-limit-requests": "60"}) == StatedLimits(requests=60)
    assert stated_limits({"anthropic-ratelimit-tokens-limit": "60"}) == StatedLimits(tokens=60)


def test_a_limit_of_zero_is_ignored() -> None:
    headers = {
        "x-ratelimit-limit-requests": "0",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-limit-tokens": "0",
    }

    assert stated_limits(headers) == StatedLimits()


def test_a_remaining_count_of_zero_is_kept() -> None:
    headers = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0"}

    assert stated_limits(headers) == StatedLimits(requests=60, requests_remaining=0)


@pytest.mark.parametrize("nonsense", ["", "-1", "many", "1e3", "6.5", "٣", "²", "1,000", "unlimited", "9" * 5000])
def test_malformed_values_are_ignored(nonsense: str) -> None:
    beside = {"x-ratelimit-limit-tokens": "9", "x-ratelimit-remaining-tokens": nonsense}
    stated = stated_limits({"x-ratelimit-limit-requests": nonsense, "x-ratelimit-remaining-requests": nonsense})

    assert stated == StatedLimits()
    assert stated_limits({"x-ratelimit-limit-requests": nonsense, **beside}) == StatedLimits(tokens=9)


NUMBERS = {"0": 0, "7": 7, "007": 7, "60000": 60_000, str(10**12): 10**12, "-5": None, "many": None, " 7": None}


@given(
    st.tuples(*[st.none() | st.sampled_from(sorted(NUMBERS))] * 4),
    st.tuples(*[st.none() | st.sampled_from(sorted(NUMBERS))] * 4),
)
def test_limits_are_positive_and_remaining_counts_need_their_limit(
    openai: tuple[str | None, ...], anthropic: tuple[str | None, ...]
) -> None:
    names = [name for name in NAMES if "reset" not in name and "input" not in name]
    headers = {name: text for name, text in zip(names, openai + anthropic, strict=True) if text is not None}
    # OpenAI's names come first where both are there; a limit, sound or not, says whose names are used.
    told = next((some for some in (openai, anthropic) if some[0] is not None or some[2] is not None), None)
    numbers = [NUMBERS.get(text or "") for text in told or ()]

    assert stated_limits(headers) == (
        StatedLimits(
            requests=numbers[0] or None,
            requests_remaining=numbers[1] if numbers[0] else None,
            tokens=numbers[2] or None,
            tokens_remaining=numbers[3] if numbers[2] else None,
        )
        if told
        else None
    )
