from __future__ import annotations

from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from outcomes import entry
from scrimp.config.paths import paths_of
from scrimp.errors import ServerDownError
from scrimp.flows.spend.budgets.budget_link import BudgetShareLink
from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates
from scrimp.shared.budget import BudgetServer, BudgetState, Demand
from scrimp.store.files.budget_shares import BudgetShare, Sharer
from scrimp.store.ledger import Ledger
from scrimp.values import Usage

ZERO = Decimal(0)


class Generous(BudgetServer):
    """A server that grants whatever is wanted."""

    def __init__(self) -> None:
        self.ended = 0
        self.settled: list[Decimal] = []
        self.runs: list[object] = []
        self.answers_at_the_end = True

    def run(self, run: object, *_: object, **__: object) -> Generous:  # type: ignore[override]
        self.runs.append(run)
        return self

    def exchange(self, demand: Demand, *, ends: bool = False) -> BudgetState:
        if ends and not self.answers_at_the_end:
            raise ServerDownError("the server is down")
        self.ended += ends
        return BudgetState(epoch="e", allowance=demand.want, committed=demand.want, spent=demand.spent, held=ZERO)

    def settle(self, run: str, spent: Decimal, *, of_others_too: bool = False) -> bool:
        self.settled.append(spent)
        return True


def link_of(server: BudgetServer, home: Path, said: list[str], prices: PriceBook | None = None) -> BudgetShareLink:
    return BudgetShareLink(
        server, Sharer("p", "p", "b"), Decimal(1), paths_of({"SCRIMP_HOME": str(home)}), prices or PriceBook({}),
        has_ledger=True, warn=said.append, share=lambda _: None,
    )  # fmt: skip


def test_a_home_that_cannot_be_written_at_the_end_costs_what_it_knows_and_not_the_run(tmp_path: Path) -> None:
    paths, said, server = paths_of({"SCRIMP_HOME": str(tmp_path)}), list[str](), Generous()
    link = link_of(server, tmp_path, said)
    nothing = Demand(spent=ZERO, least=ZERO, need=ZERO, want=ZERO)
    link.exchange(nothing)
    paths.known_budgets.mkdir()  # in the place of the file
    link.leave(nothing)

    assert server.ended == 1
    assert list(paths.budget_shares.iterdir()) == []
    (sentence,) = said
    assert str(paths.known_budgets) in sentence


def test_a_process_that_could_not_take_leave_has_another_part_when_it_begins_again(tmp_path: Path) -> None:
    server, spent = Generous(), Demand(spent=Decimal(1), least=Decimal(1), need=Decimal(1), want=Decimal(1))
    for server.answers_at_the_end in (False, True, True):
        link = link_of(server, tmp_path, [])
        link.exchange(spent)
        link.leave(spent)

    assert server.runs == ["p", "p-2", "p"]  # which the second one has settled, like that of a process that died
    assert server.settled == [0]


@pytest.mark.parametrize(
    ("unknown", "settled"),
    [
        pytest.param({"status": "lost", "most_input": 1000, "most_output": 10}, ["0.0015"], id="lost"),
        pytest.param({"status": "paid", "most_input": 2000, "most_output": 10}, ["0.0025"], id="without usage"),
        pytest.param({"status": "paid", "usage": Usage(input=1, output=1)}, [], id="nobody knows"),
    ],
)
def test_a_run_that_died_is_settled_with_the_most_that_its_calls_of_unknown_cost_can_have_cost(
    unknown: dict[str, Any], settled: list[str], tmp_path: Path
) -> None:
    paths, server = paths_of({"SCRIMP_HOME": str(tmp_path)}), Generous()
    known = replace(entry(cost=Decimal("0.0005")), call="known", run="dead")
    with closing(Ledger(paths.ledger_db)) as ledger:
        ledger.append([known, replace(known, call="unknown", cost=None, **unknown)])
    BudgetShare(paths.budget_shares, Sharer("dead", "dead", "b")).close(settled=False)
    prices = PriceBook({f"{known.provider}/{known.model}": Rates(input=Decimal(1), output=Decimal(0))})
    link_of(server, tmp_path, [], prices).settle_dead()

    assert server.settled == [Decimal(amount) for amount in settled]
    assert len(list(paths.budget_shares.iterdir())) == (not settled)
