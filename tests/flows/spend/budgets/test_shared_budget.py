from __future__ import annotations

import asyncio
import threading
import time
from decimal import Decimal
from random import Random

import pytest

from scrimp.errors import ServerDownError
from scrimp.flows.spend.budgets.shared_budget import SharedBudget
from scrimp.shared.budget import BudgetState, Demand

CAP = Decimal(1000)


class PlainServer:
    """A server that adds up in plain Python, and takes its time."""

    def __init__(self, cap: Decimal = CAP) -> None:
        self.cap, self.lock, self.chance = cap, threading.Lock(), Random(7)
        self.allowances: dict[PlainLink, Decimal] = {}
        self.spent: dict[PlainLink, Decimal] = {}
        self.down = False
        self.exchanges = 0


class PlainLink:
    def __init__(self, server: PlainServer) -> None:
        self.server = server
        self.left = False

    def exchange(self, demand: Demand) -> BudgetState:
        server = self.server
        time.sleep(server.chance.choice((0.0, 0.001, 0.003)))
        with server.lock:
            if server.down:
                raise ServerDownError("the server is down")
            server.exchanges += 1
            others = sum(server.allowances.values()) - server.allowances.get(self, Decimal(0))
            fitting = [amount for amount in (demand.want, demand.need) if others + amount <= server.cap]
            server.allowances[self] = fitting[0] if fitting else demand.least
            server.spent[self] = demand.spent
            state = BudgetState(
                epoch="e", allowance=server.allowances[self], committed=sum(server.allowances.values(), Decimal(0)),
                spent=sum(server.spent.values(), Decimal(0)), held=Decimal(0),
            )  # fmt: skip
        time.sleep(server.chance.choice((0.0, 0.001, 0.003)))
        return state

    def settle_dead(self) -> None:
        pass

    def leave(self, demand: Demand) -> None:
        self.exchange(demand)
        self.left = True


def shared_budget(
    server: PlainServer, said: list[str] | None = None, *, alone: bool = False, patience: float = 0
) -> SharedBudget:
    warn = (said if said is not None else []).append
    return SharedBudget(server.cap, "b", PlainLink(server), alone_when_down=alone, warn=warn, patience=patience)


@pytest.mark.parametrize("seed", range(6))
def test_what_all_runs_spend_and_reserve_never_passes_the_cap_and_uses_it_up(seed: int) -> None:
    async def main() -> None:
        server, chance = PlainServer(), Random(seed)
        budgets = [shared_budget(server) for _ in range(3)]
        refused: list[Decimal] = []

        def look() -> None:
            assert sum(each.spent + each.reserved for each in budgets) <= CAP

        async def call(budget: SharedBudget) -> None:
            await asyncio.sleep(chance.random() * 0.1)
            bound = Decimal(chance.randint(1, 40))
            if not await budget.reserve(bound):
                refused.append(bound)
                return
            look()
            await asyncio.sleep(chance.random() * 0.02)
            budget.settle(bound, chance.choice((None, bound, Decimal(0), bound / 3)))
            look()

        await asyncio.gather(*(call(budget) for budget in budgets for _ in range(60)))
        spent = sum(each.spent for each in budgets)
        assert refused
        assert all(spent + bound > CAP for bound in refused)
        for budget in budgets:
            await budget.close()
        assert sum(server.allowances.values()) == spent

    asyncio.run(main())


def test_nothing_is_reserved_from_what_is_being_given_back() -> None:
    class Slow(PlainLink):
        """One that waits, once it is asked to take something back, until it may tell."""

        asked, may_tell = threading.Event(), threading.Event()

        def exchange(self, demand: Demand) -> BudgetState:
            if demand.want < self.server.allowances.get(self, Decimal(0)):
                self.asked.set()
                assert self.may_tell.wait(100)
            return super().exchange(demand)

    async def main() -> None:
        server = PlainServer()
        link = Slow(server)
        budget = SharedBudget(CAP, "b", link, alone_when_down=False, warn=print, patience=0, heartbeat=0.01)
        assert await budget.reserve(Decimal(600))
        budget.settle(Decimal(600), Decimal(0))
        await asyncio.to_thread(link.asked.wait, 20)
        server.allowances[PlainLink(server)] = Decimal(600)  # another run gets it, before this one hears of it
        waiting = asyncio.create_task(budget.reserve(Decimal(500)))
        await asyncio.sleep(0)
        link.may_tell.set()
        await asyncio.wait([waiting], timeout=0.2)
        assert not waiting.done()
        server.allowances.clear()
        assert await waiting
        await budget.close()

    asyncio.run(main())


def test_a_run_that_begins_no_more_calls_holds_less_and_less_in_advance() -> None:
    class Watched(PlainLink):
        """One that tells when the run wants little more than its call in flight may cost."""

        wants_little = threading.Event()

        def exchange(self, demand: Demand) -> BudgetState:
            if demand.least >= 40 and demand.want < 50:
                self.wants_little.set()
            return super().exchange(demand)

    async def main() -> None:
        link = Watched(PlainServer())
        budget = SharedBudget(CAP, "b", link, alone_when_down=False, warn=print, patience=0, heartbeat=0.01)
        assert await budget.reserve(Decimal(40))
        assert await asyncio.to_thread(link.wants_little.wait, 100)
        budget.settle(Decimal(40), Decimal(40))
        await budget.close()

    asyncio.run(main())


def test_few_requests_to_the_server_carry_many_calls() -> None:
    async def main() -> None:
        server = PlainServer(Decimal(1_000_000))
        budget = shared_budget(server)

        async def call() -> None:
            assert await budget.reserve(Decimal(10))
            await asyncio.sleep(0)
            budget.settle(Decimal(10), Decimal(1))

        for _ in range(100):
            await asyncio.gather(*(call() for _ in range(50)))
        await budget.close()
        assert server.exchanges < 500

    asyncio.run(main())


def test_a_server_that_is_down_ends_the_run_once_what_it_holds_is_reserved() -> None:
    async def main() -> None:
        server, said = PlainServer(), list[str]()
        budget = shared_budget(server, said)
        assert await budget.reserve(Decimal(5))
        server.down = True
        while await budget.reserve(Decimal(5)):
            pass
        assert budget.spent + budget.reserved <= server.allowances[next(iter(server.allowances))]
        assert budget.stopped is not None
        assert "--allow-unshared" in budget.stopped
        assert len(said) == 1
        assert not await budget.reserve(Decimal("0.01"))
        server.down = False
        await budget.close()

    asyncio.run(main())


def test_a_run_that_may_goes_on_alone_and_tells_the_server_when_it_is_back() -> None:
    async def main() -> None:
        server = PlainServer()
        server.down = True
        budget = shared_budget(server, alone=True)
        for _ in range(20):
            assert await budget.reserve(Decimal(50))
            budget.settle(Decimal(50), Decimal(50))
        assert not await budget.reserve(Decimal(50))
        server.down = False
        await budget.close()
        assert sum(server.spent.values()) == CAP

    asyncio.run(main())


def test_what_goes_wrong_in_asking_lets_no_call_wait_and_gives_back_anyway() -> None:
    class Broken(PlainLink):
        def exchange(self, demand: Demand) -> BudgetState:
            raise ZeroDivisionError("a bug")

        def leave(self, demand: Demand) -> None:
            self.left = True

    async def main() -> None:
        link = Broken(PlainServer())
        budget = SharedBudget(CAP, "b", link, alone_when_down=False, warn=print, patience=60)
        assert not await budget.reserve(Decimal(1))
        with pytest.raises(ZeroDivisionError):
            await budget.close()
        assert link.left

    asyncio.run(main())
