"""The observer of a call at a provider with a credit: what each request cost is taken off it, lost ones included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.flows.spend.cost_bound import cost_bound
from scrimp.values import Call, Completion, Entry, Failure

if TYPE_CHECKING:
    from scrimp.flows.buying.provider_credits import ProviderCredits
    from scrimp.flows.spend.budgets.spend_guard import SpendGuard
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.prices.book import PriceBook


class CreditedCalls:
    """Stands between a row's recorder, or the guard of a cap, and the client."""

    def __init__(self, inner: RowRecorder | SpendGuard, granted: ProviderCredits, prices: PriceBook) -> None:
        self._inner, self._credits, self._prices = inner, granted, prices
        self._sent: dict[str, Call] = {}

    async def begin(self, call: Call) -> str | Failure:
        """Record a request before it is sent."""
        call_id = await self._inner.begin(call)
        if isinstance(call_id, str):
            self._sent[call_id] = call
        return call_id

    def end(self, call_id: str, result: Completion | Failure) -> Entry:
        """Take what a request cost off the credit; where that is unknown, the most that it can have cost."""
        entry, call = self._inner.end(call_id, result), self._sent.pop(call_id)
        most = None
        if entry.cost is None and entry.usage is None:  # with a usage, its provider bills what no price list has
            answered = replace(call, model=entry.answered_by or call.model)
            most = cost_bound(self._prices, answered, entry.time)
        self._credits.pay(entry.provider, entry.cost, at_most=most)
        return entry
