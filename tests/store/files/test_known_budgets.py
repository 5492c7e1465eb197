from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from pathlib import Path

from scrimp.store.files.known_budgets import KnownBudget, known_budget, remember_budget


def known(spent: int, committed: int, epoch: str = "first") -> KnownBudget:
    return KnownBudget(epoch, Decimal(spent), Decimal(committed))


def test_of_runs_that_end_at_once_what_was_told_last_is_kept_whoever_writes_last(tmp_path: Path) -> None:
    told = (known(1, 9), known(4, 6), known(4, 7))
    for number, order in enumerate(permutations(told)):
        path = tmp_path / str(number)
        for each in order:
            remember_budget(path, "b", each)
        assert known_budget(path, "b") == known(4, 7)


def test_a_budget_that_began_again_is_another_one(tmp_path: Path) -> None:
    remember_budget(tmp_path / "known", "b", known(4, 7))
    remember_budget(tmp_path / "known", "b", known(1, 2, "second"))
    remember_budget(tmp_path / "known", "c", known(3, 3))

    assert known_budget(tmp_path / "known", "b") == known(1, 2, "second")
