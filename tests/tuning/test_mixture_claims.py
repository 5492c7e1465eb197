"""Claims about mixtures: they hold of all tasks together, and owe nothing to the rows that policies were chosen by."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from policy_orders import in_sequence
from scrimp.errors import UsageError
from scrimp.tuning.gatekeeping import GatedPolicy
from scrimp.tuning.mixture_claims import TOGETHER, certify_mixture, split_by_id
from scrimp.tuning.policies import Always, PerSignature, replay
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow

POLICIES = in_sequence([Always(name) for name in "abcd"])
COSTS = {"a": 5.0, "b": 4.0, "c": 3.0, "d": 2.0, "top": 100.0}


def listing(_: Sequence[RecordedRow]) -> Sequence[GatedPolicy]:
    return POLICIES


def row(name: str, task: str, wrong: str = "", *, scored: bool = True) -> RecordedRow:
    answers = {
        model: RecordedAnswer(score=float(model not in wrong) if scored else None, asserted=None, cost=cost)
        for model, cost in COSTS.items()
    }
    return RecordedRow(id=name, answers=answers, signature=task)


def test_a_task_that_loses_nothing_makes_up_for_one_that_loses_a_little() -> None:
    rows = [row(f"e{at}", "easy") for at in range(600)]
    rows += [row(f"h{at}", "hard", "abcd" if at % 12 == 0 else "") for at in range(200)]
    found = certify_mixture(rows, listing, "top", 0.95)
    (claim,) = found.claims

    assert (claim.group, claim.certified, claim.signatures) == (TOGETHER, True, ("easy", "hard"))
    assert claim.policy == PerSignature({"easy": Always("d"), "hard": Always("d")}, Always("top"))
    assert 0.95 <= claim.bound < 0.98
    assert sum(task.measured.rows for task in found.tasks) == claim.pairs == len(split_by_id(rows)[1])


def test_a_task_that_loses_too_much_keeps_the_flagship() -> None:
    rows = [row(f"e{at}", "easy") for at in range(600)]
    rows += [row(f"h{at}", "hard", "abcd" if at % 2 else "") for at in range(200)]
    (claim,) = certify_mixture(rows, listing, "top", 0.95).claims

    assert claim.policy == PerSignature({"easy": Always("d"), "hard": Always("top")}, Always("top"))


def test_looks_share_the_risk() -> None:
    rows = [row(str(at), f"task {at % 2}") for at in range(300)]
    risks = [certify_mixture(rows, listing, "top", 0.95, 0.06, lambda _, at=at: at).claims[0].risk for at in (1, 2)]

    assert risks == pytest.approx([0.03, 0.01])


def test_few_rows_certify_nothing_and_tell_how_many_more_would() -> None:
    few = [row(str(at), f"task {at % 2}") for at in range(60)]
    found = certify_mixture(few, listing, "top", 0.95)
    (claim,) = found.claims

    assert (claim.certified, found.tasks, found.measured.saved.value) == (False, (), 0.0)
    assert claim.labels_needed is not None
    grown = [row(str(at), f"task {at % 2}") for at in range(60 + claim.labels_needed + 20)]
    assert certify_mixture(grown, listing, "top", 0.95).claims[0].certified


def test_rows_without_labels_are_taken_for_the_worst() -> None:
    rows = [row(str(at), f"task {at % 2}", scored=at % 3 > 0) for at in range(600)]

    assert not certify_mixture(rows, listing, "top", 0.95).claims[0].certified


def test_one_task_is_not_a_mixture_and_a_flagship_that_is_never_right_no_measure() -> None:
    with pytest.raises(UsageError, match="leave it out"):
        certify_mixture([row(str(at), "one") for at in range(100)], listing, "top", 0.95)
    with pytest.raises(UsageError, match="too few rows"):
        certify_mixture([row("1", "one", "top"), row("2", "two", "top")], listing, "top", 0.95)


def test_of_many_mixtures_that_keep_too_little_the_luckiest_is_certified_no_more_often_than_the_risk() -> None:
    """Sixteen ways to give two tasks one of four models that each truly keep 94.5 %.

    What keeps the flagship for one of the tasks is true.
    """
    certified = 0
    for draw in range(80):
        chance = random.Random(draw)
        rows = [
            row(f"{draw}-{at}", f"task {at % 2}", "".join(model for model in "abcd" if chance.random() < 0.055))
            for at in range(240)
        ]
        (claim,) = certify_mixture(rows, listing, "top", 0.95).claims
        certified += claim.certified and all(replay(claim.policy, one, "top").model != "top" for one in rows)

    assert certified <= 8  # of 80, where at most 4 are expected
