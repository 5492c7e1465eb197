"""A budget that many runs share, kept by a server: what each may spend, and what it has spent.

Each run has an allowance: the most it may ever spend under the budget. The sum of all allowances never passes the cap
when one is raised, and no run spends, or reserves for calls in flight, more than its own: so the sum of what all
spend does not pass the cap either. A run raises its allowance in chunks, lowers it to what it spent when it ends, and
says all of it in absolute numbers, so that a request whose reply was lost is simply made again.

A job of batches has an allowance that outlives its commands: what its calls can cost, and then what they have cost.

A run that dies leaves its allowance as it was: whatever it may have spent stays counted, however long that takes. It
shrinks only to what is proved (`settle`), which takes the ledger of that run.

Dollars are whole nanodollars at the server, rounded up, since Lua counts exactly only up to 2^53.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.shared.budget_scripts import CLEAR, EXCHANGE, LOOK, SETTLE
from scrimp.store.files.known_budgets import KnownBudget

if TYPE_CHECKING:
    from scrimp.shared.connection import SharedServer
    from scrimp.shared.script import Script

NANODOLLAR = Decimal("0.000000001")
# Without news of a run for so long others take it for dead, and wait no longer for what it may give back.
SILENT_SECONDS = 15.0


class Demand(Struct, frozen=True, kw_only=True):
    """What a run has spent, and the allowances that would serve it, in dollars since its start."""

    spent: Decimal
    least: Decimal  # what it has spent and reserved: the minimum
    need: Decimal  # enough for its next call
    want: Decimal  # enough not to ask again soon


class BudgetState(Struct, frozen=True, kw_only=True):
    """A budget as the server reported it, in dollars."""

    epoch: str
    allowance: Decimal
    committed: Decimal  # the shared cap: what all runs may spend
    spent: Decimal  # what all runs have reported as spent
    held: Decimal  # reserved by runs that stopped reporting, and may be spent


class RunShare(Struct, frozen=True, kw_only=True):
    """One run's part of a budget."""

    run: str
    allowance: Decimal
    spent: Decimal
    silent: float  # seconds since it was last heard of


class BudgetOverview(Struct, frozen=True, kw_only=True):
    """A budget and the runs that have a part of it now."""

    committed: Decimal
    spent: Decimal
    runs: tuple[RunShare, ...]


class BudgetForgottenError(Exception):
    """The server no longer knows what this run told it: it lost its data, or the budget was cleared."""


class BudgetServer:
    """One budget at a server; its methods raise the server's error if it does not answer."""

    def __init__(self, server: SharedServer, name: str) -> None:
        self._server = server
        # Braces keep both keys on one node of a cluster.
        self._keys = (f"scrimp:budget:{{{name}}}", f"scrimp:budget:{{{name}}}:seen")

    def run(
        self,
        run: str,
        cap: Decimal,
        new_epoch: str,
        known: KnownBudget | None = None,
        *,
        silent: float = SILENT_SECONDS,
    ) -> BudgetRun:
        """Return the part of a run that may spend until all have spent `cap`; `new_epoch` is a name no budget had."""
        return BudgetRun(partial(self._ask, EXCHANGE), run, cap, new_epoch, known, silent)

    def settle(self, run: str, spent: Decimal, *, of_others_too: bool = False) -> bool:
        """Shrink the allowance of a run that is dead to the most it spent; return whether it had one.

        Of what others have spent, too, only what its allowance has room for may be its own.
        """
        return self._ask(SETTLE, (run, nanodollars(spent), int(of_others_too))) == ["1"]

    def clear(self, new_epoch: str, known: KnownBudget | None = None) -> bool:
        """Reset the budget to nothing spent; runs that are using the budget stop. Return whether there was one.

        One that the server has forgotten does not come back either where a home still knows it.
        """
        return self._ask(CLEAR, (new_epoch, known.epoch if known is not None else "")) == ["1"]

    def look(self) -> BudgetOverview | None:
        """Return the budget as it stands; None if there is none."""
        reply = self._ask(LOOK, ())
        if not reply:
            return None
        committed, spent, *shares = reply
        runs = tuple(
            RunShare(run=run, allowance=_dollars(allowance), spent=_dollars(told), silent=int(silent) / 1000)
            for run, allowance, told, silent in zip(*(shares[place::4] for place in range(4)), strict=True)
        )
        return BudgetOverview(committed=_dollars(committed), spent=_dollars(spent), runs=runs)

    def _ask(self, script: Script, args: Sequence[str | int]) -> list[str]:
        return self._server.ask(lambda client: script.run(client, self._keys, args))


class BudgetRun:
    """The part of one run in a budget; used by one thread at a time."""

    def __init__(
        self, ask: Callable[[Sequence[str | int]], list[str]], run: str, cap: Decimal, new_epoch: str,
        known: KnownBudget | None, silent: float,
    ) -> None:  # fmt: skip
        self._ask, self._run, self._new_epoch = ask, run, new_epoch
        self._cap = int((cap / NANODOLLAR).to_integral_value(ROUND_FLOOR))
        self._known, self._silent = known or KnownBudget("", Decimal(0), Decimal(0)), silent
        self._epoch = ""
        self._sent = self._acknowledged = 0

    def exchange(self, demand: Demand, *, ends: bool = False) -> BudgetState:
        """Report to the server what was spent; return the allowance it grants: `want`, or `need`, or else `least`.

        The same report may be repeated if no reply came. `ends` gives the rest back and leaves the budget.
        """
        state = self._tell(demand, "gone" if ends else "")
        if state is None:
            raise BudgetForgottenError
        return state

    def stay(self, demand: Demand) -> BudgetState | None:
        """Report the same for the last time for now: the allowance stays, and no run waits for what it may give back.

        Of a part that the server does not know, and that holds nothing, it is not told: the budget was reset.
        """
        return self._tell(demand, "stays")

    def _tell(self, demand: Demand, ends: str) -> BudgetState | None:
        self._sent += 1
        amounts = (demand.spent, demand.least, demand.need, demand.want)
        reply = self._ask(
            (
                self._run, self._epoch, self._acknowledged, self._sent, *map(nanodollars, amounts), self._cap,
                int(self._silent * 1000), ends, self._new_epoch, self._known.epoch,
                nanodollars(self._known.spent), nanodollars(self._known.committed),
            )
        )  # fmt: skip
        if reply == ["lost"]:
            raise BudgetForgottenError
        if not reply:
            return None
        epoch, allowance, committed, spent, held = reply
        self._epoch, self._acknowledged = epoch, self._sent
        return BudgetState(
            epoch=epoch, allowance=_dollars(allowance), committed=_dollars(committed), spent=_dollars(spent),
            held=_dollars(held),
        )  # fmt: skip


def nanodollars(dollars: Decimal) -> int:
    """Return dollars as whole nanodollars, rounded up: a cap is kept however often that is done."""
    return int((dollars / NANODOLLAR).to_integral_value(ROUND_CEILING))


def _dollars(told: str) -> Decimal:
    return int(told) * NANODOLLAR
