from __future__ import annotations

from random import Random

import pytest
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute
from scrimp.flows.tune.watch.completion_drift import with_completion_drift
from scrimp.store.ledger import EndedRow

ROUTE = TunedRoute(
    signature="triage", steps=("a/small",), policy="a/small always", flagship="c/large", target=0.95, risk=0.05,
    bound=0.961, pairs=200, below=1.0, saved=0.9, unread=0.02, certified="2026-11-09T14:03:21Z",
)  # fmt: skip


def newest_first(*periods: tuple[int, float, float], seed: int = 1) -> list[EndedRow]:
    """Rows of some periods: how many, the share without an answer, and the typical length in tokens."""
    chance = Random(seed)
    return [
        EndedRow(chance.random() < unread, round(chance.lognormvariate(0, 0.6) * tokens))
        for rows, unread, tokens in periods
        for _ in range(rows)
    ][::-1]


def drift(*periods: tuple[int, float, float], route: TunedRoute = ROUTE) -> str | None:
    rows = newest_first(*periods)
    return with_completion_drift(route, rows[:2000], rows[::-1][:2000]).drift


def test_more_rows_without_an_answer_than_when_certified_are_drift() -> None:
    said = drift((100_000, 0.02, 40), (400, 0.15, 40))

    assert said is not None
    assert "% of the newest 300 rows have no answer, 2 % when it was certified" in said


def test_a_slow_change_is_seen_beside_the_rows_before() -> None:
    few = replace(ROUTE, pairs=40)
    said = drift((5000, 0.02, 40), (1000, 0.08, 40), route=few)

    assert said is not None
    assert "of the 1,000 rows before them" in said


@pytest.mark.parametrize(("tokens", "drifted"), [(40, False), (60, False), (120, True), (12, True)])
def test_lengths_that_double_or_halve_are_drift(tokens: float, drifted: bool) -> None:
    said = drift((5000, 0.02, 40), (300, 0.02, tokens))

    assert (said is not None) == drifted
    assert said is None or "those of the first 1,000 had 4" in said.replace("had 39", "had 4")


def test_lengths_that_changed_long_ago_in_one_run_are_drift_too() -> None:
    assert drift((100_000, 0.02, 40), (10_000, 0.02, 120)) is not None


@pytest.mark.parametrize("route", [replace(ROUTE, unread=None), replace(ROUTE, unread=0.97)])
def test_open_ended_text_has_no_answers_that_could_be_missed(route: TunedRoute) -> None:
    assert drift((3000, 0.97, 40), (300, 0.5, 40), route=route) is None


def test_neither_few_rows_nor_tokens_that_nobody_counted_say_anything() -> None:
    uncounted = [EndedRow(row.unread, None) for row in newest_first((3000, 0.02, 40))]

    assert drift((299, 1.0, 4000)) is None
    assert drift((299, 0.02, 40), (300, 0.02, 4000)) is None
    assert with_completion_drift(ROUTE, uncounted, uncounted).drift is None


def test_a_chain_and_what_has_drifted_stay_as_they_are() -> None:
    bad = newest_first((2000, 0.9, 40))
    for route in (replace(ROUTE, steps=("a/small", "c/large")), replace(ROUTE, drift="before")):
        assert with_completion_drift(route, bad, bad) == route


def test_two_hundred_looks_at_unchanged_rows_seldom_alarm() -> None:
    rows = newest_first((62_000, 0.02, 40), seed=3)[::-1]
    alarms = sum(
        with_completion_drift(ROUTE, rows[end - 2000 : end][::-1], rows[:2000]).drift is not None
        for end in range(2000, 62_001, 300)
    )

    assert alarms == 0
