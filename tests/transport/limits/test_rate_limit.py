from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers.replies.rate_limit_headers import StatedLimits
from scrimp.transport.limits.rate_limit import RateLimiter

# Waits in a row before a call may go: more than a few would be a loop of tiny ones.
PATIENCE = 4


def burst(per_minute: int) -> float:
    """Return what may be sent at once: five seconds' worth, at least one."""
    return max(1.0, per_minute * 5 / 60)


def send(limiter: RateLimiter, tokens: int, now: float) -> float:
    """Wait as long as the limiter says and send; return when."""
    for _ in range(PATIENCE):
        if not (wait := limiter.wait(tokens, now)):
            limiter.take(tokens, now)
            return now
        now += wait
    raise AssertionError(f"after {PATIENCE} waits it asks for {wait} s more")


def busiest(sent: Sequence[tuple[float, float]]) -> float:
    """Return the most that was sent in any minute."""
    return max(sum(size for at, size in sent if start <= at < start + 60) for start, _ in sent)


schedules = st.lists(
    st.tuples(st.floats(0, 30, allow_subnormal=False), st.integers(0, 20_000)), min_size=1, max_size=120
)


@given(st.integers(1, 3000), schedules, st.floats(0, 1e6))
def test_no_minute_has_more_calls_than_allowed_plus_one_burst(
    rpm: int, schedule: list[tuple[float, int]], now: float
) -> None:
    limiter, sent = RateLimiter(rpm=rpm), []

    for later, _ in schedule:
        now = send(limiter, 0, now + later)
        sent.append((now, 1.0))

    assert busiest(sent) <= rpm + burst(rpm) + 0.01


@given(st.integers(1, 100_000), schedules, st.floats(0, 1e6))
def test_no_minute_has_more_tokens_than_allowed_plus_one_burst_or_one_big_call(
    tpm: int, schedule: list[tuple[float, int]], now: float
) -> None:
    limiter, sent = RateLimiter(tpm=tpm), []

    for later, tokens in schedule:
        now = send(limiter, tokens, now + later)
        sent.append((now, float(tokens)))

    assert busiest(sent) <= tpm + max(burst(tpm), *(tokens for _, tokens in schedule)) + 0.01


@given(
    st.integers(1, 10**8), st.integers(1, 10**8), st.lists(st.integers(0, 10**7), min_size=1, max_size=30),
    st.floats(0, 1e6),
)  # fmt: skip
def test_one_wait_suffices_without_many_tiny_ones(rpm: int, tpm: int, calls: list[int], now: float) -> None:
    limiter = RateLimiter(rpm=rpm, tpm=tpm)

    for tokens in calls:
        now = send(limiter, tokens, now)


def test_without_a_rate_nothing_waits() -> None:
    limiter = RateLimiter()

    assert [send(limiter, 10**9, 5.0) for _ in range(100)] == [5.0] * 100


def test_a_call_larger_than_the_bucket_goes_and_the_next_one_waits_for_it() -> None:
    limiter = RateLimiter(tpm=6000)

    assert send(limiter, 12_000, 100.0) == 100.0
    assert send(limiter, 1, 100.0) == pytest.approx(100.0 + (12_000 - 500 + 1) / 100)


def test_the_tokens_used_replace_the_estimate() -> None:
    limiter = RateLimiter(tpm=6000)
    limiter.take(500, 100.0)

    limiter.correct(500, 100, 100.0)

    assert send(limiter, 400, 100.0) == 100.0
    assert limiter.wait(100, 100.0) == pytest.approx(1.0)


def test_a_correction_cannot_overfill_the_bucket() -> None:
    limiter = RateLimiter(tpm=6000)
    limiter.correct(100_000, 0, 100.0)

    send(limiter, 500, 100.0)

    assert limiter.wait(100, 100.0) == pytest.approx(1.0)


def spacing(limiter: RateLimiter) -> float:
    """Return the seconds between calls once the bucket is empty."""
    now = 1000.0
    for _ in range(500):
        now = send(limiter, 0, now)
    return send(limiter, 0, now) - now


@pytest.mark.parametrize(
    ("own", "stated", "seconds"), [(60, 30, 2.0), (60, 600, 1.0), (None, 30, 2.0), (60, None, 1.0)]
)
def test_the_lower_of_the_users_and_the_providers_rate_applies(
    own: int | None, stated: int | None, seconds: float
) -> None:
    limiter = RateLimiter(rpm=own)

    limiter.learn(StatedLimits(requests=stated), 1000.0)

    assert spacing(limiter) == pytest.approx(seconds, rel=0.01)


def test_a_raised_provider_rate_applies_up_to_the_users_rate() -> None:
    limiter = RateLimiter(rpm=60)

    limiter.learn(StatedLimits(requests=6), 1000.0)
    limiter.learn(StatedLimits(requests=600), 1000.0)

    assert spacing(limiter) == pytest.approx(1.0, rel=0.01)


def test_the_remaining_count_of_a_provider_is_obeyed() -> None:
    limiter = RateLimiter()

    limiter.learn(StatedLimits(requests=60, requests_remaining=2, tokens=6000, tokens_remaining=6000), 1000.0)

    assert [send(limiter, 1, 1000.0) for _ in range(3)] == pytest.approx([1000.0, 1000.0, 1001.0])


def test_a_remaining_count_above_our_own_is_ignored() -> None:
    limiter = RateLimiter(rpm=60)
    for _ in range(5):
        send(limiter, 0, 1000.0)

    limiter.learn(StatedLimits(requests=60, requests_remaining=59), 1000.0)

    assert limiter.wait(0, 1000.0) == pytest.approx(1.0)


def test_a_call_waits_if_it_needs_more_than_the_remaining_tokens() -> None:
    limiter = RateLimiter()

    limiter.learn(StatedLimits(tokens=60_000, tokens_remaining=1000), 1000.0)

    assert limiter.wait(1000, 1000.0) == 0.0
    assert limiter.wait(3000, 1000.0) == pytest.approx(2.0)
