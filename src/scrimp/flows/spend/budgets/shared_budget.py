"""The cap of many runs: this one reserves within what a server allows it, and asks for more before that runs out.

The server is asked by a thread, one request at a time, and what comes to wait meanwhile goes into the next one. So few
round trips carry many calls, and a reservation that fits what is allowed waits for none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from scrimp.errors import ServerDownError, ServerRefusedError
from scrimp.flows.spend.budgets.budget import Budget, shown
from scrimp.shared.budget import BudgetForgottenError, BudgetState, Demand

if TYPE_CHECKING:

    class BudgetLink(Protocol):
        """The link to the server, for the thread that uses it."""

        def exchange(self, demand: Demand) -> BudgetState:
            """Report what is needed; return what is granted."""

        def settle_dead(self) -> None:
            """Give back the unspent dollars of dead runs of this home."""

        def leave(self, demand: Demand) -> None:
            """Give back what was not spent."""


# Seconds: between two requests where nothing is needed; the pauses before what did not fit is asked for again.
_HEARTBEAT = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE, _DOWN_PAUSE = 0.05, 0.5, 0.25
# What is asked for in advance is about what was reserved in this many seconds, and no more than this part of what is
# left: of the last dollars no run holds more than its calls need.
_AHEAD_SECONDS, _LARGEST_PART = 0.2, 16


class SharedBudget(Budget):
    """Reserves what calls may cost; `cap` is that of all runs together."""

    def __init__(
        self, cap: Decimal, name: str, link: BudgetLink, *, alone_when_down: bool, warn: Callable[[str], None],
        patience: float, heartbeat: float = _HEARTBEAT,
    ) -> None:  # fmt: skip
        """`alone_when_down` goes on within the cap as if there were no other run, where the server does not answer.

        Calls wait for it with `patience` first, in seconds: it may be restarting. Every `heartbeat` it is told what was
        spent, and gets back what is not needed.
        """
        super().__init__(cap)
        self._dollars, self._name, self._link, self._warn = cap, name, link, warn
        self._alone_when_down, self._patience, self._heartbeat = alone_when_down, patience, heartbeat
        self._limit = Decimal(0)  # what this run may have spent and reserved
        self._others = self._others_spent = self._held = Decimal(0)
        self._recent, self._recent_at = Decimal(0), 0.0  # dollars reserved recently, and when
        self._pause = 0.0
        self._down_since: float | None = None
        self._looked_for_dead = float("-inf")
        self._news, self._ending = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def reserve(self, upper_bound: Decimal) -> bool:
        """Wait until a request that costs at most this many dollars fits; False if it never will."""
        if self._task is None:
            self._recent_at = _now()
            self._task = asyncio.create_task(self._keep_up())
            self._task.add_done_callback(self._ended)
        self._recent += upper_bound
        if self._waiting or self._limit - self.spent - self.reserved - upper_bound < self._ahead() / 2:
            self._news.set()
        return await super().reserve(upper_bound)

    async def close(self) -> None:
        """Give back what was not spent."""
        if self._task is None:
            return
        self._ending.set()
        self._news.set()
        try:
            await self._task
        finally:  # whatever went wrong in asking
            spent = self.spent + self.reserved
            await asyncio.to_thread(self._link.leave, Demand(spent=spent, least=spent, need=spent, want=spent))

    @property
    def account(self) -> str:
        """What has used up the cap so far, in words."""
        others = f"${shown(self._others_spent)} by other runs of the budget {self._name}"
        held = f", and up to ${shown(self._held)} by runs of it that are not heard of any more or by batches"
        return f"{super().account} here, {others}{held if self._held else ''}"

    def _fits(self, upper_bound: Decimal) -> bool:
        return self.stopped is None and self.spent + self.reserved + upper_bound <= self._limit

    def _may_fit(self, upper_bound: Decimal) -> bool:
        used = self.spent + self._others_spent + self._held
        return self.stopped is None and used + upper_bound <= self._dollars

    async def _keep_up(self) -> None:
        """Ask the server whenever more is needed, and now and then otherwise, until the run ends."""
        while not self._ending.is_set() and self.stopped is None:
            await self._exchange()
            if self._waiting and self._pause:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause):
                        await self._ending.wait()
            elif not self._waiting:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._heartbeat):
                        await self._news.wait()

    async def _exchange(self) -> None:
        self._news.clear()
        demand = self._demand()
        # The server may grant no more than that; while it is asked, nothing beyond is reserved.
        self._limit = min(self._limit, demand.least)
        try:
            state = await asyncio.to_thread(self._link.exchange, demand)
        except BudgetForgottenError:
            self._stop(
                f"the server no longer knows what was spent of the budget {self._name}, since it lost its data or the "
                f"budget was cleared: ${shown(self.spent)} here, and ${shown(self._others_spent)} by other runs of it"
            )
        except (ServerDownError, ServerRefusedError) as error:
            self._missed(error)
        else:
            await self._apply(demand, state)

    def _demand(self) -> Demand:
        used, ahead = self.spent + self.reserved, self._ahead(forget=True)
        if not self.reserved:  # with nothing in flight it gives back its advance, which others may need
            ahead = Decimal(0)
        bounds = [upper_bound for turn, upper_bound in self._waiting if not turn.done()]
        if not bounds:
            want = used + ahead
            return Demand(spent=self.spent, least=max(used, min(self._limit, want)), need=want, want=want)
        most = self._dollars - self._others  # as far as this run knows
        need = want = used + bounds[0]
        for upper_bound in bounds[1:]:
            if want + upper_bound > most:
                break
            want += upper_bound
        return Demand(spent=self.spent, least=used, need=need, want=max(want, min(want + ahead, most)))

    def _ahead(self, *, forget: bool = False) -> Decimal:
        """Return the dollars to hold in advance; with `forget`, older reservations count for less from now on."""
        if forget:
            now = _now()
            self._recent *= Decimal(0.5 ** ((now - self._recent_at) / _AHEAD_SECONDS))
            self._recent_at = now
        left = max(Decimal(0), self._dollars - self._others - self.spent - self.reserved)
        return min(self._recent, left / _LARGEST_PART)

    async def _apply(self, demand: Demand, state: BudgetState) -> None:
        if self._down_since is not None:
            self._down_since = None
            self._pause = 0.0
        self._limit = state.allowance
        self._others = state.committed - state.allowance
        self._others_spent, self._held = max(Decimal(0), state.spent - demand.spent), state.held
        granted = state.allowance >= demand.need
        self._pause = 0.0 if granted else min(_LONGEST_PAUSE, max(_FIRST_PAUSE, self._pause * 1.5))
        if not granted and _now() - self._looked_for_dead >= self._heartbeat:
            await self._settle_dead()
            self._pause = 0.0  # what they held may be free now
        else:
            self._serve()

    async def _settle_dead(self) -> None:
        self._looked_for_dead = _now()
        with suppress(ServerDownError, ServerRefusedError):  # the next exchange tells
            await asyncio.to_thread(self._link.settle_dead)

    def _missed(self, error: ServerDownError | ServerRefusedError) -> None:
        """Go on within the allowance; a call that does not fit waits, then ends the run or is counted locally."""
        if self._down_since is None:
            self._down_since = _now()
            left = self._limit - self.spent - self.reserved
            self._warn(
                f"{error}: of the budget {self._name}, this run can spend ${shown(max(Decimal(0), left))} more until "
                "it does"
            )
        self._pause = _DOWN_PAUSE
        if not self._waiting or _now() - self._down_since < self._patience:
            return
        if not self._alone_when_down:
            self._stop(
                f"{error}, so it is not known what is left of the budget {self._name}; --allow-unshared goes on within "
                "--max-cost as if this run were the only one"
            )
        else:
            self._limit = self._dollars
            self._serve()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Stop calls from waiting for what will not come; `close` raises what went wrong."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._stop(f"what is left of the budget {self._name} cannot be told: {error}")

    def _stop(self, why: str) -> None:
        self.stopped = why
        self._serve()


def _now() -> float:
    return asyncio.get_running_loop().time()
