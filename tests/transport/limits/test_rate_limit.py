from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.providers.rate_limit_headers import StatedLimits
from scrimp.transport.limits.rate_limit import RateLimiter

# Waits in a row before a call may go: more than a few would be a loop of tiny ones.
PATIENCE = 4


def burst(per_minute: int) -> float:
    """What may go at once: five seconds' worth, at least one."""
    return max(1.0, per_minute * 5 / 60)


def send(pace: RateLimiter, tokens: int, now: float) -> float:
    """Wait as long as it says, send, and return when."""
    for _ in range(PATIENCE):
        if not (wait := pace.wait(tokens, now)):
            pace.take(tokens, now)
            return now
        now += wait
    raise AssertionError(f"after {PATIENCE} waits it asks for {wait} s more")


def busiest(sent: Sequence[tuple[float, float]]) -> float:
    """The most that went in any minute."""
    return max(sum(size for at, size in sent if start <= at < start + 60) for start, _ in sent)


schedules = st.lists(
    st.tuples(st.floats(0, 30, allow_subnormal=False), st.integers(0, 20_000)), min_size=1, max_size=120
)


@given(st.integers(1, 3000), schedules, st.floats(0, 1e6))
def test_no_minute_sees_more_calls_than_allowed_and_one_burst(
    rpm: int, schedule: list[tuple[float, int]], now: float
) -> None:
    pace, sent = RateLimiter(rpm=rpm), []

    for later, _ in schedule:
        now = send(pace, 0, now + later)
        sent.append((now, 1.0))

    assert busiest(sent) <= rpm + burst(rpm) + 0.01


@given(st.integers(1, 100_000), schedules, st.floats(0, 1e6))
def test_no_minute_sees_more_tokens_than_allowed_and_one_burst_or_one_big_call(
    tpm: int, schedule: list[tuple[float, int]], now: float
) -> None:
    pace, sent = RateLimiter(tpm=tpm), []

    for later, tokens in schedule:
        now = send(pace, tokens, now + later)
        sent.append((now, float(tokens)))

    assert busiest(sent) <= tpm + max(burst(tpm), *(tokens for _, tokens in schedule)) + 0.01


@given(
    st.integers(1, 10**8), st.integers(1, 10**8), st.lists(st.integers(0, 10**7), min_size=1, max_size=30),
    st.floats(0, 1e6),
)  # fmt: skip
def test_one_wait_is_enough_and_never_the_first_of_many_tiny_ones(
    rpm: int, tpm: int, calls: list[int], now: float
) -> None:
    pace = RateLimiter(rpm=rpm, tpm=tpm)

    for tokens in calls:
        now = send(pace, tokens, now)


def test_without_a_rate_nothing_waits() -> None:
    pace = RateLimiter()

    assert [send(pace, 10**9, 5.0) for _ in range(100)] == [5.0] * 100


def test_a_call_bigger_than_the_bucket_goes_and_the_next_one_pays_for_it() -> None:
    pace = RateLimiter(tpm=6000)

    assert send(pace, 12_000, 100.0) == 100.0
    assert send(pace, 1, 100.0) == pytest.approx(100.0 + (12_000 - 500 + 1) / 100)


def test_what_a_call_used_takes_the_place_of_what_it_was_estimated_to() -> None:
    pace = RateLimiter(tpm=6000)
    pace.take(500, 100.0)

    pace.correct(500, 100, 100.0)

    assert send(pace, 400, 100.0) == 100.0
    assert pace.wait(100, 100.0) == pytest.approx(1.0)


def test_a_correction_cannot_fill_the_bucket_beyond_its_rim() -> None:
    pace = RateLimiter(tpm=6000)
    pace.correct(100_000, 0, 100.0)

    send(pace, 500, 100.0)

    assert pace.wait(100, 100.0) == pytest.approx(1.0)


def test_nothing_goes_while_it_is_held_and_the_latest_moment_counts() -> None:
    pace = RateLimiter()

    pace.hold(110.0)
    pace.hold(105.0)

    assert pace.wait(0, 100.0) == 10.0
    assert pace.wait(0, 110.0) == 0.0


def spacing(pace: RateLimiter) -> float:
    """Seconds between calls once the bucket is empty."""
    now = 1000.0
    for _ in range(500):
        now = send(pace, 0, now)
    return send(pace, 0, now) - now


@pytest.mark.parametrize(
    ("own", "stated", "seconds"), [(60, 30, 2.0), (60, 600, 1.0), (None, 30, 2.0), (60, None, 1.0)]
)
def test_the_lower_of_the_users_rate_and_the_providers_counts(
    own: int | None, stated: int | None, seconds: float
) -> None:
    pace = RateLimiter(rpm=own)

    pace.learn(StatedLimits(requests=stated), 1000.0)

    assert spacing(pace) == pytest.approx(seconds, rel=0.01)


def test_a_provider_that_allows_more_again_is_believed_up_to_the_users_rate() -> None:
    pace = RateLimiter(rpm=60)

    pace.learn(StatedLimits(requests=6), 1000.0)
    pace.learn(StatedLimits(requests=600), 1000.0)

    assert spacing(pace) == pytest.approx(1.0, rel=0.01)


def test_what_a_provider_says_is_left_is_all_there_is() -> None:
    pace = RateLimiter()

    pace.learn(StatedLimits(requests=60, requests_remaining=2, tokens=6000, tokens_remaining=6000), 1000.0)

    assert [send(pace, 1, 1000.0) for _ in range(3)] == pytest.approx([1000.0, 1000.0, 1001.0])


def test_more_left_than_we_counted_ourselves_is_not_believed() -> None:
    pace = RateLimiter(rpm=60)
    for _ in range(5):
        send(pace, 0, 1000.0)

    pace.learn(StatedLimits(requests=60, requests_remaining=59), 1000.0)

    assert pace.wait(0, 1000.0) == pytest.approx(1.0)


def test_tokens_left_hold_back_a_call_that_needs_more() -> None:
    pace = RateLimiter()

    pace.learn(StatedLimits(tokens=60_000, tokens_remaining=1000), 1000.0)

    assert pace.wait(1000, 1000.0) == 0.0
    assert pace.wait(3000, 1000.0) == pytest.approx(2.0)


def objecting(gaps: Sequence[float]) -> RateLimiter:
    """A pace that was answered with these seconds between, then objected to a call sent alone."""
    pace, now = RateLimiter(), 1000.0
    for gap in gaps:
        now += gap
        send(pace, 0, now)
        pace.answered(now)
    pace.objected()
    return pace


def test_an_objection_to_a_call_sent_alone_spaces_calls_as_answers_came() -> None:
    assert spacing(objecting([0.5] * 100)) == pytest.approx(0.5, rel=0.05)


def test_each_further_objection_spaces_calls_further_but_never_beyond_ten_seconds() -> None:
    pace, spacings = objecting([0.5] * 100), []

    for _ in range(20):
        pace.objected()
        spacings.append(spacing(pace))

    assert spacings == sorted(spacings)
    assert spacings[-1] == pytest.approx(10.0)


def test_answers_bring_calls_closer_again_until_nothing_is_between_them() -> None:
    pace, now = objecting([0.5] * 100), 5000.0

    for _ in range(1000):
        now = send(pace, 0, now)
        pace.answered(now)

    assert spacing(pace) == 0.0


def test_an_objection_after_few_quick_answers_does_not_space_calls_by_seconds() -> None:
    assert spacing(objecting([0.05] * 3)) < 0.5
