from __future__ import annotations

import re
import threading
import time

import pytest

from scrimp.regexes import TookTooLongError, search_within

ENDLESS, TEXT = re.compile("(x+x+)+y"), "x" * 60


def test_a_search_is_given_up_and_the_next_one_finds_what_is_there() -> None:
    for _ in range(2):
        with pytest.raises(TookTooLongError):
            search_within(ENDLESS, TEXT, 0.02)
        found = search_within(ENDLESS, "xxy", 100)
        assert found is not None
        assert found[0] == "xxy"


def test_nothing_rings_after_a_search_that_ended() -> None:
    assert search_within(re.compile("a"), "b", 0.01) is None
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass


def test_another_thread_searches_without_a_timer() -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(search_within(re.compile("b"), "abc", 0.01)))
    thread.start()
    thread.join()

    assert found != [None]
