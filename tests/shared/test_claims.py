"""Claims of processes on several machines: each has lock files of its own, and all have one server."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Container, Iterator
from itertools import islice
from pathlib import Path

import pytest

from clock import Clock
from command import wait_until
from redis_server import RedisServer, slow_proxy
from scrimp.shared.claims import PREFIX, SharedClaims
from scrimp.shared.connection import TIMEOUT, SharedServer
from scrimp.store.claims import Claims

KEYS = [hashlib.sha256(str(number).encode()).digest() for number in range(2500)]
Machine = Callable[..., SharedClaims]


@pytest.fixture
def machine(redis: RedisServer, tmp_path: Path) -> Iterator[Machine]:
    opened: list[tuple[SharedClaims, SharedServer]] = []

    def claims_of(
        name: str, *, life: float = 3600.0, clock: Callable[[], float] = time.monotonic, timeout: float = 30,
        untaken: Container[bytes] = (),
    ) -> SharedClaims:  # fmt: skip
        server = SharedServer(
            redis.url, name="it", warn=lambda _: None, meanwhile="so be it", timeout=timeout, clock=clock
        )
        claims = SharedClaims(Claims(tmp_path / name, print), server, life=life, clock=clock, untaken=untaken)
        opened.append((claims, server))
        return opened[-1][0]

    yield claims_of
    for claims, server in opened:
        claims.close()
        server.close()


def die(claims: SharedClaims) -> None:
    """Leave what a killed process leaves: its claims on the server, and none on its machine."""
    claims._held.clear()
    claims.close()


def test_what_one_machine_has_claimed_another_cannot_until_it_lets_go(machine: Machine) -> None:
    one, other = machine("one"), machine("other")
    assert one.claim(KEYS[:1500]) == set()

    assert other.claim(KEYS) == set(KEYS[:1500])
    one.release(KEYS[:500])
    wait_until(lambda: other.claim(KEYS) == set(KEYS[500:1500]))
    one.close()

    assert other.claim(KEYS) == set()


def test_what_is_claimed_again_at_once_is_held(machine: Machine, redis: RedisServer) -> None:
    one, other = machine("one"), machine("other")
    one.claim([KEYS[-1]])
    for _ in range(40):
        one.claim(KEYS[:20])
        one.release(KEYS[:20])
    one.claim(KEYS[:20])
    one.release([KEYS[-1]])
    wait_until(lambda: other.claim([KEYS[-1]]) == set())  # so was all that was let go of before

    assert other.claim(KEYS[:20]) == set(KEYS[:20])


def test_claiming_again_is_not_a_conflict_with_oneself(machine: Machine) -> None:
    one = machine("one")

    assert [one.claim(KEYS), one.claim(KEYS)] == [set(), set()]


def test_only_the_holder_takes_a_claim_away(machine: Machine, redis: RedisServer) -> None:
    one, other = machine("one"), machine("other")
    one.claim(KEYS[:1])
    other.claim(KEYS[:2])
    other.release(KEYS[:2])

    assert other.claim(KEYS[:1]) == set(KEYS[:1])
    # The server gave it to another one meanwhile, which this one does not know.
    redis.client.set(PREFIX + KEYS[0], "another holder")
    one.close()
    assert redis.client.get(PREFIX + KEYS[0]) == b"another holder"


def test_of_many_threads_and_machines_one_gets_each_key(machine: Machine) -> None:
    machines = [machine(str(number)) for number in range(6)]
    start = threading.Barrier(len(machines))
    got: list[bytes] = []

    def claim(claims: SharedClaims) -> None:
        start.wait()
        for begin in range(0, 400, 20):
            some = KEYS[begin : begin + 20]
            taken = claims.claim(some)
            got.extend(key for key in some if key not in taken)

    threads = [threading.Thread(target=claim, args=[each]) for each in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == sorted(KEYS[:400])


@pytest.mark.parametrize("life", [None, 366 * 86_400])
def test_what_nobody_will_let_go_of_is_not_a_claim(machine: Machine, redis: RedisServer, life: int | None) -> None:
    """Another program has put it there: who waited for it would wait for ever."""
    redis.client.set(PREFIX + KEYS[0], b"\xff", ex=life)

    assert machine("one").claim(KEYS[:1]) == set()
    assert machine("other").claim(KEYS[:1]) == set(KEYS[:1])


def test_a_claim_expires_unless_it_is_renewed(machine: Machine, redis: RedisServer) -> None:
    one = machine("one")
    one.claim(KEYS[:2])
    redis.client.pexpire(PREFIX + KEYS[0], 60_000)
    redis.client.delete(PREFIX + KEYS[1])  # as by a restart
    one.renew()

    assert redis.client.ttl(PREFIX + KEYS[0]) > 3500
    assert redis.client.ttl(PREFIX + KEYS[1]) > 3500
    redis.client.set(PREFIX + KEYS[0], "another holder")
    one.renew()
    assert redis.client.get(PREFIX + KEYS[0]) == b"another holder"


def test_a_process_that_lives_renews_its_claims(redis: RedisServer, machine: Machine) -> None:
    with redis.client.monitor() as commands:
        machine("one", life=0.9).claim(KEYS[:3])
        sets = (str(each["command"]) for each in commands.listen())
        renewed = Counter(words.split()[1] for words in islice((each for each in sets if each.startswith("SET ")), 9))

    assert list(renewed.values()) == [3] * 3  # made once, and renewed twice


def test_what_a_dead_process_of_this_machine_left_is_taken_over_at_once(machine: Machine) -> None:
    dead, next_one, elsewhere = machine("here"), machine("here"), machine("elsewhere")
    dead.claim(KEYS[:5])
    die(dead)

    assert elsewhere.claim(KEYS[:5]) == set(KEYS[:5])
    assert next_one.claim(KEYS[:5]) == set()


def test_where_nothing_can_be_locked_here_nothing_is_taken_over(
    machine: Machine, redis: RedisServer, tmp_path: Path
) -> None:
    dead = machine("here")
    dead.claim(KEYS[:5])
    die(dead)
    warned: list[str] = []
    (tmp_path / "no-folder").write_text("")
    server = SharedServer(redis.url, name="it", warn=print, meanwhile="so be it", timeout=30)
    unlocked = SharedClaims(Claims(tmp_path / "no-folder", warned.append), server)

    assert unlocked.claim(KEYS[:6]) == set(KEYS[:5])
    unlocked.close()
    server.close()
    assert len(warned) == 1


def test_without_the_server_the_claims_of_this_machine_hold(machine: Machine, redis: RedisServer) -> None:
    one = machine("one")
    one.claim(KEYS[:2])
    redis.kill()

    assert machine("other").claim(KEYS[:3]) == set()
    one.release(KEYS[:2])
    one.renew()


def test_a_server_that_forgets_all_claims_gives_none_away_before_their_holders_made_them_again(
    machine: Machine, redis: RedisServer
) -> None:
    clock = Clock(1000.0)
    one, other = machine("one"), machine("other", life=30.0, clock=clock)
    one.claim(KEYS[:2])
    assert other.claim(KEYS[:3]) == set(KEYS[:2])
    redis.kill()
    clock.now += 1
    while_away = other.claim(KEYS[:4])
    redis.start()
    clock.now += 2
    while_unsure = other.claim(KEYS[:4])

    assert (while_away, while_unsure) == (set(KEYS[:2]), set(KEYS[:2]))
    one.renew()
    clock.now += 13
    assert other.claim(KEYS[:4]) == set(KEYS[:2])


def test_a_server_that_stays_away_keeps_nobody_waiting_for_long(machine: Machine, redis: RedisServer) -> None:
    clock = Clock(1000.0)
    one, other = machine("one"), machine("other", life=30.0, clock=clock)
    one.claim(KEYS[:2])
    other.claim(KEYS[:2])
    redis.kill()
    clock.now += 14.9
    waits = other.claim(KEYS[:2])
    clock.now += 0.1

    assert (waits, other.claim(KEYS[:2])) == (set(KEYS[:2]), set())


def test_claims_are_made_again_as_soon_as_the_server_is_back(machine: Machine, redis: RedisServer) -> None:
    one = machine("one", life=6.0)  # so that they are renewed every 2 s, and every 0.2 s where it was away
    one.claim(KEYS[:2])
    redis.kill()
    one.claim(KEYS[2:3])
    redis.start()

    wait_until(lambda: redis.client.exists(*[PREFIX + key for key in KEYS[:3]]) == 3)


def test_a_claim_is_in_doubt_once_the_server_is_back_until_it_is_made_again(
    machine: Machine, redis: RedisServer
) -> None:
    clock = Clock(1000.0)
    one = machine("one", clock=clock)
    one.claim(KEYS[:1])
    sure = one.doubts(KEYS[0])
    redis.kill()
    one.claim(KEYS[1:2])
    while_away = [one.doubts(key) for key in KEYS[:2]]
    redis.start()
    clock.now += 60
    once_back = [one.doubts(key) for key in KEYS[:3]]
    one.claim(KEYS[:2])

    assert (sure, while_away, once_back) == (False, [False, False], [True, True, False])
    assert [one.doubts(key) for key in KEYS[:2]] == [False, False]


def test_a_server_that_refuses_claims_leaves_none_in_doubt(machine: Machine, redis: RedisServer) -> None:
    one = machine("one")
    redis.client.config_set("maxmemory", 1)
    one.claim(KEYS[:1])

    assert not one.doubts(KEYS[0])


def test_no_other_machine_gets_a_key_before_the_server_has_its_completion(machine: Machine, redis: RedisServer) -> None:
    clock, untaken = Clock(1000.0), {KEYS[0]}
    one, other = machine("one", life=30.0, clock=clock, untaken=untaken), machine("other", clock=clock)
    one.claim(KEYS[:2])
    one.release(KEYS[:2])
    wait_until(lambda: other.claim(KEYS[:2]) == {KEYS[0]})
    clock.now += 3600
    one._release_on_server()
    redis.client.flushall()
    one.renew()
    still_held = other.claim(KEYS[:1])
    untaken.clear()
    one._release_on_server()

    assert (still_held, other.claim(KEYS[:1])) == ({KEYS[0]}, set())


def test_what_could_not_be_let_go_of_is_let_go_of_once_the_server_answers_again(
    machine: Machine, redis: RedisServer
) -> None:
    clock = Clock(1000.0)
    one = machine("one", life=6.0, clock=clock)  # so that the server is tried again after 0.2 s
    with slow_proxy(redis) as proxy:
        server = SharedServer(proxy.url, name="it", warn=print, meanwhile="so be it", timeout=0.2, clock=clock)
        one._server, before = server, one._server

        def on_server(*keys: bytes) -> int:
            """Return how many are claimed there; where one answer took too long, the next is waited for."""
            clock.now += 1.1 * server.is_down
            return int(redis.client.exists(*[PREFIX + key for key in keys]))

        wait_until(lambda: one.claim(KEYS[:4]) == set() and on_server(*KEYS[:4]) == 4)
        proxy.delay = 60.0
        one.release(KEYS[:2])
        one.release(KEYS[2:3])
        wait_until(lambda: server.is_down)
        proxy.delay = 0.0
        assert one.claim(KEYS[1:2]) == set()
        one.release(KEYS[3:4])
        wait_until(lambda: on_server(KEYS[0], KEYS[2], KEYS[3]) == 0)
        assert on_server(KEYS[1]) == 1
        one.close()
        server.close()
        one._server = before


def test_a_server_that_was_slow_once_gives_no_row_to_two(machine: Machine, redis: RedisServer) -> None:
    clock = Clock(1000.0)
    one, other = machine("one"), machine("other", clock=clock, life=30.0)
    one.claim(KEYS[:2])
    other.claim(KEYS[:2])
    server = other._server
    clock.now += TIMEOUT
    server._breaker.open(machine("slow", timeout=TIMEOUT)._server.window)  # the longest time that its timeout deserves
    seen = []
    for _ in range(12):
        clock.now += 0.95
        seen.append(other.claim(KEYS[:2]))

    assert not server.is_down
    assert seen == [set(KEYS[:2])] * 12
