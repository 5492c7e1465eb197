from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.tune.watch.escalation_drift import with_escalation_drift

ROUTE = TunedRoute(
    signature="triage", steps=("a/small", "b/small", "c/large"), signal="agreement", policy="a/small and b/small agree",
    flagship="c/large", target=0.95, risk=0.05, bound=0.961, pairs=200, below=0.8, saved=0.58,
    certified="2026-11-09T14:03:21Z",
)  # fmt: skip


STEPS = {"below": 1, "flagship": 2}


def ends(below: int, above: int) -> list[int]:
    return [STEPS["below"]] * below + [STEPS["flagship"]] * above


@pytest.mark.parametrize(
    ("below", "above", "drifted"), [(80, 20, False), (57, 43, True), (59, 41, False), (100, 0, True), (96, 4, False)]
)
def test_what_chance_makes_in_one_look_of_16000_is_too_much_either_way(below: int, above: int, drifted: bool) -> None:
    assert (with_escalation_drift(ROUTE, ends(below, above)).drift is not None) == drifted


def test_the_shares_are_said() -> None:
    drifted = with_escalation_drift(ROUTE, ends(50, 50)).drift

    assert drifted == "50 % of 100 rows ended below c/large, 80 % when it was certified"


@given(st.integers(0, 29).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows))))
def test_few_rows_say_nothing(seen: tuple[int, int]) -> None:
    assert with_escalation_drift(ROUTE, ends(seen[0], seen[1] - seen[0])) == ROUTE


def test_one_model_alone_has_nobody_to_climb_to_and_what_has_drifted_stays_so() -> None:
    for route in (replace(ROUTE, steps=("a/small",)), replace(ROUTE, drift="before")):
        assert with_escalation_drift(route, ends(0, 100)) == route


def newest_first(*periods: tuple[int, float], seed: int = 1) -> list[int]:
    """Return the ends of rows, a share of each period's below the flagship."""
    chance = Random(seed)
    return [STEPS["below" if chance.random() < share else "flagship"] for rows, share in periods for _ in range(rows)][
        ::-1
    ]


def test_a_change_of_the_newest_rows_is_seen_after_a_hundred_thousand_good_ones() -> None:
    good, bad = (100_000, 0.8), 0.65
    seen = with_escalation_drift(ROUTE, newest_first(good, (2000, bad))[:6000])

    assert seen.drift is not None
    assert "% of the newest 300 rows ended below c/large, 80 % when it was certified" in seen.drift


def test_a_slow_change_is_seen_beside_the_rows_before() -> None:
    few = replace(ROUTE, pairs=40)  # so few that their own share says little
    drifted = with_escalation_drift(few, newest_first((5000, 0.8), (1000, 0.7)))

    assert drifted.drift is not None
    assert drifted.drift == ("72 % of the newest 1,000 rows ended below c/large, 79 % of the 5,000 rows before them")


def test_a_look_after_every_hundred_rows_seldom_alarms_where_nothing_changed() -> None:
    alarms = 0
    for draw in range(20):
        rows = newest_first((10_000, 0.8), seed=draw)[::-1]
        alarms += any(with_escalation_drift(ROUTE, rows[:end][::-1][:6000]).drift for end in range(300, 10_001, 100))

    assert alarms <= 1
