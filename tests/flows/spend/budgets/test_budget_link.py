from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from scrimp.config.paths import paths_of
from scrimp.flows.spend.budgets.budget_link import BudgetShareLink
from scrimp.prices.book import PriceBook
from scrimp.shared.budget import BudgetServer, BudgetState, Demand
from scrimp.store.files.budget_shares import Sharer

ZERO = Decimal(0)


class Generous(BudgetServer):
    """A server that grants whatever is wanted."""

    def __init__(self) -> None:
        self.ended = 0

    def run(self, *_: object, **__: object) -> Generous:  # type: ignore[override]
        return self

    def exchange(self, demand: Demand, *, ends: bool = False) -> BudgetState:
        self.ended += ends
        return BudgetState(epoch="e", allowance=demand.want, committed=demand.want, spent=demand.spent, held=ZERO)


def test_a_home_that_cannot_be_written_at_the_end_costs_what_it_knows_and_not_the_run(tmp_path: Path) -> None:
    paths, said, server = paths_of({"SCRIMP_HOME": str(tmp_path)}), list[str](), Generous()
    link = BudgetShareLink(
        server, Sharer("p", "p", "b"), Decimal(1), paths, PriceBook({}), has_ledger=True, warn=said.append,
        share=lambda _: None,
    )  # fmt: skip
    nothing = Demand(spent=ZERO, least=ZERO, need=ZERO, want=ZERO)
    link.exchange(nothing)
    paths.known_budgets.mkdir()  # in the place of the file
    link.leave(nothing)

    assert server.ended == 1
    assert list(paths.budget_shares.iterdir()) == []
    (sentence,) = said
    assert str(paths.known_budgets) in sentence
