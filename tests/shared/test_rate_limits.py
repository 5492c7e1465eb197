"""The script of shared rate limits on a real server, by a clock that the test sets."""

from __future__ import annotations

import uuid

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from redis import Redis

from redis_server import RedisServer
from scrimp.shared.connection import SharedServer
from scrimp.shared.rate_limits import ACTIVE_SECONDS, TAKE, Granted, RateServer, Wanted
from scrimp.shared.script import Script

VIRTUAL = Script(TAKE.replace("redis.call('TIME')", "{ARGV[15], ARGV[16]}"))
NO_LIMIT = (0.0, 0.0)


class Buckets:
    """Buckets of a name of their own, at a time that only `pass_` changes."""

    def __init__(
        self, client: Redis, requests: tuple[float, float], tokens: tuple[float, float], name: str | None = None
    ) -> None:
        name = name or uuid.uuid4().hex
        self._client, self._keys = client, (f"{name}:buckets", f"{name}:processes")
        self._requests, self._tokens = requests, tokens
        self.microseconds = 1_800_000_000_000_000

    def pass_(self, microseconds: int) -> None:
        self.microseconds += microseconds

    def take(
        self, requests: tuple[int, int], tokens: tuple[int, int] = (0, 0), *, process: str = "p",
        left: tuple[int, int] = (-1, -1), sent: int = 0,
    ) -> Granted:  # fmt: skip
        seconds, micro = divmod(self.microseconds, 1_000_000)
        args = (
            process, *map(str, self._requests), *requests, left[0], sent, *map(str, self._tokens), *tokens, left[1],
            0, 0, seconds, micro,
        )  # fmt: skip
        granted = VIRTUAL.run(self._client, self._keys, args)
        return Granted(
            requests=int(granted[0]), tokens=int(granted[1]), wait=float(granted[2]), sharing=int(granted[3])
        )  # fmt: skip


class Step(Struct, frozen=True):
    """A process that asks, so many microseconds after the one before."""

    after: int
    process: int
    requests: tuple[int, int]
    tokens: tuple[int, int]


amounts = st.tuples(st.integers(0, 8), st.integers(0, 6)).map(lambda pair: (pair[0], sum(pair)))
token_amounts = st.tuples(st.integers(0, 900), st.integers(0, 600)).map(lambda pair: (pair[0], sum(pair)))
steps = st.lists(
    st.builds(Step, st.integers(0, 3_000_000), st.integers(0, 3), amounts, token_amounts), min_size=1, max_size=25
)
rates = st.sampled_from([0.5, 1.0, 3.3, 20.0])


@settings(max_examples=150)
@given(steps=steps, rate=rates, token_rate=rates)
def test_in_no_window_more_is_granted_than_its_capacity_and_what_fills_it_meanwhile(
    steps: list[Step], rate: float, token_rate: float, redis: RedisServer
) -> None:
    most, most_tokens = max(1.0, 5 * rate), 500 * token_rate
    buckets = Buckets(redis.client, (rate, most), (100 * token_rate, most_tokens))
    log: list[tuple[int, int, int]] = []
    for step in steps:
        buckets.pass_(step.after)
        granted = buckets.take(step.requests, step.tokens, process=str(step.process))
        if granted.wait > 0:
            assert (granted.requests, granted.tokens) == (0, 0)
            continue
        assert step.requests[0] <= granted.requests <= step.requests[1]
        assert step.tokens[0] <= granted.tokens <= step.tokens[1]
        log.append((buckets.microseconds, granted.requests, granted.tokens))
    for first in range(len(log)):
        for last in range(first, len(log)):
            seconds = (log[last][0] - log[first][0]) / 1e6
            window = log[first : last + 1]
            # The last one may take more than a full bucket where it needs as much.
            before, largest = sum(each[1] for each in window[:-1]), window[-1][1]
            assert before + min(largest, most) <= most + rate * seconds + 0.01
            before, largest = sum(each[2] for each in window[:-1]), window[-1][2]
            assert before + min(largest, most_tokens) <= most_tokens + 100 * token_rate * seconds + 0.01


@settings(max_examples=60)
@given(steps=steps, rate=rates)
def test_after_the_wait_that_is_told_the_same_is_granted_and_not_before(
    steps: list[Step], rate: float, redis: RedisServer
) -> None:
    buckets = Buckets(redis.client, (rate, max(1.0, 5 * rate)), (100 * rate, 500 * rate))
    for step in steps:
        buckets.pass_(step.after)
        granted = buckets.take(step.requests, step.tokens)
        if granted.wait > 0.01:
            buckets.pass_(int((granted.wait - 0.01) * 1e6))
            assert buckets.take(step.requests, step.tokens).wait > 0
            buckets.pass_(20_000)
            assert buckets.take(step.requests, step.tokens).wait == 0


def test_what_the_provider_says_is_left_counts_for_all(redis: RedisServer) -> None:
    buckets = Buckets(redis.client, (1.0, 60.0), NO_LIMIT)
    assert buckets.take((1, 5)).requests == 5
    assert buckets.take((1, 9), process="q", left=(2, -1)).requests == 2
    assert buckets.take((1, 1)).wait == 1.0


def test_who_has_no_limit_of_a_kind_leaves_that_of_the_others_as_it_is(redis: RedisServer) -> None:
    limited = Buckets(redis.client, (1.0, 5.0), (100.0, 500.0), "one key")
    unlimited = Buckets(redis.client, (1.0, 5.0), NO_LIMIT, "one key")
    unlimited.take((1, 1), (0, 0), process="q")
    assert limited.take((1, 1), (300, 300)).tokens == 300
    for buckets in (limited, unlimited):
        buckets.pass_(2_000_000)
    assert unlimited.take((1, 1), (0, 70), process="q").tokens == 70
    assert limited.take((1, 1), (400, 400)).tokens == 400  # 200 were left, and two seconds bring as many


def test_what_was_sent_without_the_server_is_taken_from_what_came_in_meanwhile(redis: RedisServer) -> None:
    buckets = Buckets(redis.client, (1.0, 5.0), NO_LIMIT)
    assert buckets.take((5, 5)).requests == 5
    buckets.pass_(4_000_000)
    assert buckets.take((1, 5), sent=2).requests == 2
    buckets.pass_(3_600_000_000)  # a bucket that is full has no room for more
    assert buckets.take((1, 5), sent=1, process="q").requests == 4


def test_processes_that_took_something_lately_share(redis: RedisServer) -> None:
    buckets = Buckets(redis.client, (1.0, 60.0), NO_LIMIT)
    buckets.take((1, 1))
    buckets.pass_(1_000_000)
    assert buckets.take((1, 1), process="q").sharing == 2
    buckets.pass_((ACTIVE_SECONDS - 1) * 1_000_000 + 1)
    assert buckets.take((1, 1), process="q").sharing == 1


def test_the_server_has_a_clock_of_its_own(redis: RedisServer) -> None:
    server = SharedServer(redis.url, name="the server", warn=lambda _: None, meanwhile="", timeout=30)
    rates = RateServer(server, "key", "p")
    wanted = Wanted(rate=0.001, most=1.0, need=1, want=1)
    free = Wanted(rate=0.0, most=0.0, need=7, want=9)
    assert rates.take(wanted, free) == Granted(requests=1, tokens=9, wait=0, sharing=1)
    refused = rates.take(wanted, free)
    assert (refused.requests, refused.tokens) == (0, 0)
    assert 900 < refused.wait <= 1000
    server.close()


def test_a_server_that_lost_its_data_does_not_grant_full_buckets_again(redis: RedisServer) -> None:
    now = 100.0
    server = SharedServer(redis.url, name="the server", warn=lambda _: None, meanwhile="", timeout=30)
    rates, new = (RateServer(server, "key", name, lambda: now) for name in "pq")
    wanted, free = Wanted(rate=0.001, most=5.0, need=1, want=2), Wanted(rate=0.0, most=0.0, need=0, want=0)
    assert rates.take(wanted, free).requests == 2
    redis.client.flushall()
    assert [each.take(wanted, free).requests for each in (rates, new)] == [0, 0]
    redis.client.flushall()
    now += 3600  # a bucket that nobody asked for so long is full
    assert rates.take(wanted, free).requests == 2
    server.close()


def test_nobody_waits_for_a_debt_that_another_program_has_written(redis: RedisServer) -> None:
    server = SharedServer(redis.url, name="the server", warn=lambda _: None, meanwhile="", timeout=30)
    rates = RateServer(server, "key", "p")
    wanted, free = Wanted(rate=1.0, most=60.0, need=1, want=1), Wanted(rate=0.0, most=0.0, need=0, want=0)
    redis.client.hset("scrimp:rate:{key}", mapping={"requests": "-1e18", "requests_at": "0"})

    assert 0 < rates.take(wanted, free).wait < 700
    server.close()
