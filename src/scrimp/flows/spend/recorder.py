"""The ledger's eye on one row: an entry for every request, priced when its usage is known."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.enums import EntryStatus
from scrimp.flows.answer.counterfactual import NANO
from scrimp.values import Call, Completion, Entry, Failure, ModelRef, Parameters

if TYPE_CHECKING:
    from scrimp.flows.plan.planner import PlannedRow
    from scrimp.flows.plan.run_options import RunLabels
    from scrimp.prices.book import PriceBook


_NOTHING = Parameters()


class CallRecorder:
    """What all rows of a run book with."""

    def __init__(
        self,
        *,
        run: str,
        labels: RunLabels,
        prices: PriceBook,
        note: Callable[[Entry], None],
        book: Callable[[tuple[Entry, ...]], None],
        clock: Callable[[], float] = time.time,
        parameters: Parameters = _NOTHING,
    ) -> None:
        """`note` writes down a call before it is sent, so that it outlives a kill; `book` books those that ended."""
        self.run, self.labels, self.prices = run, labels, prices
        self.note, self.book, self.clock, self.parameters = note, book, clock, parameters
        self._process, self._calls = os.urandom(9).hex(), 0

    def next_call(self) -> str:
        """Return a new call's id: unique, and in order, so that the ledger's index grows at its end."""
        self._calls += 1
        return f"{self._process}-{self._calls:07d}"

    def price(
        self, call_model: str, provider: str, completion: Completion, when: float
    ) -> tuple[Decimal | None, str | None]:
        """Return dollars and the price they rest on.

        The price is that of the model that answered, not of the alias asked for; but a price the user gave the alias
        is the user's word.
        """
        own = self.prices.price(provider, call_model, when)
        first = call_model if own is not None and own.source == "user" else completion.model
        names = dict.fromkeys((first, completion.model, call_model))
        for model in names if completion.usage is not None else ():
            found = self.prices.cost_of(
                provider=provider,
                model=model,
                usage=completion.usage,
                when=when,
                service_tier=completion.service_tier,
                reported=completion.reported_cost,
            )
            if found.dollars is not None:
                return found.dollars.quantize(NANO), found.source
        return None, None


class RowRecorder:
    """The witness of one row's calls. An ended entry waits for the row, so that both become durable at once."""

    def __init__(self, booking: CallRecorder, work: PlannedRow) -> None:
        self._booking, self._work = booking, work
        self._open: dict[str, Entry] = {}
        self._task: str | None = None
        self._waiting: list[Entry] = []
        self.entries: list[Entry] = []
        self.begun = False

    async def begin(self, call: Call) -> str:
        """Note a request before it is sent: should scrimp die now, it is booked as lost."""
        booking, labels = self._booking, self._booking.labels
        entry = Entry(
            call=booking.next_call(), run=booking.run, time=booking.clock(), provider=call.provider, model=call.model,
            status="lost", seconds=0.0, tier=self._work.route.tier, chain=self._work.route.chain.name, step=call.step,
            key=self._work.key.hex(), route=labels.route, user=labels.user, tags=labels.tags,
            signature=self._signature,
        )  # fmt: skip
        self._open[entry.call] = entry
        self.begun = True
        booking.note(entry)
        booking.book(self.take())
        return entry.call

    def end(self, ticket: str, result: Completion | Failure) -> None:
        """Price what came of it."""
        begun = self._open.pop(ticket)
        seconds = self._booking.clock() - begun.time
        if isinstance(result, Failure):
            status = _status(result)
            cost = None if status == "lost" else Decimal(0)
            entry = replace(begun, status=status, seconds=seconds, cost=cost, http=result.http, error=result.message)
        else:
            cost, price = self._booking.price(begun.model, begun.provider, result, begun.time)
            entry = replace(
                begun, status="truncated" if result.stop == "length" else "paid", seconds=seconds, usage=result.usage,
                model=begun.model, cost=cost, price=price, http=200,
            )  # fmt: skip
        self._waiting.append(entry)
        self.entries.append(entry)

    @property
    def _signature(self) -> str:
        """The name of the row's task, found once for all its calls."""
        if self._task is None:
            self._task = self._work.signature(self._booking.parameters, self._booking.labels.name)
        return self._task

    def entry_of(self, model: ModelRef | None, step: int) -> Entry | None:
        """Return the last call of a model for a step, once it ended."""
        if model is None:
            return None
        asked = (model.provider, model.model, step)
        return next((e for e in reversed(self.entries) if (e.provider, e.model, e.step) == asked), None)

    @property
    def in_flight(self) -> bool:
        """Say whether a request was sent and has not ended."""
        return bool(self._open)

    @property
    def invested(self) -> bool:
        """Say whether a request is in flight, or money was paid for what is not finished yet."""
        return bool(self._open) or any(entry.status in ("paid", "truncated") for entry in self.entries)

    def take(self) -> tuple[Entry, ...]:
        """Hand over the entries that are not on their way to the ledger yet."""
        taken, self._waiting = tuple(self._waiting), []
        return taken

    @property
    def now(self) -> float:
        """Return the time, in seconds since the epoch."""
        return self._booking.clock()

    @property
    def cost(self) -> Decimal | None:
        """Dollars of all calls of the row so far; None when one that was paid has no known price."""
        paid = [entry.cost for entry in self.entries if entry.status in ("paid", "truncated")]
        return None if None in paid else sum((cost for cost in paid if cost is not None), Decimal(0))


def _status(failure: Failure) -> EntryStatus:
    """A refusal with a status costs nothing; a call without a whole reply may have been billed."""
    declined = failure.http is not None and failure.http >= 300
    return "failed" if declined or not failure.sent else "lost"
