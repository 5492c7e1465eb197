from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers.rate_limit_headers import StatedLimits, stated_limits

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


def test_openai_and_those_who_imitate_it_are_understood() -> None:
    assert stated_limits(OPENAI) == StatedLimits(requests=500, requests_left=499, tokens=30_000, tokens_left=29_980)


def test_anthropic_is_understood() -> None:
    assert stated_limits(ANTHROPIC) == StatedLimits(requests=50, requests_left=49, tokens=90_000, tokens_left=85_000)


def test_where_nothing_is_stated_nothing_is_made_up() -> None:
    assert stated_limits({"content-type": "application/json", "retry-after": "3"}) is None


def test_what_is_left_means_nothing_without_the_limit_it_is_left_of() -> None:
    assert stated_limits({"x-ratelimit-remaining-requests": "0", "x-ratelimit-limit-tokens": "9"}) == StatedLimits(
        tokens=9
    )


def test_one_kind_of_limit_may_be_stated_alone() -> None:
    assert stated_limits({"x-ratelimit-limit-requests": "60"}) == StatedLimits(requests=60)
    assert stated_limits({"anthropic-ratelimit-tokens-limit": "60"}) == StatedLimits(tokens=60)


def test_a_limit_of_nothing_is_no_limit() -> None:
    headers = {
        "x-ratelimit-limit-requests": "0",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-limit-tokens": "0",
    }

    assert stated_limits(headers) == StatedLimits()


def test_nothing_left_of_a_limit_is_believed() -> None:
    headers = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0"}

    assert stated_limits(headers) == StatedLimits(requests=60, requests_left=0)


@pytest.mark.parametrize("nonsense", ["", "-1", "many", "1e3", "6.5", "٣", "²", "1,000", "unlimited", "9" * 5000])
def test_nonsense_states_nothing(nonsense: str) -> None:
    stated = stated_limits({"x-ratelimit-limit-requests": nonsense, "x-ratelimit-remaining-requests": nonsense})

    assert stated in (None, StatedLimits())


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=30) | st.integers(-5, 10**12).map(str)))
def test_whatever_the_headers_say_limits_are_positive_and_nothing_left_is_negative(headers: dict[str, str]) -> None:
    stated = stated_limits(headers) or StatedLimits()

    assert stated.requests is None or stated.requests > 0
    assert stated.tokens is None or stated.tokens > 0
    assert (stated.requests_left or 0) >= 0
    assert (stated.tokens_left or 0) >= 0
