"""The link from a run to a shared budget: its server, and the state that this home keeps."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from scrimp.errors import ServerDownError, ServerRefusedError, StoreError
from scrimp.flows.spend.lost_bounds import at_most
from scrimp.flows.stores.recovery import CompletionsSink, recover
from scrimp.shared.budget import BudgetForgottenError, BudgetServer, BudgetState, Demand
from scrimp.store.files.budget_shares import BudgetShare, Sharer, settle_dead_shares, with_own_name
from scrimp.store.files.damaged_files import FOLDER as DAMAGED
from scrimp.store.files.known_budgets import KnownBudget, known_budget, remember_budget
from scrimp.store.journal import PREFIX
from scrimp.store.ledger_queries.lost_calls import unknown_calls_of
from scrimp.store.ledger_queries.run_spending import known_spending

if TYPE_CHECKING:
    from scrimp.config.paths import Paths
    from scrimp.prices.book import PriceBook
    from scrimp.shared.budget import BudgetRun


class BudgetShareLink:
    """One run's part of a budget."""

    def __init__(
        self, server: BudgetServer, sharer: Sharer, cap: Decimal, paths: Paths, prices: PriceBook, *,
        has_ledger: bool, warn: Callable[[str], None], share: CompletionsSink,
    ) -> None:  # fmt: skip
        """`sharer` is this process. Without a ledger nothing could prove what it had spent if it died.

        `share` gives other machines what a killed run had answered.
        """
        self.server, self._sharer, self._cap = server, sharer, cap
        self._paths, self._prices, self._has_ledger, self._warn = paths, prices, has_ledger, warn
        self._share_recovered = share
        self._told: set[str] = set()
        self._run: BudgetRun | None = None
        self._share: BudgetShare | None = None
        self._state: BudgetState | None = None

    def exchange(self, demand: Demand) -> BudgetState:
        """Report what is needed; return what is granted. The first time, dead runs' unspent dollars are given back."""
        if self._run is None:
            if self._has_ledger:
                self._sharer = with_own_name(self._paths.budget_shares, self._sharer)
                self._share = BudgetShare(self._paths.budget_shares, self._sharer)
            self._run = self.server.run(self._sharer.process, self._cap, os.urandom(6).hex(), self.known())
            self.settle_dead()
        self._state = self._run.exchange(demand)
        return self._state

    def settle_dead(self) -> None:
        """Give back the unspent dollars of dead runs of this home."""
        try:
            settle_dead_shares(self._paths.budget_shares, self._sharer.budget, self._settle)
        except StoreError as error:
            if str(error) not in self._told:
                self._told.add(str(error))
                self._warn(
                    f"what a killed run has spent of the budget cannot be told now, so all it held counts: {error}"
                )

    def clear(self) -> bool:
        """Reset the budget; return whether there was one, there or in what this home knows."""
        return self.server.clear(os.urandom(6).hex(), self.known())

    def leave(self, demand: Demand) -> None:
        """Give back what was not spent, and remember what is known of the budget."""
        settled = False
        if self._run is not None:
            with suppress(BudgetForgottenError, ServerDownError, ServerRefusedError):
                self._state = self._run.exchange(demand, ends=True)
                settled = True
        if self._state is not None and self._has_ledger:
            others = self._state.committed - self._state.allowance
            self.remember(KnownBudget(self._state.epoch, self._state.spent, others + demand.spent))
        if self._share is not None:
            self._share.close(settled=settled)

    def known(self) -> KnownBudget | None:
        """Return what this home knows of the budget."""
        return known_budget(self._paths.known_budgets, self._sharer.budget)

    def remember(self, known: KnownBudget) -> None:
        """Note the last known state of the budget; where that cannot be done, what was answered stays so."""
        try:
            remember_budget(self._paths.known_budgets, self._sharer.budget, known)
        except StoreError as error:
            self._warn(f"should the server forget what was spent of the budget, this home cannot tell it: {error}")

    def _settle(self, dead: Sharer) -> bool:
        """Shrink the part of a dead process to what its run may have spent; return whether that is known."""
        if dead.boot != self._sharer.boot:
            return True  # what it held may have been spent, so it stays counted
        spent = self._spending(dead.run)
        if spent is None:
            return False
        # The ledger tells of all processes of a run together.
        self.server.settle(dead.process, spent, of_others_too=dead.process != dead.run)
        return True

    def _spending(self, run: str) -> Decimal | None:
        folder = self._paths.ledger_db.parent
        recover(self._paths, self._warn, self._share_recovered)
        if any(_journals(folder, run)) or any(_journals(folder / DAMAGED, run)):
            return None  # a part of its calls is not in the ledger
        unknown = at_most(unknown_calls_of(self._paths.ledger_db, run), self._prices)
        return None if unknown is None else known_spending(self._paths.ledger_db, run) + unknown


def _journals(folder: Path, run: str) -> list[Path]:
    return list(folder.glob(f"{PREFIX}{run}-*"))
