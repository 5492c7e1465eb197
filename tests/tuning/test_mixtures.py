"""Mixtures: of all ways to give each task a policy, none that is left out beats those that are found."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.tuning.mixtures import Mixture, best_mixtures, cheapest_keeping, measure_tasks
from scrimp.tuning.policies import Agree, Always, PerSignature, Policy
from scrimp.tuning.policy_metrics import measure
from scrimp.tuning.recorded_row import RecordedAnswer, RecordedRow

POLICIES: tuple[Policy, ...] = (Agree(("a", "b")), Always("a"), Always("b"))
ROWS = 20  # of a task, so many that it gets a policy of its own


def row(name: str, task: str, said: str, right: str) -> RecordedRow:
    costs = {"a": 1.0, "b": 3.0, "top": 20.0}
    return RecordedRow(
        id=name,
        signature=task,
        answers={
            model: RecordedAnswer(asserted=word, cost=costs[model], score=float(word == right))
            for model, word in zip(costs, said, strict=True)
        },
    )


def listing(_: Sequence[RecordedRow]) -> tuple[Policy, ...]:
    return POLICIES


@st.composite
def recordings(draw: st.DrawFn) -> list[RecordedRow]:
    said = st.lists(st.text("12", min_size=3, max_size=3), min_size=ROWS, max_size=ROWS)
    return [row(f"{task}{at}", task, words, "1") for task in "xyz" for at, words in enumerate(draw(said))]


@given(recordings())
def test_no_way_to_give_tasks_policies_beats_all_that_are_found(rows: list[RecordedRow]) -> None:
    if not any(one.answers["top"].score for one in rows):
        return
    found = best_mixtures(rows, listing, "top")
    for chosen in product((Always("top"), *POLICIES), repeat=3):
        every = measure(PerSignature(dict(zip("xyz", chosen, strict=True)), Always("top")), rows, "top")
        assert every.kept is not None
        kept, saved = every.kept.value, every.saved.value
        assert any(one.kept >= kept - 1e-9 and one.saved >= saved - 1e-9 for one in found)
    for one in found:
        itself = measure(one.policy, rows, "top")
        assert itself.kept is not None
        assert (one.kept, one.saved) == (pytest.approx(itself.kept.value), pytest.approx(itself.saved.value))
    assert [one.saved for one in found] == sorted(one.saved for one in found)


def test_a_task_that_loses_nothing_pays_for_one_that_loses_a_little() -> None:
    easy = [row(f"e{at}", "easy", "111", "1") for at in range(300)]
    hard = [row(f"h{at}", "hard", "221" if at < 3 else "111" if at < 60 else "121", "1") for at in range(100)]
    together = cheapest_keeping(best_mixtures([*easy, *hard], listing, "top"), 0.98).policy

    assert together.choices == {"easy": Always("a"), "hard": Always("a")}
    assert cheapest_keeping(best_mixtures(hard, listing, "top"), 0.98).policy.choices == {"hard": Always("top")}
    assert [(one.signature, one.measured.rows) for one in measure_tasks(together, [*easy, *hard], "top")] == [
        ("easy", 300),
        ("hard", 100),
    ]


def test_what_only_just_kept_the_target_is_not_chosen() -> None:
    nobody = PerSignature({}, Always("top"))
    careful, close = Mixture(nobody, 1.0, 0.001, 0.5), Mixture(nobody, 0.981, 0.002, 0.7)

    assert cheapest_keeping((careful, close), 0.98) == careful
    assert cheapest_keeping((careful, close), 0.979) == close
    assert cheapest_keeping((close,), 0.99) == close  # the most careful there is


def test_tasks_of_few_rows_share_a_policy() -> None:
    rows = [row(f"{at}", f"task {at % 9}", "111", "1") for at in range(90)]
    (chosen,) = {
        one.policy.choices[f"task {at}"] for one in best_mixtures(rows, listing, "top")[-1:] for at in range(9)
    }

    assert chosen == Always("a")


def test_where_the_flagship_is_never_right_nothing_is_compared() -> None:
    with pytest.raises(ValueError, match="nothing can be compared with top"):
        best_mixtures([row("1", "x", "111", "2")], listing, "top")
