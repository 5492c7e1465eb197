"""What calls use of credits with their providers: while they are in flight, and in batches."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import TYPE_CHECKING

from scrimp.flows.answer.calls.step_places import bytes_of
from scrimp.values import Entry, ModelRef

if TYPE_CHECKING:
    from collections.abc import Collection

    from scrimp.flows.buying.offers import Offers
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.store.batches.store import BatchStore


class CallCredits:
    """Keeps the credits of a run for what is called, where any are known."""

    def __init__(self, offers: Offers | None) -> None:
        self._offers = offers

    def reserved(self, model: ModelRef, row: PlannedRow) -> AbstractContextManager[None]:
        """Reserve a call's share of the credit with its provider while it is in flight."""
        offers = self._offers
        if offers is None or not offers.credits.by_provider:
            return nullcontext()
        return offers.credits.reserved(model.provider, offers.expected_cost(model, bytes_of(row)))

    def take_off(self, entry: Entry) -> None:
        """Take what a call of a batch cost off the credit with its provider."""
        if self._offers is not None:
            self._offers.credits.pay(entry.provider, entry.cost)

    def forget_batches(self) -> None:
        """Release what is kept of credits for calls in batches: a pass over the rows of a job counts them again."""
        if self._offers is not None:
            self._offers.credits.forget_batches()

    def keep(self, model: ModelRef, row: PlannedRow, cost: Decimal | None = None) -> None:
        """Keep of a credit what a call in a batch cost, or is expected to."""
        if self._offers is not None and model.provider in self._offers.credits.by_provider:
            expected = self._offers.expected_cost(model, bytes_of(row), batch=True) if cost is None else cost
            self._offers.credits.expect_in_batch(model.provider, expected)

    def keep_for_shards(self, store: BatchStore, *, but: Collection[str]) -> None:
        """Keep what is in batches of jobs whose rows are not made yet, if any provider gives a credit."""
        if self._offers is not None and self._offers.credits.by_provider:
            from scrimp.flows.buying.open_batches import keep_for_shards  # few providers give one

            keep_for_shards(self._offers, store, but=but)
