from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from scrimp.flows.answer.provider_caches.provider_caching import SharedBeginning
from scrimp.flows.batch.calls.cache_primer import CachePrimer
from scrimp.values import CacheMark, Call


class OneBeginning:
    """A provider's cache for which all calls begin alike."""

    def shared_in_batch(self, call: Call) -> SharedBeginning:
        return SharedBeginning(CacheMark("system", 0), 1, Decimal(5))


def primer() -> CachePrimer:
    job = SimpleNamespace(job="j", deadline=None)
    batches: Any = SimpleNamespace(job=job, store=SimpleNamespace(shards_for=lambda _job: []))
    caching: Any = OneBeginning()
    return CachePrimer(batches, caching, now=0.0, goal="answered")


def call(text: str) -> Call:
    return Call(provider="anthropic", model="m", text=text)


def test_where_the_first_call_goes_in_no_batch_the_next_one_goes_first() -> None:
    ours = primer()
    first, waits = ours.in_batch(call("too large for a batch")), ours.in_batch(call("second"))
    ours.not_sent(call("too large for a batch"))
    second, third = ours.in_batch(call("second")), ours.in_batch(call("third"))

    assert (first.first, waits.later) == (True, True)
    assert (second.first, third.later) == (True, True)
