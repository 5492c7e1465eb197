from __future__ import annotations

import random
import sys

from scrimp.flows.estimates.seen_keys import SeenKeys


def test_it_tells_new_numbers_as_a_set_does_also_where_they_want_the_same_place() -> None:
    numbers = random.Random(4)
    drawn = [numbers.getrandbits(64) >> numbers.choice((0, 54)) for _ in range(20_000)]
    drawn += [number << 54 for number in range(1000)]
    keys, known = SeenKeys(), set[int]()
    told = [keys.add(number) for number in drawn]

    expected = []
    for number in (number or 1 for number in drawn):
        expected.append(number not in known)
        known.add(number)
    assert told == expected
    assert 0 < told.count(False) < len(told)


def test_it_takes_at_most_thirty_two_bytes_a_number() -> None:
    keys, numbers = SeenKeys(), random.Random(5)
    for _ in range(5000):
        keys.add(numbers.getrandbits(64))

    assert sys.getsizeof(keys._places) <= 32 * 5000 + 100
