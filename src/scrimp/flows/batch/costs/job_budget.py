"""A job's part of a budget that runs share: what its calls in batches can cost, and what those that ended have cost.

A job's part is known from the store of batches alone, whichever command looks, and the server is told all of it each
time. It stays there between commands, and if no further command of the job comes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from scrimp.errors import ServerDownError, ServerRefusedError, UsageError
from scrimp.flows.batch.costs.held_costs import HeldCosts
from scrimp.flows.engine.shared.limits import budget_link, limits_server
from scrimp.shared.budget import NANODOLLAR, BudgetForgottenError, Demand, nanodollars
from scrimp.store.files.known_budgets import KnownBudget
from scrimp.units import parse_duration

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.shared.budget import BudgetRun, BudgetState

# Calls whose bounds are asked for at once: of what is asked for and not used the rest goes back after a pass.
_AHEAD = 64
_PAUSE = 0.25  # seconds before a server that did not answer is asked again


def job_budget(options: RunOptions, services: Services, context: JobContext) -> JobBudget | None:
    """Return a job's part of the budget of its command; None if that has none."""
    limits = options.limits
    if limits.budget is None or limits.max_cost is None:
        return None
    return JobBudget(limits.budget, limits.max_cost, context, services, alone_when_down=limits.allow_unshared)


class JobBudget:
    """Holds what a job sends in batches within a budget; used by one command of the job at a time."""

    def __init__(
        self, name: str, cap: Decimal, context: JobContext, services: Services, *, alone_when_down: bool
    ) -> None:  # fmt: skip
        """UsageError if calls of the job are in batches that no budget holds."""
        self._name, self._cap, self._services, self._job = name, cap, services, context.job.job
        self._costs = HeldCosts(context)
        if not context.store.is_held(self._job):
            raise UsageError(
                f"job {self._job} was sent without a budget, and none can hold it now: go on with it with --budget ''"
            )
        self._server = limits_server(services, f"the budget {name}")
        self._link = budget_link(services, self._server, name, cap, has_ledger=False)
        self._patience = parse_duration(services.loaded.config.shared.patience, "patience")
        self._alone_when_down, self._alone = alone_when_down, False
        self._run = self._new_run()
        self._spent = self._committed = self._allowance = Decimal(0)
        self._refused: Decimal | None = None  # the least that did not fit
        self.stopped: str | None = None  # why no further call is reserved, however cheap

    def _new_run(self) -> BudgetRun:
        return self._link.server.run(self._job, self._cap, os.urandom(6).hex(), self._link.known())

    def begin(self) -> None:
        """Begin a pass over the rows: what came back is counted for what it cost."""
        held = self._costs.dollars()
        self._spent, self._committed = held.spent, held.committed
        self._allowance, self._refused = self._committed, None  # more was asked for, and may be given back by now

    def take(self, bound: Decimal) -> int | None:
        """Hold the most that a call can cost; return it in nanodollars, or None if it does not fit."""
        most = nanodollars(bound)
        wanted = self._committed + most * NANODOLLAR
        if wanted > self._allowance and not self._raise(wanted, most * NANODOLLAR):
            return None
        self._committed = wanted
        return most

    def give_back(self, most: int) -> None:
        """Hold a call no more that is not sent."""
        self._committed -= most * NANODOLLAR

    def _raise(self, need: Decimal, bound: Decimal) -> bool:
        """Ask for an allowance of what is needed, or more; return whether it was granted."""
        if self.stopped is not None or (self._refused is not None and need >= self._refused):
            return False
        demand = Demand(
            spent=self._spent, least=self._committed, need=need, want=max(need, self._committed + _AHEAD * bound)
        )  # fmt: skip
        for last in (False, True):
            state = self._asked(partial(self._run.exchange, demand))
            if self._alone:
                self._allowance = self._cap
            elif state is not None:
                self._allowance = state.allowance
            if state is None or self._allowance >= need or last:
                break
            with suppress(ServerDownError, ServerRefusedError):  # the next request reports it
                self._link.settle_dead()
        if self._allowance < need:
            self._refused = need
        return self._allowance >= need

    def _asked(self, ask: Callable[[], BudgetState | None]) -> BudgetState | None:
        """Return what the server says, None if it does not answer for as long as it is waited for."""
        until = time.monotonic() + self._patience
        while not self._alone:
            try:
                return ask()
            except BudgetForgottenError:
                self.stopped = (
                    f"the server no longer knows what was spent of the budget {self._name}, since it lost its data or "
                    "the budget was cleared"
                )
                return None
            except (ServerDownError, ServerRefusedError) as error:
                if time.monotonic() < until:
                    time.sleep(_PAUSE)
                elif self._alone_when_down:
                    self._alone = True
                else:
                    self.stopped = (
                        f"{error}, so it is not known what is left of the budget {self._name}; --allow-unshared goes "
                        "on within --max-cost as if this job were the only one"
                    )
                    return None
        return None

    def end_pass(self) -> None:
        """Give back what was asked for in advance: what is on its way may take a day, and others could use the rest."""
        if not self._alone:
            with suppress(BudgetForgottenError, ServerDownError, ServerRefusedError):  # the next request reports it
                self._run.stay(self._held())

    def settle(self) -> None:
        """Tell what the job holds and has spent so far; what it does not need goes back."""
        demand = self._held()
        try:
            self._tell(demand)
        except (ServerDownError, ServerRefusedError) as error:
            if demand.least or self._allowance:
                self._services.warn(
                    f"{error}: all that job {self._job} held of the budget {self._name} counts as spent until another "
                    "command of it ends"
                )

    def _held(self) -> Demand:
        held = self._costs.dollars()
        return Demand(spent=held.spent, least=held.committed, need=held.committed, want=held.committed)

    def _tell(self, demand: Demand) -> None:
        try:
            state = self._run.exchange(demand) if self._alone else self._run.stay(demand)
        except BudgetForgottenError:
            self._run = self._new_run()
            state = self._run.stay(demand)
        if state is not None:
            self._link.remember(KnownBudget(state.epoch, state.spent, state.committed))

    def close(self) -> None:
        """Close the way to the server."""
        self._server.close()
