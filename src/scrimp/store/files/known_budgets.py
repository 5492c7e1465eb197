"""What this home knows of shared budgets, should their server forget them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from msgspec import Struct

from scrimp.store.files.changed_json import change_json, read_json


class KnownBudget(Struct, frozen=True):
    """Which of the budgets of a name it was, for a name may start over, and the dollars of all its runs."""

    epoch: str
    spent: Decimal
    committed: Decimal  # spent, plus what runs might still spend


def known_budget(path: Path, budget: str) -> KnownBudget | None:
    """Return the known state of a budget, by its server and name."""
    return read_json(path, KnownBudget).get(budget)


def remember_budget(path: Path, budget: str, known: KnownBudget) -> None:
    """Note the state that a run was told at its end."""
    change_json(path, KnownBudget, lambda budgets: {**budgets, budget: _newer(budgets.get(budget, known), known)})


def _newer(before: KnownBudget, told: KnownBudget) -> KnownBudget:
    """Return the newer of two states: runs that end together write in any order, and spending only grows."""
    return told if before.epoch != told.epoch else max(before, told, key=lambda each: (each.spent, each.committed))
