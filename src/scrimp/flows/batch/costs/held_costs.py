"""What a job's calls in batches cost: those that came back as they are billed, the others at most.

The store of batches has the most that each call can cost from before it is sent, and its cost once its reply is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scrimp.failures import may_be_billed
from scrimp.flows.spend.call_price import price_call
from scrimp.providers import DIALECTS
from scrimp.providers.endpoint import HttpReply
from scrimp.shared.budget import NANODOLLAR, nanodollars
from scrimp.values import Call, Completion, Failure

if TYPE_CHECKING:
    from scrimp.flows.batch.job_context import JobContext
    from scrimp.store.batches.records import StoredCall


class JobDollars(Struct, frozen=True):
    """Dollars that a job has spent, and these together with the most that its other calls can cost."""

    spent: Decimal
    committed: Decimal


class HeldCosts:
    """The costs of a job's calls, in its store."""

    def __init__(self, context: JobContext) -> None:
        self._context = context

    def dollars(self) -> JobDollars:
        """Return what the job has spent and committed, with all replies that came priced."""
        store, job = self._context.store, self._context.job.job
        while answered := store.answered_held(job):
            store.price_held(self._costs(answered))
        held = store.held_dollars(job)
        return JobDollars(held.spent * NANODOLLAR, held.committed * NANODOLLAR)

    def _costs(self, answered: Sequence[StoredCall]) -> Iterator[tuple[StoredCall, int | None]]:
        for stored in answered:
            cost = self._cost(stored)
            yield stored, None if cost is None else nanodollars(cost)

    def _cost(self, stored: StoredCall) -> Decimal | None:
        """Return the dollars of a call as the ledger has them; None if they are not known."""
        endpoint = self._context.endpoints.get(stored.provider)
        if endpoint is None:  # the config has it no more
            return None
        call = Call(provider=stored.provider, model=stored.model, text="")
        reply = HttpReply(status=stored.status, body=stored.reply)
        result = DIALECTS[endpoint.dialect]().to_completion(reply, call, endpoint)
        completion = result if isinstance(result, Completion) else result.billed
        if completion is None:
            return None if isinstance(result, Failure) and may_be_billed(result) else Decimal(0)
        completion = replace(completion, batch=True)
        return price_call(self._context.prices, stored.provider, stored.model, completion, stored.sent)[0]
