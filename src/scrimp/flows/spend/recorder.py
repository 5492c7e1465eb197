"""The ledger's view of one row: an entry for every request, priced when its usage is known."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.enums import PAID_STATUSES, EntryStatus
from scrimp.errors import StoreError
from scrimp.failures import may_be_billed
from scrimp.flows.spend.call_price import price_call
from scrimp.flows.spend.cost_bound import most_input_tokens, most_output_tokens, output_cap
from scrimp.values import Call, Completion, Entry, Failure, Parameters

if TYPE_CHECKING:
    from typing import Protocol

    from scrimp.flows.plan.run_options import RunLabels
    from scrimp.prices.book import PriceBook
    from scrimp.values import Route

    class RecordedRow(Protocol):
        """The fields of a row that its entries have."""

        @property
        def key(self) -> bytes:
            """Its cache key."""

        @property
        def route(self) -> Route:
            """Where it goes."""

        def signature(self, parameters: Parameters, task_name: str | None) -> str:
            """Return the name of its task; `task_name` is what the user calls it."""


_NO_PARAMETERS = Parameters()


async def _begin_unwritten(_: Entry) -> None:
    """Record nothing: the call is not made, or was made by another process."""


class CallRecorder:
    """The call recorder of a run, shared by all its rows."""

    def __init__(
        self, *, run: str, labels: RunLabels, prices: PriceBook,
        begin: Callable[[Entry], Awaitable[StoreError | None]] = _begin_unwritten,
        append: Callable[[tuple[Entry, ...]], None] = lambda _: None,
        note: Callable[[tuple[Entry, ...]], None] = lambda _: None, clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic, parameters: Parameters = _NO_PARAMETERS,
        free: Collection[str] = (),
    ) -> None:  # fmt: skip
        """`begin` records a call before it is sent, so that it survives a kill, or returns why it must not be sent.

        `note` writes down, for the case of a kill, how those ended whose row goes on, and `append` appends them to the
        ledger. The `clock` says when a call was sent, the `timer` how long it took: a clock may be
        set meanwhile.

        `free` are the providers that never bill, since they run in this process: a call of theirs is never lost.
        """
        self.run, self.labels, self.prices = run, labels, prices
        self.begin, self.append, self.note, self.clock, self.timer = begin, append, note, clock, timer
        self.parameters, self.free = parameters, free
        self._process, self._calls = os.urandom(9).hex(), 0

    def next_call(self) -> str:
        """Return a new call's id: unique, and in order, so that the ledger's index grows at its end."""
        self._calls += 1
        return f"{self._process}-{self._calls:07d}"

    def price(
        self, call_model: str, provider: str, completion: Completion, when: float
    ) -> tuple[Decimal | None, str | None]:
        """Return dollars and the price they rest on."""
        return price_call(self.prices, provider, call_model, completion, when)


class RowInDoubtError(Exception):
    """A row that is about to be called may have been answered elsewhere since it was looked up."""


class RowRecorder:
    """Observes one row's calls. An ended entry waits for the row, so that both become durable at once."""

    def __init__(
        self, calls: CallRecorder, row: RecordedRow, doubts: Callable[[bytes], bool] = lambda _: False
    ) -> None:
        """`doubts` returns whether a key may have been answered elsewhere: then its first call is not made."""
        self._calls, self._row, self._doubts = calls, row, doubts
        self._is_doubted = False
        self._open: dict[str, Entry] = {}
        self._sent: dict[str, float] = {}  # when those that are in flight were, by the timer
        self._known_signature: str | None = None
        self._unwritten: list[Entry] = []
        self._unnoted: list[Entry] = []  # those that a kill would leave as lost
        self.entries: list[Entry] = []
        self.has_called = False

    def prepare(self) -> None:
        """Compute what entries need in advance, while the row waits for its turn to be sent."""
        self._known_signature = self.signature

    async def begin(self, call: Call) -> str | Failure:
        """Record a request before it is sent and return its id: should scrimp die now, it may have been billed.

        Return a failure where it cannot be recorded, so that it is not sent. RowInDoubtError: it may be needless.
        """
        if not self.has_called and (self._is_doubted or self._doubts(self._row.key)):
            self._is_doubted = True  # for the other one of two calls at once, too
            raise RowInDoubtError
        calls = self._calls
        entry = self._begun(call, call_id=calls.next_call(), time=calls.clock())
        if (error := await calls.begin(entry)) is not None:
            return Failure(kind="network", message=f"not called, since it could not be kept: {error}", sent=False)
        self._open[entry.call], self._sent[entry.call] = entry, calls.timer()
        self.has_called = True
        self.goes_on()
        calls.append(self.take_unwritten())
        return entry.call

    def _begun(self, call: Call, *, call_id: str, time: float, batch: str | None = None) -> Entry:
        labels, free = self._calls.labels, call.provider in self._calls.free
        return Entry(
            call=call_id, run=self._calls.run, time=time, provider=call.provider, model=call.model,
            status="failed" if free else "lost", cost=Decimal(0) if free else None, seconds=0.0,
            effort=call.parameters.effort, tier=self._row.route.tier, step=call.step,
            chain=self._row.route.certificate or self._row.route.chain.name,
            key=self._row.key.hex(), route=labels.route, user=labels.user, tags=labels.tags,
            signature=self.signature, batch=batch, attempt=len(self.entries) + len(self._open),
            retry=bool(self.entries) and not _has_completion(self.entries[-1]),
            most_input=None if free else most_input_tokens(call),
            most_output=None if free or output_cap(call) is None else most_output_tokens(call),
        )  # fmt: skip

    def end(self, call_id: str, result: Completion | Failure) -> Entry:
        """Record and price the result of a request; return its entry."""
        begun, sent = self._open.pop(call_id), self._sent.pop(call_id, None)
        # A call of a batch was sent by another command.
        seconds = max(0.0, self.now - begun.time) if sent is None else self._calls.timer() - sent
        if isinstance(result, Completion):
            entry = self._answered(begun, result, seconds)
        elif result.billed is not None:
            entry = replace(self._answered(begun, result.billed, seconds), error=result.message)
        else:
            status: EntryStatus = begun.status if may_be_billed(result) else "failed"
            cost = None if status == "lost" else Decimal(0)
            entry = replace(
                begun if status == "lost" else _without_bound(begun), status=status, cost=cost, seconds=seconds,
                http=result.http, error=result.message, reply_id=result.reply_id,
            )  # fmt: skip
        self._unwritten.append(entry)
        self._unnoted.append(entry)
        self.entries.append(entry)
        if isinstance(result, Failure):  # a retry may wait for long
            self.goes_on()
        return entry

    def goes_on(self) -> None:
        """Write down how the calls so far ended: the row waits for something else, such as the next model."""
        if self._unnoted:
            self._calls.note(tuple(self._unnoted))
            self._unnoted = []

    def _answered(self, begun: Entry, completion: Completion, seconds: float) -> Entry:
        named = self._calls.prices.means(begun.provider, begun.model, completion.model)
        cost, price = self._calls.price(begun.model, begun.provider, completion, begun.time)
        uncounted = completion.usage is None and cost is None
        return replace(
            begun, status="truncated" if completion.stop_reason == "length" else "paid", seconds=seconds,
            usage=completion.usage, cost=cost, price=price, http=200, answered_by=None if named else completion.model,
            most_input=begun.most_input if uncounted else None,
            most_output=begun.most_output if uncounted else None,
        )  # fmt: skip

    def add(self, call: Call, result: Completion | Failure, *, call_id: str, sent: float, batch: str) -> Entry:
        """Record and price a call that was made in a batch; its id is the same however often its row is made."""
        if isinstance(result, Failure) and result.billed is not None:
            result = replace(result, billed=replace(result.billed, batch=True))
        begun = self._begun(call, call_id=call_id, time=sent, batch=batch)
        self.has_called = True
        self._open[call_id] = begun
        return self.end(call_id, result)

    def restore(self, entry: Entry) -> None:
        """Count an earlier call of the row, whose entry is in the ledger, or on its way."""
        self.has_called = True
        self._unwritten.append(entry)
        self._unnoted.append(entry)
        self.entries.append(entry)

    def conclude(self, *, escalated: bool | None, unread: bool | None) -> None:
        """Mark the row's last call with how the row ended; it has not been handed to the ledger yet."""
        if escalated is None and unread is None:
            return
        if self._unwritten and self.entries and self._unwritten[-1] is self.entries[-1]:
            last = replace(self.entries[-1], escalated=escalated, unread=unread)
            self._unwritten[-1] = self.entries[-1] = last

    @property
    def signature(self) -> str:
        """The name of the row's task, computed once for all its calls."""
        if self._known_signature is None:
            self._known_signature = self._row.signature(self._calls.parameters, self._calls.labels.task_name)
        return self._known_signature

    @property
    def in_flight(self) -> bool:
        """Whether a request was sent and has not ended."""
        return bool(self._open)

    @property
    def in_flight_or_paid(self) -> bool:
        """Whether a request is in flight, or a call was paid for a row that is not finished yet."""
        return bool(self._open) or any(entry.status in PAID_STATUSES for entry in self.entries)

    def take_unwritten(self) -> tuple[Entry, ...]:
        """Hand over the entries that have not been handed to the ledger yet."""
        taken, self._unwritten, self._unnoted = tuple(self._unwritten), [], []
        return taken

    @property
    def now(self) -> float:
        """The time, in seconds since the epoch."""
        return self._calls.clock()

    @property
    def cost(self) -> Decimal | None:
        """Dollars of all calls of the row so far; None when one that was paid has no known price."""
        paid = [entry.cost for entry in self.entries if entry.status in PAID_STATUSES]
        return None if None in paid else sum((cost for cost in paid if cost is not None), Decimal(0))


def _has_completion(entry: Entry) -> bool:
    return entry.status in PAID_STATUSES and entry.error is None


def _without_bound(entry: Entry) -> Entry:
    """Return the entry of a call whose usage or fate is known."""
    return replace(entry, most_input=None, most_output=None)
