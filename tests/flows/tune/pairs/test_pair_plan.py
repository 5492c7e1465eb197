"""What is told of planned pairs, held against what certifies them."""

from __future__ import annotations

from itertools import count

import pytest
from msgspec.structs import replace

from scrimp.flows.tune.pairs.pair_plan import PlannedGroup, PlannedPrompt, naming_advice, plan_sentences, planned_rows
from scrimp.store.tuning.pairs import StoredPrompt
from scrimp.tuning.claim_groups import claim_groups, rows_wanted
from scrimp.tuning.statistics.bounds import ScorePair, best_bound, p_value


def prompt(key: str, task: str, *, named: bool = True) -> StoredPrompt:
    return StoredPrompt(key=key, signature=task, kind="question", text="t", named=named)


@pytest.mark.parametrize("risk", [0.05, 0.025, 0.05 / 6])
@pytest.mark.parametrize("rows", [6, 59, 72, 150, 1000])
def test_the_best_bound_is_what_rows_without_a_loss_certify_and_not_a_thousandth_more(rows: int, risk: float) -> None:
    clean = [ScorePair(str(number), 1.0, 1.0) for number in range(rows)]
    best = best_bound(rows, risk)

    if best:
        assert p_value(clean, best) <= risk
    if max(best, 0.5) < 0.999:
        assert p_value(clean, max(best, 0.5) + 0.001) > risk


def test_a_few_rows_certify_nothing() -> None:
    assert best_bound(0, 0.025) == best_bound(5, 0.025) == 0.0


@pytest.mark.parametrize(("target", "wanted"), [(0.95, 216), (0.98, 549)])
def test_rows_that_are_wanted_make_a_task_a_group_of_its_own(target: float, wanted: int) -> None:
    others = [PlannedPrompt("others", "question", is_new=True)] * 3
    task = PlannedPrompt("sums", "question", is_new=True)
    risk = 0.05 / 2

    assert rows_wanted(target, risk) == wanted
    alone = [next(n for n in count(wanted) if len(claim_groups([task] * n + others, target, risk)) == 2)]
    # Two groups share the risk, so a little more is wanted of each.
    assert alone == [rows_wanted(target, risk / 2)]


def test_rows_count_once_and_under_the_name_they_will_have() -> None:
    stored = {"a": ("hash", "question"), "b": ("hash", "question"), "c": ("other", "question")}
    planned = [prompt("a", "sums"), prompt("d", "sums"), prompt("b", "elsewhere", named=False)]

    assert planned_rows(planned, stored) == [
        PlannedPrompt("sums", "question", is_new=False),
        PlannedPrompt("hash", "question", is_new=False),
        PlannedPrompt("other", "question", is_new=False),
        PlannedPrompt("sums", "question", is_new=True),
    ]


def test_few_groups_are_named_and_the_others_counted() -> None:
    group = PlannedGroup(tasks=("sums",), rows=100, stored=20, best=0.963, wanted=((0.95, 216), (0.98, 549)))
    pool = PlannedGroup(tasks=("a", "b"), rows=5, stored=0, best=0.0, wanted=group.wanted)
    said = list(plan_sentences([group, pool, pool, pool, pool], "answers", more=False))

    wants = "a task wants about 216 for 95 %, 549 for 98 %, or a third of them where no answer is lost"
    small = f"2 tasks: 5 pairs planned: too few to certify anything, on average over these tasks; {wants}"
    assert said == [
        f"sums: 100 pairs planned (20 of them stored): they certify at best 96.3 % of answers; {wants}",
        small,
        small,
        "and 2 smaller groups of tasks",
    ]
    assert "100 pairs or more planned" in next(plan_sentences([group], "answers", more=True))


def test_prompts_that_no_run_would_recognize_are_to_be_named() -> None:
    bare, made = prompt("a", "hash", named=False), replace(prompt("b", "hash", named=False), template="t1")

    assert "with --route" in (naming_advice([made, bare]) or "")
    assert naming_advice([made, prompt("c", "sums")]) is None
