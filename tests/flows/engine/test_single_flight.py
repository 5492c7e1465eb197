from __future__ import annotations

from flows.rows import planned_row
from outcomes import answered, entry, failed
from scrimp.flows.engine.single_flight import SingleFlight


def test_one_of_equal_rows_is_called_for_and_the_others_get_what_became_of_it() -> None:
    flights = SingleFlight()
    first = [planned_row(text, index=at) for at, text in enumerate("aba")]
    later = [planned_row("a", index=3)]

    called = [(each.row.key, each.position) for each in [*flights.join(first, {}, 0), *flights.join(later, {}, 3)]]
    ended = flights.end(b"a", 0, answered())

    assert called == [(b"a", 0), (b"b", 1)]
    assert [position for position, _ in ended] == [0, 2, 3]
    assert [(outcome.prompt.index, outcome.cache, len(outcome.entries)) for _, outcome in ended[1:]] == [
        (2, "dup", 0),
        (3, "dup", 0),
    ]
    assert [key in flights for key in (b"a", b"b")] == [False, True]


def test_a_row_of_the_cache_is_not_called_for_and_followed_by_none() -> None:
    rows = [planned_row("a", index=0), planned_row("a", index=1)]

    assert [each.position for each in SingleFlight().join(rows, {0: answered()}, 10)] == [11]


def test_what_the_calls_of_a_failed_row_cost_is_in_no_row_that_waited_for_it() -> None:
    flights = SingleFlight()
    flights.join([planned_row("a", index=at) for at in range(3)], {}, 0)

    ended = flights.end(b"a", 0, failed(entries=[entry()]))

    assert [(position, len(outcome.entries)) for position, outcome in ended] == [(0, 1), (1, 0), (2, 0)]
    assert [outcome.prompt.index for _, outcome in ended] == [0, 1, 2]
