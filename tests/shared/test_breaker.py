from __future__ import annotations

import threading

from clock import Clock
from scrimp.shared.breaker import Breaker


def test_all_are_admitted_until_one_fails_then_none_for_a_while() -> None:
    clock = Clock()
    breaker = Breaker(10.0, clock)
    assert breaker.admits()
    assert breaker.admits()

    breaker.open()
    clock.now += 9.9

    assert breaker.is_open
    assert not breaker.admits()


def test_a_failure_may_have_a_window_of_its_own() -> None:
    clock = Clock()
    breaker = Breaker(10.0, clock)
    breaker.open(2.0)
    clock.now += 2.0
    assert breaker.admits()
    breaker.open(200.0)
    clock.now += 199.0

    assert not breaker.admits()


def test_one_request_a_window_tries_whether_it_is_back() -> None:
    clock = Clock()
    breaker = Breaker(10.0, clock)
    breaker.open()
    clock.now += 10.0

    assert not breaker.is_open
    assert breaker.admits()
    assert not breaker.admits()
    clock.now += 10.0  # the one that tried has not come back
    assert breaker.admits()
    breaker.close()

    assert breaker.admits()
    assert breaker.admits()


def test_of_many_threads_one_tries() -> None:
    clock = Clock()
    breaker = Breaker(10.0, clock)
    breaker.open()
    clock.now += 11.0
    start, admitted = threading.Barrier(16), []

    def ask() -> None:
        start.wait()
        admitted.append(breaker.admits())

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert admitted.count(True) == 1
