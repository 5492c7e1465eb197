from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.enums import FailureKind
from scrimp.transport.limits.circuit_breaker import GIVEN_UP_AFTER, OPENS_AFTER, CircuitBreaker
from scrimp.values import Failure


def failure(kind: FailureKind = "server") -> Failure:
    return Failure(kind=kind, message=kind)


def known() -> CircuitBreaker:
    """Return the breaker of a model that has answered before."""
    breaker = CircuitBreaker()
    breaker.answered(0.0)
    return breaker


def opened(breaker: CircuitBreaker, kind: FailureKind = "server", at: float = 10.0) -> CircuitBreaker:
    for _ in range(OPENS_AFTER):
        breaker.failed(failure(kind), at - 1, at)
    return breaker


def probed(breaker: CircuitBreaker, times: int) -> list[float]:
    """Let so many probes fail; return the cool-down after each."""
    cool_downs = []
    for _ in range(times):
        sent = breaker.retry_at
        assert breaker.admit(sent)
        breaker.failed(failure(), sent, sent + 1)
        cool_downs.append(breaker.retry_at - sent - 1)
    return cool_downs


def test_it_opens_after_five_failures_in_a_row_and_not_before() -> None:
    breaker = CircuitBreaker()

    states = []
    for second in range(5):
        breaker.failed(failure(), second, second + 0.5)
        states.append(breaker.ready(second + 0.5))

    assert states == [True, True, True, True, False]
    assert breaker.failure == failure()


def test_a_success_between_failures_restarts_the_count() -> None:
    breaker = CircuitBreaker()

    for second in range(20):
        breaker.failed(failure(), second, second + 0.5)
        if second % 4 == 3:
            breaker.answered(second)

    assert breaker.ready(20.0)


def test_a_slow_success_between_failures_restarts_the_count() -> None:
    breaker = known()

    for reply in range(256):  # to calls sent at once, of which one in thirty fails
        now = 10.0 + reply / 100
        if reply % 30 == 0:
            breaker.failed(failure(), 5.0, now)
        else:
            breaker.answered(5.0)

    assert breaker.failure is None


def test_a_late_success_of_a_call_sent_before_the_failures_does_not_close_it() -> None:
    breaker = opened(known(), at=10.0)

    breaker.answered(5.0)

    assert not breaker.ready(10.0)


@pytest.mark.parametrize("kind", ["refused", "too_long", "schema", "invalid"])
def test_a_failure_of_the_prompt_counts_as_an_answer_of_the_model(kind: FailureKind) -> None:
    breaker = opened(CircuitBreaker(), kind)

    assert breaker.failure is None


def test_no_call_is_let_through_before_the_cool_down_is_over() -> None:
    breaker = opened(known())

    assert not breaker.admit(breaker.retry_at - 0.001)
    assert breaker.admit(breaker.retry_at)


def test_only_one_call_is_the_probe() -> None:
    breaker = opened(known())

    assert [breaker.admit(breaker.retry_at + second) for second in range(5)] == [True, False, False, False, False]


def test_a_probe_that_succeeds_closes_it() -> None:
    breaker = opened(known())
    breaker.admit(breaker.retry_at)

    breaker.answered(breaker.retry_at)

    assert breaker.failure is None
    assert all(breaker.admit(20.0) for _ in range(10))


def test_each_failed_probe_lengthens_the_cool_down_up_to_half_a_minute() -> None:
    breaker = opened(known(), at=10.0)

    cool_downs = [breaker.retry_at - 10.0, *probed(breaker, 5)]

    assert all(later > earlier or later == 30.0 for earlier, later in pairwise(cool_downs))
    assert sum(cool_downs[:5]) > 60.0  # a minute's limit is over before the last probe it is given up after
    assert max(cool_downs) <= 30.0


def test_a_success_resets_the_cool_down() -> None:
    breaker = opened(known(), at=10.0)
    first = breaker.retry_at - 10.0
    probed(breaker, 3)
    breaker.admit(breaker.retry_at)
    breaker.answered(breaker.retry_at)

    opened(breaker, at=100.0)

    assert breaker.retry_at == 100.0 + first


def test_a_late_failure_of_a_call_sent_before_it_opened_is_not_a_failed_probe() -> None:
    breaker = opened(known())
    breaker.admit(breaker.retry_at)

    for _ in range(50):
        breaker.failed(failure(), 9.0, 20.0)

    assert not breaker.given_up
    assert not breaker.ready(1000.0)  # the probe is still in flight


def test_a_withdrawn_probe_leaves_its_place_to_another() -> None:
    breaker = opened(known())
    sent = breaker.retry_at
    breaker.admit(sent)

    breaker.withdraw(sent - 5)  # another call, sent before
    assert not breaker.ready(sent)
    breaker.withdraw(sent)
    assert breaker.admit(sent)


def test_a_burst_of_rate_limited_calls_is_one_failure() -> None:
    breaker = known()

    for call in range(100):
        breaker.failed(failure("rate_limit"), 5.0, 6.0 + call / 100)

    assert breaker.ready(7.0)


def test_five_rounds_of_rate_limited_calls_open_it() -> None:
    breaker = known()

    for lap in range(5):
        for _ in range(10):
            breaker.failed(failure("rate_limit"), 2.0 * lap, 2.0 * lap + 1)

    assert not breaker.ready(9.0)


def test_a_model_that_has_answered_is_given_up_after_five_failed_probes() -> None:
    breaker = opened(known())

    probed(breaker, GIVEN_UP_AFTER - 1)
    before = breaker.given_up
    probed(breaker, 1)

    assert (before, breaker.given_up) == (False, True)


def test_a_model_that_is_gone_is_given_up_at_once_though_it_has_answered() -> None:
    breaker = opened(known(), "not_found")

    assert breaker.given_up
    assert breaker.admit(breaker.retry_at)  # it may be back all the same


@pytest.mark.parametrize("kind", ["not_found", "timeout"])
def test_a_model_that_never_answered_is_given_up_at_once_where_waiting_would_not_help(kind: FailureKind) -> None:
    assert opened(CircuitBreaker(), kind).given_up


@pytest.mark.parametrize("kind", ["network", "server"])
def test_a_model_that_never_answered_has_some_seconds_to_appear(kind: FailureKind) -> None:
    breaker = opened(CircuitBreaker(), kind, at=10.0)

    tried = []
    while not breaker.given_up:
        now = breaker.retry_at
        assert breaker.admit(now)
        breaker.failed(failure(kind), now, now)
        tried.append(now - 10.0)

    assert tried[-1] < 10.0
    assert any(seconds >= 3.0 for seconds in tried[:-1])  # an outage of three seconds is over by one of them
    assert len(tried) + OPENS_AFTER <= 10


def test_cool_downs_obey_a_provider_that_asks_for_a_shorter_wait() -> None:
    breaker, asked = known(), Failure(kind="server", message="busy", retry_after=1.0)
    for _ in range(OPENS_AFTER):
        breaker.failed(asked, 9.0, 10.0)

    cool_downs = []
    for _ in range(10):
        sent = breaker.retry_at
        breaker.admit(sent)
        breaker.failed(asked, sent, sent)
        cool_downs.append(breaker.retry_at - sent)

    assert cool_downs == [1.0] * 10
    assert not breaker.given_up  # ten probes, and ten seconds


def test_a_moment_without_an_answer_is_not_taken_for_a_provider_that_refuses_everything() -> None:
    breaker = known()

    for tick in range(20):
        breaker.failed(failure("rate_limit"), 10 + tick / 20, 10 + tick / 20 + 0.04)

    assert breaker.failure is None


def test_a_limited_model_is_given_up_only_after_more_than_a_minute() -> None:
    breaker = known()
    for lap in range(5):
        breaker.failed(failure("rate_limit"), 2.0 * lap, 2.0 * lap + 1)

    while not breaker.given_up:
        sent = breaker.retry_at
        breaker.admit(sent)
        breaker.failed(failure("rate_limit"), sent, sent)

    assert 60.0 < sent < 90.0


def test_a_model_that_never_answered_but_rate_limits_is_not_given_up() -> None:
    breaker = CircuitBreaker()
    for lap in range(5):
        breaker.failed(failure("rate_limit"), 2.0 * lap, 2.0 * lap + 1)

    assert breaker.failure is not None
    assert not breaker.given_up


def test_a_model_given_up_may_still_be_probed_and_recover() -> None:
    breaker = opened(CircuitBreaker())

    assert breaker.admit(breaker.retry_at)
    breaker.answered(breaker.retry_at)

    assert not breaker.given_up


def test_a_model_that_asks_for_a_very_long_wait_is_suspended_for_it() -> None:
    breaker = known()

    breaker.suspend(failure("rate_limit"), 3600.0, 10.0)

    assert breaker.given_up
    assert (breaker.ready(3609.0), breaker.ready(3610.0)) == (False, True)


# Failures come in rows, or nothing would ever open.
happenings = st.lists(
    st.tuples(
        st.sampled_from([
            ["call"], ["call", "call"], ["call", "server"], ["call", "server"], ["call", "timeout"] * 5, ["server"],
            ["rate_limit"], ["invalid"], ["refused"], ["answer"], ["withdraw"],
        ]),
        st.integers(0, 10), st.floats(0.001, 20),
    ),
    max_size=100,
)  # fmt: skip


class Probes:
    """Calls in flight through a breaker, which of them is a probe, and a clock."""

    def __init__(self, breaker: CircuitBreaker) -> None:
        self.breaker, self.now = breaker, 0.0
        self.in_flight: list[float] = []
        self.probe: float | None = None

    def call(self) -> None:
        was_open = self.breaker.failure is not None
        if not self.breaker.admit(self.now):
            return
        self.in_flight.append(self.now)
        if was_open:
            assert self.probe is None
            self.probe = self.now

    def end(self, kind: str, which: int) -> None:
        began = self.in_flight.pop(which % len(self.in_flight))
        if kind == "answer":
            self.breaker.answered(began)
        elif kind == "withdraw":
            self.breaker.withdraw(began)
        else:
            self.breaker.failed(Failure(kind=kind, message=kind), began, self.now)  # type: ignore[arg-type]
        if began == self.probe or self.breaker.failure is None:
            self.probe = None  # where it is closed, what was a probe is a call like others


@given(st.booleans(), happenings)
def test_there_are_never_two_probes_and_it_is_ready_once_all_calls_have_ended(
    answered: bool, happened: list[tuple[list[str], int, float]]
) -> None:
    probes = Probes(known() if answered else CircuitBreaker())

    for kinds, which, later in happened:
        for kind in kinds:
            probes.now += later
            if kind == "call":
                probes.call()
            elif probes.in_flight:
                probes.end(kind, which)
    while probes.in_flight:
        probes.end("withdraw", 0)

    assert probes.breaker.ready(max(probes.now, probes.breaker.retry_at))
