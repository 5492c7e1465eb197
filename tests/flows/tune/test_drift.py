from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.plan.certified_routes import chain_name
from scrimp.flows.tune.drift import with_drift
from scrimp.store.ledger import ClimbCount

ROUTE = TunedRoute(
    signature="triage", steps=("a/small", "b/small", "c/large"), signal="agreement", policy="a/small and b/small agree",
    flagship="c/large", target=0.95, risk=0.05, bound=0.961, pairs=200, below=0.8, saved=0.58,
    certified="2026-11-09T14:03:21Z",
)  # fmt: skip


def climbs(below: int, above: int, route: TunedRoute = ROUTE) -> list[ClimbCount]:
    return [ClimbCount("triage", chain_name(route), 1, below), ClimbCount("triage", chain_name(route), 2, above)]


@pytest.mark.parametrize(
    ("below", "above", "drifted"), [(80, 20, False), (70, 30, True), (74, 26, False), (95, 5, True)]
)
def test_two_standard_deviations_either_way_are_too_many(below: int, above: int, drifted: bool) -> None:
    (route,) = with_drift([ROUTE], climbs(below, above))

    assert (route.drift is not None) == drifted


def test_the_shares_are_said() -> None:
    (route,) = with_drift([ROUTE], climbs(50, 50))

    assert route.drift == "50 % of 100 rows ended below c/large, 80 % when it was certified"


@given(st.integers(0, 29).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows))))
def test_few_rows_say_nothing(seen: tuple[int, int]) -> None:
    assert with_drift([ROUTE], climbs(seen[0], seen[1] - seen[0])) == [ROUTE]


def test_rows_of_an_earlier_certificate_say_nothing_of_this_one() -> None:
    earlier = replace(ROUTE, certified="2026-10-01T08:00:00Z")

    assert with_drift([ROUTE], climbs(0, 100, earlier)) == [ROUTE]


def test_one_model_alone_has_nobody_to_climb_to_and_what_has_drifted_stays_so() -> None:
    alone = replace(ROUTE, steps=("a/small",))
    drifted = replace(ROUTE, drift="before")

    assert with_drift([alone], climbs(0, 100)) == [alone]
    assert with_drift([drifted], climbs(80, 20)) == [drifted]
