from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from flows.rows import planned_row
from scrimp.errors import StoreError
from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
from scrimp.flows.answer.provider_caches.stored_caches import StoredCaches
from scrimp.flows.plan.run_options import RunLabels
from scrimp.flows.spend.budgets.budget import Budget
from scrimp.flows.spend.lost_bounds import at_most
from scrimp.flows.spend.recorder import CallRecorder
from scrimp.prices.book import PriceBook
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.presets import PRESETS
from scrimp.store.ledger_queries.lost_calls import LostCall
from scrimp.values import Call, Completion, Entry, Failure, ModelRef, Step, Usage

GEMINI = Step("gemini", (ModelRef("gemini", "gemini-3.8-flash"),))
PRICES, NOW = PriceBook(), 1_795_000_000.0
SYSTEM = "You answer tickets of a shop. " * 3000
TOKENS = 20_000
# Dollars: written as fresh input, and stored for an hour.
WRITTEN, AN_HOUR = TOKENS * Fraction("0.75") / 1_000_000, TOKENS * Fraction("0.50") / 1_000_000


class Run:
    """A run whose provider reads this share of what calls begin with by itself; each call takes `seconds`."""

    def __init__(
        self, *, share: Decimal, cap: str | None = None, seconds: float = 1.0, answers: bool = True,
        budget: Budget | None = None, refusal: StoreError | None = None, halts: bool = False,
    ) -> None:  # fmt: skip
        self.now, self._seconds, self._share, self._answers = 0.0, seconds, share, answers
        self.begun: list[Entry] = []
        self.ended: list[Entry] = []
        self.billed: list[Entry] = []
        self.requests: list[HttpRequest] = []
        self.named = 0
        self.budget = budget or Budget(None if cap is None else Decimal(cap))
        self._refusal = refusal
        self.caching = ProviderCaching(PRESETS, PRICES, lambda: NOW)
        recorder = CallRecorder(
            run="r", labels=RunLabels(), prices=PRICES, begin=self._begin, append=self.ended.extend, clock=lambda: NOW
        )
        self.stored = StoredCaches(
            send=self._send, endpoints=PRESETS, prices=PRICES, calls=recorder, budget=self.budget, at_once=1,
            note=lambda _: None, paid=self.billed.append, halted=lambda: halts, clock=lambda: self.now,
        )  # fmt: skip

    async def _begin(self, entry: Entry) -> StoreError | None:
        if self._refusal is None:
            self.begun.append(entry)
        return self._refusal

    async def _send(self, request: HttpRequest, _: Endpoint) -> HttpReply | Failure:
        self.requests.append(request)
        if not self._answers:
            return Failure(kind="timeout", message="no reply")
        body = {"name": "cachedContents/c1", "usageMetadata": {"totalTokenCount": TOKENS}}
        return HttpReply(status=200, body=json.dumps(body).encode())

    async def _complete(self, call: Call) -> Completion | Failure:
        self.now += self._seconds
        self.named += call.prompt_cache is not None
        usage = Usage(input=TOKENS, output=2, cache_read=int(TOKENS * self._share))
        return Completion(text="ok", usage=usage, stop_reason="stop", model=call.model)

    def make(self, calls: int) -> None:
        rows = [planned_row(f"ticket {number}", index=number, step=GEMINI, system=SYSTEM) for number in range(calls)]
        self.caching.expect(rows)

        async def main() -> None:
            for row in rows:
                call = Call(provider="gemini", model="gemini-3.8-flash", text=row.text, system=row.system)
                await self.stored.complete(self.caching.asked(call)[0], self.caching, self._complete)
            await self.stored.close()

        asyncio.run(main())

    @property
    def asked(self) -> Sequence[str]:
        return [request.method for request in self.requests]


def test_it_is_stored_for_as_long_as_the_calls_take_and_billed_until_it_is_deleted() -> None:
    run = Run(share=Decimal(0))
    run.make(400)

    assert run.asked == ["POST", "DELETE"]
    left = 400 - 1 - 8  # one fills what is kept, and eight look
    assert json.loads(run.requests[0].body)["ttl"] == f"{int(1.5 * left)}s"
    assert run.named == left
    (entry,) = run.ended
    assert (run.billed, entry.status, entry.call) == ([entry], "paid", run.begun[0].call)
    assert entry.usage == Usage(input=TOKENS, cache_write=TOKENS, stored=TOKENS * left)
    assert Fraction(entry.cost or 0) == pytest.approx(WRITTEN + AN_HOUR * left / 3600)
    assert run.budget.spent == entry.cost
    assert run.budget.reserved == 0


def test_what_expires_during_the_run_is_stored_again_where_that_still_pays() -> None:
    run = Run(share=Decimal(0), seconds=60.0)
    run.make(200)

    assert run.asked[:3] == ["POST", "DELETE", "POST"]
    assert json.loads(run.requests[0].body)["ttl"] == "3600s"
    assert len(run.ended) == run.asked.count("POST") == run.asked.count("DELETE")
    assert run.named > 150


@pytest.mark.parametrize(
    ("share", "calls", "stores"),
    [("0.5", 200, True), ("0.85", 3000, False), ("1.3", 3000, False), ("0", 10, False), ("0", 40, True)],
)
def test_it_is_stored_where_what_is_not_read_costs_more_than_writing_and_storing_it(
    share: str, calls: int, stores: bool
) -> None:
    run = Run(share=Decimal(share))
    run.make(calls)

    assert bool(run.requests) == stores


def test_nothing_is_stored_for_calls_that_a_run_which_stops_does_not_make() -> None:
    run = Run(share=Decimal(0), halts=True)
    run.make(200)

    assert not run.requests


def test_a_cap_with_no_room_for_it_is_not_a_reason_to_stop() -> None:
    run = Run(share=Decimal(0), cap="0.01")
    run.make(200)

    assert not run.requests
    assert not run.begun
    assert run.budget.spent == run.budget.reserved == 0


class Stopped(Budget):
    """A budget that is waited for when the run stops."""

    async def reserve(self, upper_bound: Decimal) -> bool:
        raise asyncio.CancelledError


def test_a_run_that_stops_while_it_waits_for_its_budget_has_nothing_written_down_as_sent() -> None:
    run = Run(share=Decimal(0), budget=Stopped(None))
    with pytest.raises(asyncio.CancelledError):
        run.make(200)

    assert (run.requests, run.begun) == ([], [])


def test_what_cannot_be_written_down_is_not_stored_and_takes_nothing_of_the_budget() -> None:
    run = Run(share=Decimal(0), refusal=StoreError("the disk is full"))
    run.make(200)

    assert not run.requests
    assert run.budget.spent == run.budget.reserved == 0


def test_what_is_lost_with_a_kill_or_without_a_reply_is_bounded_by_what_it_can_cost() -> None:
    run = Run(share=Decimal(0), answers=False)
    run.make(200)

    (begun,), (ended,) = run.begun, run.ended
    assert run.asked == ["POST"]
    assert (begun.status, ended.status, ended.cost) == ("lost", "lost", None)
    for entry in (begun, ended):
        call = LostCall(**{name: getattr(entry, name) for name in LostCall.__struct_fields__ if hasattr(entry, name)})
        bound = at_most([call], PRICES)
        assert bound is not None
        longest: Any = Fraction(bound)
        assert WRITTEN + AN_HOUR * 300 / 3600 <= longest < 10 * WRITTEN
    assert run.budget.spent >= Decimal("0.015")
