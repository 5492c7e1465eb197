"""Explicit caches: what calls begin with is stored where the provider reads too little of it by itself, and deleted.

Of the calls that begin alike the first fills what the provider keeps by itself, a few look how much of it is read, and
the others wait for what they find. What is not stored costs nothing; what is, is billed until it is deleted, which is
at the end of the run, and expires in any case: a run that is killed loses no more than that.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.caching.storage_decision import PRICED_PER, WORTH_A_LOOK, StorageRates, Stored, seconds_stored
from scrimp.failures import may_be_billed
from scrimp.flows.spend.cache_rates import cache_rates
from scrimp.flows.spend.cost_bound import most_input_tokens
from scrimp.providers import gemini
from scrimp.providers.endpoint import HttpReply
from scrimp.providers.json_access import is_success
from scrimp.providers.replies.error_replies import to_failure
from scrimp.providers.requests.prompt_cache import cache_rules
from scrimp.providers.requests.stored_contents import StoredContent, stored_content, to_delete
from scrimp.units import PICODOLLAR, format_count, format_dollars, format_percent
from scrimp.values import Call, Completion, Entry, Failure, PromptCache, Usage

if TYPE_CHECKING:
    from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching, StorableBeginning
    from scrimp.flows.spend.budgets.budget import Budget
    from scrimp.flows.spend.recorder import CallRecorder
    from scrimp.prices.book import PriceBook
    from scrimp.providers.endpoint import Endpoint, HttpRequest

Send = Callable[[Call], Awaitable[Completion | Failure]]

_LOOKS, _ENOUGH = 8, 5  # calls that look how much is read, and how many of them have to be back
_SPARE_SECONDS = 15  # before it expires: a call on its way must still find it
_END_SECONDS = 10.0  # time limit for deleting everything at the end of a run
_NEARLY = Decimal("0.7")  # share of the estimated tokens
_NOTHING = Decimal(0)
_STOPPED: HttpReply | Failure = Failure(kind="network", message="stopped before the reply arrived")
_NOT_THERE = (403, 404)  # Gemini does not say which


class _Shared:
    """What calls to a model begin with: how much of it was read, and what is stored of it."""

    def __init__(self, beginning: StorableBeginning, rates: StorageRates) -> None:
        self.mark, self.tokens, self.rates = beginning.mark, beginning.tokens, rates
        self.calls = beginning.calls  # calls known to share this beginning
        self.sent = self.looking = self.looked = 0
        self.read: list[int] = []  # tokens of it that each look read
        self.seconds = _NOTHING  # time the looks took
        self.decided = asyncio.Event()
        self.storing = asyncio.Lock()
        self.given_up = False
        self.stored: StoredContent | None = None
        self.entry: Entry | None = None  # ledger entry of the stored content
        self.bound = _NOTHING
        self.began = self.until = 0.0

    @property
    def share(self) -> Decimal:
        """How much of it the provider reads by itself.

        Its tokens are estimated; where a call read nearly as many, or more, that is the whole of it.
        """
        most = max(self.read)
        whole = most if most >= _NEARLY * self.tokens else self.tokens
        return Decimal(sum(self.read)) / (len(self.read) * whole)

    def to_store(self, at_once: int) -> Stored:
        """Return what would be stored, for the calls that are left."""
        left = max(0, self.calls - self.sent)
        seconds = float(self.seconds) / max(1, len(self.read))
        lifetime = seconds_stored(left, seconds_of_call=seconds, at_once=at_once)
        return Stored(tokens=self.tokens, calls=left, seconds=lifetime)


class StoredCaches:
    """What the calls of a run have stored."""

    def __init__(
        self, *, send: Callable[[HttpRequest, Endpoint], Awaitable[HttpReply | Failure]],
        endpoints: Mapping[str, Endpoint], prices: PriceBook, calls: CallRecorder, budget: Budget, at_once: int,
        note: Callable[[str], None], paid: Callable[[Entry], None], halted: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`send` sends a request that is not a call; `paid` gets the ledger's entry of what was stored.

        `at_once` is how many calls are in flight; of a run that is `halted` few of those that are left are made.
        """
        self._send, self._endpoints, self._prices, self._calls = send, endpoints, prices, calls
        self._budget, self._at_once, self._note, self._paid, self._clock = budget, at_once, note, paid, clock
        self._halted = halted
        self._known: dict[tuple[str, str, int], _Shared] = {}

    async def complete(self, call: Call, caching: ProviderCaching, send: Send) -> Completion | Failure:
        """Return what comes of a call, which `send` sends: as it is, or with the name of what it begins with."""
        shared = self._shared(call, caching)
        if shared is None:
            return await send(call)
        if shared.looking <= _LOOKS:  # the first one only fills what the provider keeps
            shared.looking, shared.sent = shared.looking + 1, shared.sent + 1
            return await self._look(call, shared, send, counts=shared.looking > 1)
        await shared.decided.wait()
        is_stored = await self._is_stored(shared, call)
        shared.sent += 1
        if not is_stored or shared.stored is None:
            return await send(call)
        named = PromptCache(marks=(shared.mark,), stored=shared.stored.name)
        result = await send(replace(call, prompt_cache=named))
        if not isinstance(result, Failure) or result.kind != "cache_gone":
            return result
        shared.given_up = True
        await self._end(shared)
        return await send(call)

    def _shared(self, call: Call, caching: ProviderCaching) -> _Shared | None:
        """Return the longest beginning of a call that is stored, or may be worth it."""
        for each in caching.storable(call):
            place = (call.provider, call.model, each.identity)
            if place not in self._known:
                rates = self._rates(call, each.tokens)
                if rates is None or not _may_pay(each, rates):
                    continue
                self._known[place] = _Shared(each, rates)
            shared = self._known[place]
            shared.calls = max(shared.calls, each.calls)
            if not shared.given_up:
                return shared
        return None

    def _rates(self, call: Call, tokens: int) -> StorageRates | None:
        rules = cache_rules(self._endpoints[call.provider], call.model)
        rates = cache_rates(self._prices, call.provider, call.model, tokens, self._calls.clock(), rules)
        if rates is None or rates.storage is None:
            return None
        return StorageRates(fresh=rates.fresh, read=rates.read, storage=rates.storage)

    async def _look(self, call: Call, shared: _Shared, send: Send, *, counts: bool) -> Completion | Failure:
        began, ended = self._clock(), False
        try:
            result = await send(call)
            if counts and isinstance(result, Completion) and result.usage is not None:
                shared.read.append(result.usage.cache_read)
                shared.seconds += Decimal(self._clock() - began)
            ended = True
        finally:
            shared.looked += 1
            if shared.looked > _ENOUGH or not ended:  # the first one is none of them
                shared.decided.set()
        return result

    async def _is_stored(self, shared: _Shared, call: Call) -> bool:
        """Return whether what a call begins with is stored; store it where that pays for the calls that are left."""
        if shared.stored is not None and self._clock() < shared.until:
            return True
        async with shared.storing:
            if shared.stored is not None and self._clock() < shared.until:
                return True
            await self._end(shared)
            wanted = shared.to_store(self._at_once)
            may = len(shared.read) > 0 and not (shared.given_up or self._halted())
            if may and wanted.saved(shared.rates, shared.share) > 0 and await self._reserve(shared, wanted, call):
                await self._store(shared, wanted, call)
        return shared.stored is not None

    async def _reserve(self, shared: _Shared, wanted: Stored, call: Call) -> bool:
        """Reserve the most that storing it can cost, and write down that it is about to be; False: it must not."""
        bound = replace(wanted, tokens=most_input_tokens(call)).cost(shared.rates).quantize(PICODOLLAR, ROUND_UP)
        budget, calls = self._budget, self._calls
        if budget.cap is not None and budget.spent + budget.reserved + bound > budget.cap:
            return False
        labels = calls.labels
        entry = Entry(
            call=calls.next_call(), run=calls.run, time=calls.clock(), provider=call.provider, model=call.model,
            status="lost", seconds=0.0, route=labels.route, user=labels.user, tags=labels.tags, attempt=0, retry=False,
            # Its storage is as expensive as this many more tokens.
            most_input=int((bound * PRICED_PER / shared.rates.fresh).to_integral_value(ROUND_UP)), most_output=0,
        )  # fmt: skip
        if not await budget.reserve(bound):
            return False
        begun = False
        try:
            begun = await calls.begin(entry) is None
        finally:
            if not begun:
                budget.settle(bound, _NOTHING)
        if begun:
            shared.entry, shared.bound = entry, bound
        return begun

    async def _store(self, shared: _Shared, wanted: Stored, call: Call) -> None:
        endpoint, reply = self._endpoints[call.provider], _STOPPED
        shared.began = self._clock()
        try:
            reply = await self._send(
                gemini.to_store_request(call, shared.mark, endpoint, seconds=wanted.seconds), endpoint
            )  # fmt: skip
        finally:
            self._was_stored(shared, wanted, call, reply)

    def _was_stored(self, shared: _Shared, wanted: Stored, call: Call, reply: HttpReply | Failure) -> None:
        """Take note of what a reply says was stored, or record that nothing was, as far as that is known."""
        content = None if isinstance(reply, Failure) else stored_content(reply)
        if content is not None:
            shared.stored, shared.until = content, shared.began + wanted.seconds - _SPARE_SECONDS
            read, most = format_percent(float(shared.share)), format_dollars(wanted.cost(shared.rates))
            self._note(
                f"{call.provider}/{call.model} read {read} of the {format_count(content.tokens)} tokens that prompts "
                f"begin with by itself: they are stored for up to {most}"
            )
            return
        shared.given_up = True
        failure = reply if isinstance(reply, Failure) else to_failure(reply, self._endpoints[call.provider], call.model)
        self._note(f"what prompts begin with is not stored at {call.provider}: {failure.message}")
        entry = shared.entry
        if entry is not None:
            if not may_be_billed(failure):
                entry = replace(entry, status="failed", cost=_NOTHING, most_input=None, most_output=None)
            self._close(shared, replace(entry, http=failure.http, error=failure.message))

    async def _end(self, shared: _Shared) -> None:
        """Delete what is stored, and record what it cost."""
        content, entry = shared.stored, shared.entry
        if content is None or entry is None:
            return
        shared.stored = shared.entry = None
        reply: HttpReply | Failure | None = None
        endpoint = self._endpoints[entry.provider]
        try:
            reply = await self._send(to_delete(content.name, endpoint), endpoint)
        finally:
            expires = shared.until + _SPARE_SECONDS
            until = min(self._clock(), expires) if _is_deleted(reply) else expires
            seconds = max(0, -int(-(until - shared.began) // 1))
            usage = Usage(input=content.tokens, cache_write=content.tokens, stored=content.tokens * seconds)
            cost = self._prices.cost_of(provider=entry.provider, model=entry.model, usage=usage, when=entry.time)
            known = None if cost.dollars is None else cost.dollars.quantize(PICODOLLAR)
            self._close(
                shared,
                replace(
                    entry, status="paid", seconds=float(seconds), usage=usage, cost=known, price=cost.source, http=200,
                    most_input=None, most_output=None,
                ),
            )  # fmt: skip

    def _close(self, shared: _Shared, entry: Entry) -> None:
        """Append an entry to the ledger, and tell of it."""
        shared.entry = None
        self._budget.settle(shared.bound, entry.cost)
        shared.bound = _NOTHING
        self._calls.note((entry,))
        self._calls.append((entry,))
        self._paid(entry)

    async def close(self) -> None:
        """Delete all that is stored."""
        stored = [shared for shared in self._known.values() if shared.stored is not None]
        if not stored:
            return
        ending = [asyncio.ensure_future(self._end(shared)) for shared in stored]
        _, late = await asyncio.wait(ending, timeout=_END_SECONDS)
        for each in late:
            each.cancel()
        await asyncio.gather(*ending, return_exceptions=True)


def _is_deleted(reply: HttpReply | Failure | None) -> bool:
    """Return whether nothing is stored any more; if that is not known, it is until it expires."""
    return reply is not None and not isinstance(reply, Failure) and (is_success(reply) or reply.status in _NOT_THERE)


def _may_pay(beginning: StorableBeginning, rates: StorageRates) -> bool:
    """Return whether it saves enough, if nothing is read otherwise, for others to wait for those that look."""
    left = beginning.calls - _LOOKS - 1
    stored = Stored(tokens=beginning.tokens, calls=left, seconds=seconds_stored(left, seconds_of_call=0.0, at_once=1))
    return left > 0 and stored.saved(rates, _NOTHING) >= WORTH_A_LOOK
